"""The country of this address, by a service that is asked only when somebody says so.

It learns the address, as any web server does, and that a Wattprint asks. Behind a VPN or a
company's gateway the country is that of the gateway.
"""

from wattprint.factors.zones import zones
from wattprint.grid.answers import Asked, quoted
from wattprint.grid.caller import Caller
from wattprint.grid.place import Place
from wattprint.grid.transport import Request

NAME = "IP look-up"
BASE_URL = "https://get.geojs.io"
URL_VARIABLE = "WATTPRINT_IP_LOOKUP_URL"
_PATH = "/v1/ip/country.json"
_CODE_LETTERS = 2


def sends(base_url: str = BASE_URL) -> str:
    """Return what a look-up tells whom, for people to read before it happens."""
    return (
        f"sends one request to {base_url}{_PATH}: it learns this machine's public IP address and "
        "nothing else; the country in its answer is used and not kept"
    )


def ip_place(caller: Caller, base_url: str = BASE_URL) -> Place:
    """Return the country of this address.

    Raises:
        ServiceError: The service does not answer, or not with a country.
    """
    asked = Asked(NAME, "")
    document = caller.json(Request(base_url.rstrip("/") + _PATH))
    country = asked.field(document, "country")
    codes = {zone.zone for zone in zones().entries if len(zone.zone) == _CODE_LETTERS}
    if country not in codes:
        raise asked.bad(f"country {quoted(country)} in the answer is none")
    return Place(country, None, f"{NAME} at {base_url}")
