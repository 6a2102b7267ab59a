"""The site is whole: each page is in its navigation, each link leads somewhere."""

import importlib.util
import re
import subprocess
import sys

import pytest

from docs.pages import DOCS, PAGES, README, ROOT, name_of, prose, text_of

CONFIG = text_of(ROOT / "mkdocs.yml")
LINK = re.compile(r"\]\(([^)\s]+)\)")
EXTERNAL = ("http://", "https://", "mailto:")


def anchors(page):
    """The anchors of a page's headings, as MkDocs and GitHub both make them."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    words = (re.sub(r"[^\w\s-]", "", heading.lower()).strip() for heading in headings)
    return {re.sub(r"[\s-]+", "-", heading) for heading in words}


def test_the_navigation_names_every_page_once():
    navigation = CONFIG.partition("\nnav:\n")[2]
    named = re.findall(r"([\w/.-]+\.md)$", navigation, re.MULTILINE)
    assert sorted(named) == sorted(str(page.relative_to(DOCS)) for page in PAGES)


@pytest.mark.parametrize("page", [README, *PAGES], ids=name_of)
def test_every_link_within_the_project_leads_somewhere(page):
    for target in LINK.findall(prose(page)):
        if target.startswith(EXTERNAL):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.is_relative_to(DOCS if page != README else ROOT), f"{target} leaves docs/"
        assert linked.exists(), f"{target} is not there"
        assert not anchor or anchor in anchors(linked), f"{target}: no such heading"


def test_paths_of_the_project_that_pages_name_are_there():
    pattern = re.compile(r"`((?:src|tools|benchmarks|tests|docs)/[\w/.-]+)`")
    for page in [README, *PAGES]:
        for path in pattern.findall(prose(page)):
            assert (ROOT / path).exists(), f"{name_of(page)} names {path}"


@pytest.mark.skipif(
    importlib.util.find_spec("mkdocs") is None, reason="needs the docs extra: make docs"
)
def test_the_site_builds_and_asks_nothing_of_third_parties(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for built in tmp_path.rglob("*.html"):
        loaded = re.findall(
            r'<(?:script|img|link)[^>]+(?:src|href)="(https?:[^"]+)"', text_of(built)
        )
        assert loaded == [], built
