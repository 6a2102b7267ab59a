"""From what a page says to HTML that needs nothing else: no network, no script, no other file."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wattprint.charts.theme import dark_rules
from wattprint.domain.display import printable
from wattprint.domain.errors import InputError

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"

_MARKS = {
    "measured": "●",
    "modelled": "◐",
    "assumed": "◌",
    "given": "■",
    "missing": "○",
    "not counted": "○",
    "used": "●",
    "not used": "○",
}
"""A sign before each method and state, so that a table can be scanned."""


def refuse_without_extra() -> None:
    """Refuse at once if the packages of the extra are not there.

    Raises:
        InputError: One is not; it says how to install it.
    """
    try:
        import jinja2  # noqa: F401 - looked for here, used below
        import vl_convert  # noqa: F401
    except ImportError as error:
        raise InputError(
            f"format 'html' needs the extra 'report', and {error.name} is not installed",
            "install it with `pip install 'wattprint[report]'`",
        ) from error


def rendered(template: str, **parts: Any) -> str:
    """Return a page.

    Args:
        template: Name of its template.
        parts: What it says, by the names that the template uses; texts are escaped.

    Raises:
        InputError: The extra `report` is not installed.
    """
    refuse_without_extra()
    page = _environment().get_template(template)
    return page.render(**parts, dark_rules=dark_rules(), marks=_MARKS)


def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # the extra `report`

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def _shown(value: object) -> object:
    """Return what may stand in a page: markup that we made as it is, any other text printable."""
    return printable(value) if type(value) is str else value
