"""The documentation as pages of the hub: the very files that the documentation site is made of.

In a wheel they lie beside this file; in a checkout they are its `docs` folder.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from posixpath import join as joined
from posixpath import normpath
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import markdown
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import TocExtension
from markdown.treeprocessors import Treeprocessor

from wattprint.domain.errors import UnknownNameError, nearest_names

_SHIPPED = Path(__file__).parent / "manual"
_CHECKOUT = Path(__file__).parents[3] / "docs"
ADDRESS = "/methods"
_NAME = re.compile(r"^[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)?$")
"""What a page may be called: no dot, so that no path leads out of the folder."""
_OUTSIDE = ("https", "http", "mailto")


class Chapter(NamedTuple):
    """Pages that belong together."""

    title: str
    pages: tuple[str, ...]


CHAPTERS = (
    Chapter(
        "Formulas",
        (
            "formulas",
            "formulas/described-energy",
            "formulas/cpu-power",
            "formulas/metered-energy",
            "formulas/it-energy",
            "formulas/node",
            "formulas/facility-energy",
            "formulas/storage-network",
            "formulas/location-based",
            "formulas/market-based",
            "formulas/embodied",
            "formulas/sci",
            "formulas/water",
            "formulas/transformer",
            "formulas/inference",
            "formulas/life",
            "formulas/ranges",
        ),
    ),
    Chapter(
        "Named methodologies",
        (
            "methodologies",
            "methodologies/ml-co2-impact",
            "methodologies/green-algorithms",
            "methodologies/cloud-carbon-footprint",
            "methodologies/sci",
            "methodologies/ecologits",
            "methodologies/llmcarbon",
            "methodologies/codecarbon",
            "methodologies/boavizta",
        ),
    ),
    Chapter(
        "What figures rest on",
        ("glossary", "factors", "host", "profiles", "zone", "grid", "measurements"),
    ),
    Chapter(
        "Why it is so",
        (
            "decisions/0004-pue-is-never-assumed",
            "decisions/0005-raw-activity",
            "decisions/0006-market-figures",
            "decisions/0010-water-of-the-site-is-asked-for",
            "decisions/0011-the-spread-of-sources-is-the-answer",
            "decisions/0012-tokens-by-roofline",
        ),
    ),
)
"""What the contents list; the other pages of the documentation are there too, by their links."""


class Heading(NamedTuple):
    """A heading within a page."""

    anchor: str
    title: str


class ManualPage(NamedTuple):
    """A page of the documentation."""

    name: str
    title: str
    html: str
    headings: tuple[Heading, ...]

    @property
    def address(self) -> str:
        """Where the hub shows it."""
        return f"{ADDRESS}/{self.name}"


class Found(NamedTuple):
    """A page or a heading whose title holds what was searched for."""

    address: str
    title: str
    page: str
    """Title of its page; empty where it is the page itself."""


def folder() -> Path:
    """Return where the documentation lies."""
    return _SHIPPED if _SHIPPED.is_dir() else _CHECKOUT


@lru_cache(maxsize=256)
def manual_page(name: str) -> ManualPage:
    """Return a page by name, 'formulas/water'.

    Raises:
        UnknownNameError: No such page; `nearest` holds the closest names.
    """
    path = _path_of(name)
    if path is None:
        raise UnknownNameError(
            f"page {name!r} is unknown", "the contents list them all", nearest_names(name, names())
        )
    source = path.relative_to(folder()).as_posix()
    reader = _reader(source)
    html = reader.convert(path.read_text(encoding="utf-8"))
    html = html.replace("<pre>", '<pre tabindex="0">')  # it scrolls, by keys too
    tokens: list[dict[str, Any]] = reader.toc_tokens
    title = tokens[0]["name"] if tokens else name
    within = tokens[0]["children"] if tokens else []
    headings = tuple(Heading(token["id"], _plain(token["name"])) for token in within)
    return ManualPage(name, _plain(title), html, headings)


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Return the names of all pages."""
    root = folder()
    found = [path.relative_to(root).with_suffix("").as_posix() for path in root.rglob("*.md")]
    return tuple(sorted(filter(_NAME.match, map(_without_index, found))))


