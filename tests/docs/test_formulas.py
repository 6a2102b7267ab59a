"""Every formula has a page that names it, uses it, and gives its source."""

import ast
import importlib
import inspect
import re

import pytest

from docs.pages import DOCS, FORMULA_PAGES, ROOT, blocks, name_of, text_of

MODULES = sorted((ROOT / "src" / "wattprint" / "domain" / "formulas").glob("[!_]*.py"))
RANGES = [f"wattprint.domain.interval.{n}" for n in ("product", "sum_independent", "sum_shared")]
IDENTIFIER = re.compile(r"arXiv:\d+\.\d+|doi:\S+[\w)]|ISO/IEC \d+(?:-\d+)?(?::\d+)?|table \d+\.\d+")
HEADINGS = ["Equation", "Symbols", "Holds", "By hand", "Source", "Leaves out"]


def public_functions():
    for module in MODULES:
        for node in ast.parse(module.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"wattprint.domain.formulas.{module.stem}.{node.name}"


FUNCTIONS = [*public_functions(), *RANGES]


def pages_naming(function):
    return [page for page in FORMULA_PAGES if f"`{function}`" in text_of(page)]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_formula_has_one_page_and_an_example_there(function):
    (page,) = pages_naming(function)
    name = function.rpartition(".")[2]
    assert any(f"{name}(" in block for block in blocks(page, "python")), f"no example on {page}"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_page_names_the_sources_of_the_docstring(function):
    module, _, name = function.rpartition(".")
    docstring = inspect.getdoc(getattr(importlib.import_module(module), name))
    source = docstring.partition("Source:")[2].partition(">>>")[0]
    (page,) = pages_naming(function)
    for identifier in IDENTIFIER.findall(source):
        assert identifier in text_of(page)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_page_has_every_parameter(function):
    module, _, name = function.rpartition(".")
    if module == "wattprint.domain.interval":
        return  # its parts are ranges, not quantities
    (page,) = pages_naming(function)
    for parameter in inspect.signature(getattr(importlib.import_module(module), name)).parameters:
        assert f"`{parameter}`" in text_of(page) or f"`{parameter}[" in text_of(page)


@pytest.mark.parametrize("page", FORMULA_PAGES, ids=name_of)
def test_a_formula_page_has_every_part(page):
    assert re.findall(r"^## (.*)$", text_of(page), re.MULTILINE) == HEADINGS


def test_the_index_leads_to_every_formula():
    index = text_of(DOCS / "formulas" / "index.md")
    for function in FUNCTIONS:
        if not function.endswith(("pue_at_least_1", "supply_efficiency_above_0")):
            assert f"`{function.rpartition('.')[2]}`" in index
    for page in FORMULA_PAGES:
        assert f"({page.name})" in index
