"""A person's browser without a script: cookies, links, forms, as the pages give them."""

from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx

from wattprint.hub.api.app import application


class _Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self._select, self._area = [], None, None

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        if tag == "form":
            method = said.get("method", "get").lower()
            self.forms.append({"action": said.get("action", ""), "method": method, "fields": {}})
        elif self.forms and tag in ("input", "textarea") and "name" in said:
            is_off = said.get("type") in ("checkbox", "radio") and "checked" not in said
            if not is_off:
                self.forms[-1]["fields"][said["name"]] = said.get("value", "")
            self._area = said["name"] if tag == "textarea" else None
        elif self.forms and tag == "select":
            self._select = said["name"]
        elif self.forms and tag == "option" and self._select:
            fields = self.forms[-1]["fields"]
            if "selected" in said or self._select not in fields:
                fields[self._select] = said.get("value", "")

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None
        if tag == "textarea":
            self._area = None

    def handle_data(self, text):
        if self._area:
            self.forms[-1]["fields"][self._area] += text


class Browser:
    """Reads a hub's pages within this process.

    Args:
        hub: The hub's parts.
        origin: The hub's address, as the browser knows it.
    """

    def __init__(self, hub, origin="http://hub.test"):
        self._origin = origin
        self._app = application(hub)
        self.cookies = httpx.Cookies()
        self.page = None

    def get(self, path, **headers):
        """Open a page, and return the answer."""
        return self._ask("GET", path, headers=headers)

    def post(self, path, fields, **headers):
        """Send fields to an address, as a form does."""
        headers = {"content-type": "application/x-www-form-urlencoded", **headers}
        return self._ask("POST", path, headers=headers, content=urlencode(fields))

    def send(self, action, **fields):
        """Fill the form of the open page that goes to `action`, send it, follow where it leads."""
        forms = _Forms()
        forms.feed(self.page.text)
        form = next(f for f in forms.forms if (f["action"], f["method"]) == (action, "post"))
        answer = self.post(action, {**form["fields"], **fields})
        return self.get(answer.headers["location"]) if answer.status_code == 303 else answer

    def sign_in(self, token):
        """Sign in with a token."""
        self.get("/sign-in")
        return self.send("/sign-in", token=token, next="/sign-in")

    def sign_in_as(self, user, password):
        """Sign in with a name and a password; the answer of the form."""
        self.get("/sign-in")
        return self.send("/sign-in", user=user, password=password, next="/account")

    def key(self, path="/sign-in"):
        """The key that forms of a page carry."""
        return self.get(path).text.split('name="form_key" value="')[1].split('"')[0]

    def _ask(self, method, path, **what):
        import asyncio

        async def ask():
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url=self._origin, cookies=self.cookies
            ) as client:
                headers = {"accept": "text/html", **what.pop("headers", {})}
                answer = await client.request(method, path, headers=headers, **what)
                self.cookies = client.cookies
                return answer

        answer = asyncio.run(ask())
        if method == "GET":
            self.page = answer
        return answer
