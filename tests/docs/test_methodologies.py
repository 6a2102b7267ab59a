"""Every methodology has a page: formula, constants, source, and an example worked by hand."""

import re

import pytest

from docs.pages import DOCS, blocks, text_of
from wattprint.estimator.methodologies.registry import methodologies

HEADINGS = ["Formula", "Constants", "Leaves out", "By hand", "Source"]


@pytest.mark.parametrize("name", methodologies())
def test_a_methodology_has_a_page_with_every_part(name):
    page = DOCS / "methodologies" / f"{name}.md"
    assert re.findall(r"^## (.*)$", text_of(page), re.MULTILINE) == HEADINGS
    assert any(">>>" in block for block in blocks(page, "python"))


@pytest.mark.parametrize("name", methodologies())
def test_the_page_gives_the_source_that_footprints_cite(name):
    page = text_of(DOCS / "methodologies" / f"{name}.md").partition("## Source")[2]
    identifiers = re.findall(
        r"arXiv:\S+\d|doi:\S+\d|ISO/IEC [\d:]+\d", methodologies()[name].citation
    )
    assert all(identifier in page for identifier in identifiers)
    assert re.search(r"\b20\d\d\b", page)


def test_the_index_leads_to_every_methodology():
    index = text_of(DOCS / "methodologies" / "index.md")
    for name in methodologies():
        assert f"[`{name}`]({name}.md)" in index
