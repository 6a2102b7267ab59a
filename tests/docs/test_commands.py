"""What the pages show of `wattprint` commands is what these print."""

import runpy

import pytest

from docs.pages import PAGES, README, ROOT, name_of, text_of

TOOL = runpy.run_path(str(ROOT / "tools" / "run_doc_commands.py"))
shown_commands, agree = TOOL["shown_commands"], TOOL["agree"]


@pytest.mark.parametrize("page", [README, *PAGES], ids=name_of)
def test_a_page_shows_what_its_commands_print(page):
    found = TOOL["complaints"](page)
    assert not found, "\n\n".join([*found, "python tools/run_doc_commands.py --write mends output"])


def test_the_readme_and_the_guides_show_commands():
    # A pattern that found no block would let everything pass.
    for page in (README, *(ROOT / "docs" / f"{name}.md" for name in ("estimate", "reports"))):
        assert any(s.command.startswith("wattprint ") for s in shown_commands(text_of(page)))


def test_a_block_is_cut_into_commands_and_their_output():
    text = "text\n\n```console\n$ one a \\\n    b\nout\n\nput\n$ two\n```\n"
    (first, second) = shown_commands(text)
    assert (first.line, first.command, first.output) == (4, "one a \\\n    b", ("out", "", "put"))
    assert (second.line, second.command, second.output) == (9, "two", ())


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        pytest.param(("a", "b"), ["a", "b"], True, id="equal"),
        pytest.param(("a",), ["a", "b"], False, id="a line more is printed"),
        pytest.param(("a", "..."), ["a", "b", "c"], True, id="dots at the end"),
        pytest.param(("...", "c"), ["a", "b", "c"], True, id="dots at the beginning"),
        pytest.param(("a", "...", "c"), ["a", "c"], True, id="dots for no line"),
        pytest.param(
            ("a", "...", "b", "..."), ["a", "c"], False, id="a line after dots is missing"
        ),
        pytest.param(("a.",), ["ab"], False, id="a full stop is a full stop"),
    ],
)
def test_dots_stand_for_any_lines(shown, printed, expected):
    assert agree(shown, printed) is expected


def test_stale_output_is_renewed_where_it_was():
    shown = ("1 kWh, old", "...", "  pue: 1", "...")
    printed = ["2 kWh, new", "", "table", "  pue: 1.2", "rest", "end"]
    assert TOOL["renewed"](shown, printed) == ["2 kWh, new", "...", "  pue: 1.2", "..."]