def search(text: str) -> Iterator[Found]:
    """Yield the pages, and the headings within them, whose titles hold every word of a text."""
    words = text.casefold().split()
    listed = [name for chapter in CHAPTERS for name in chapter.pages]
    for name in dict.fromkeys((*listed, *names())) if words else ():
        page = manual_page(name)
        if _holds(page.title, words):
            yield Found(page.address, page.title, "")
        for heading in page.headings:
            if _holds(heading.title, words):
                yield Found(f"{page.address}#{heading.anchor}", heading.title, page.title)


def _holds(title: str, words: Sequence[str]) -> bool:
    return all(word in title.casefold() for word in words)


def _path_of(name: str) -> Path | None:
    if not _NAME.match(name):
        return None
    for path in (folder() / f"{name}.md", folder() / name / "index.md"):
        if path.is_file():
            return path
    return None


def _without_index(name: str) -> str:
    return name.removesuffix("/index")


def _plain(text: str) -> str:
    """Return a title without the marks that its Markdown had."""
    return re.sub(r"<[^>]+>", "", text).replace("&amp;", "&")


def _reader(source: str) -> markdown.Markdown:
    """Return what reads a file: raw HTML is text, and no style stands in an attribute."""
    reader = markdown.Markdown(
        extensions=[
            "def_list",
            "fenced_code",
            TableExtension(use_align_attribute=True),
            TocExtension(permalink=False),
        ],
        output_format="html",
    )
    reader.preprocessors.deregister("html_block")
    reader.inlinePatterns.deregister("html")
    reader.treeprocessors.register(_Links(reader, source), "wattprint_links", 0)
    return reader


class _Links(Treeprocessor):  # type: ignore[misc] # Markdown has no types
    """Lets links between files lead to pages of the hub, tables scroll, and nothing foreign in."""

    def __init__(self, reader: markdown.Markdown, source: str) -> None:
        super().__init__(reader)
        self._source = source

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag == "a":
                self._mend(element)
            elif element.tag == "img":
                element.set("src", self._picture(element.get("src", "")))
        _box_tables(root)

    def _mend(self, link: Element) -> None:
        address = address_of(self._source, link.get("href", ""))
        if address is None:
            del link.attrib["href"]
            return
        link.set("href", address)
        if urlsplit(address).scheme:
            link.set("rel", "noreferrer")

    def _picture(self, source: str) -> str:
        path = normpath(joined(self._source, "..", source))
        return f"{ADDRESS}/pictures/{Path(path).name}"


def address_of(source: str, link: str) -> str | None:
    """Return where a link of a page leads on the hub; None for where no page of ours may lead.

    Args:
        source: File that holds the link, from the root of the documentation.
        link: As it is written there.

    >>> address_of("formulas/index.md", "../life.md#per-functional-unit")
    '/methods/life#per-functional-unit'
    >>> address_of("formulas/index.md", "javascript:alert(1)") is None
    True
    """
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return link if parts.scheme in _OUTSIDE else None
    if not parts.path:
        return f"#{parts.fragment}"
    path = normpath(joined(source, "..", parts.path))
    if path.startswith("../") or not path.endswith(".md"):
        return None
    name = _without_index(path.removesuffix(".md"))
    name = "" if name == "index" else f"/{name}"
    return f"{ADDRESS}{name}" + (f"#{parts.fragment}" if parts.fragment else "")


def _box_tables(root: Element) -> None:
    """Put each table into a box that scrolls: on a phone it may be wider than the page."""
    for parent in list(root.iter()):
        for place, child in enumerate(list(parent)):
            if child.tag == "table":
                name = "Table"
                box = Element("div", {"class": "scroll", "tabindex": "0", "role": "region"})
                box.set("aria-label", name)
                box.append(child)
                parent.remove(child)
                parent.insert(place, box)
