"""Keys and passwords: texts that do not show themselves."""

from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "[hidden]"


class Secret:
    """A text that is only read by what sends it.

    Args:
        text: The key or password.

    >>> Secret("k3y"), str(Secret("k3y")), f"{Secret('k3y')}"
    (Secret([hidden]), '[hidden]', '[hidden]')
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text, to be sent."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"

    def __str__(self) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written to a file or another process.")


def without_secrets(text: str, secrets: Iterable[Secret]) -> str:
    """Return a text in which each secret is replaced, in any of the forms in which it is sent."""
    for secret in secrets:
        plain = secret.reveal()
        forms = {
            plain,
            quote(plain, safe=""),
            quote_plus(plain),
            b64encode(plain.encode()).decode(),
        }
        for form in sorted(filter(None, forms), key=len, reverse=True):
            text = text.replace(form, HIDDEN)
    return text
