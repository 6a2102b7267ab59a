"""The reference cannot fall behind the commands, the formats and the picture."""

import re
import runpy

import click
import pytest

from docs.pages import DOCS, ROOT, prose, text_of
from wattprint.cli.main import cli
from wattprint.domain.coverage import COMPONENTS
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.footprint import Components, Emissions, Energy, Equivalent, Footprint
from wattprint.domain.interval import exact
from wattprint.domain.readings import Device, Interval
from wattprint.domain.run import RunRecord
from wattprint.ledger.journal import read_journal

REFERENCE = runpy.run_path(str(ROOT / "tools" / "build_cli_reference.py"))
PICTURE = runpy.run_path(str(ROOT / "tools" / "build_readme_picture.py"))
GUIDES = {
    "estimate": "estimate.md",
    "explain": "explain.md estimate.md",
    "track": "track.md",
    "import": "import.md",
    "runs": "ledger.md",
    "show": "reports.md",
    "report": "reports.md",
    "grid": "grid.md",
    "factors": "factors.md",
    "doctor": "doctor.md",
    "account": "account.md",
    "serve": "hub.md",
    "login": "hub.md",
    "push": "hub.md registry.md",
    "pull": "hub.md",
    "hub": "self-hosting.md",
    "registry": "registry.md",
    "calibrate": "calibrate.md",
}
"""Guides in which each command's options are explained, beside the reference."""

CONTEXTS = list(REFERENCE["walk"](click.Context(cli, info_name="wattprint")))


def test_the_command_line_page_is_what_the_commands_say():
    assert text_of(REFERENCE["PAGE"]) == REFERENCE["reference"](), (
        "run python tools/build_cli_reference.py and read the diff"
    )


def test_the_picture_is_drawn_from_a_footprint_of_today():
    assert PICTURE["PICTURE"].read_text(encoding="utf-8") == PICTURE["drawn"](), (
        "run python tools/build_readme_picture.py and look at it"
    )


def test_every_command_has_a_guide():
    assert set(GUIDES) == set(cli.list_commands(click.Context(cli)))


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda context: context.command_path)
def test_every_option_is_in_the_reference_and_explained_in_a_guide(context):
    reference = text_of(DOCS / "reference" / "cli.md")
    options = [p for p in context.command.params if isinstance(p, click.Option)]
    names = [option for option in options if not option.hidden]
    top = context.command_path.split()[1:2]
    pages = GUIDES[top[0]].split() if top else []
    guide = "".join(prose(DOCS / page) for page in pages)
    for option in names:
        spelled = option.opts[-1]
        assert option.help, f"{spelled} of {context.command_path} has no help"
        assert f"`{spelled}" in reference or f", {spelled}" in reference
        assert not top or spelled in guide, f"{spelled} is not in {GUIDES[top[0]]}"


def test_every_field_of_a_footprint_is_in_its_format():
    page = text_of(DOCS / "formats" / "footprint.md")
    figure = exact(1.0)
    evidence = Evidence("pue", figure, "ratio", Method.GIVEN, "user")
    equivalent = Equivalent("flight", figure, "flight", 50.0, "source", 2020)
    fields = {"schema", "summary", *COMPONENTS, *evidence.as_dict(), *equivalent._fields}
    for record in (Footprint, Energy, Components, Emissions):
        fields |= set(record._fields)
    for field in fields - {"amount"}:  # written as value, low and high
        assert f"`{field}`" in page, field


def test_every_field_of_a_run_is_in_its_format():
    page = text_of(DOCS / "formats" / "run.md")
    fields = {*RunRecord._fields, *Device._fields, *Interval._fields, "id", "schema"} - {"run_id"}
    for field in fields:
        assert f"`{field}`" in page, field


def test_the_example_run_is_the_one_that_the_page_computes_by_hand():
    # Two packages of 120 W and 80 W and twice 10 W of DRAM for 3600 s.
    (journal,) = (DOCS / "formats").glob("*.jsonl")
    run = read_journal(journal)
    assert run.device_energy_j() == (432_000.0, 36_000.0, 288_000.0, 36_000.0)
    assert (run.duration_s, run.outcome) == (3600.0, "completed")


def test_the_reference_names_every_command():
    sections = re.findall(r"^## (.*)$", text_of(REFERENCE["PAGE"]), re.MULTILINE)
    assert sections == [context.command_path for context in CONTEXTS]
