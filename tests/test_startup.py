"""Importing Wattprint costs next to nothing: asserted on what is loaded, not on a clock.

How long it takes is shown by benchmarks/startup.py.
"""

import json
import sys

import pytest

from processes import python

HEAVY = {
    "argparse",
    "asyncio",
    "click",
    "concurrent",
    "csv",
    "ctypes",
    "dataclasses",
    "decimal",
    "email",
    "enum",
    "hashlib",
    "http",
    "importlib.metadata",
    "inspect",
    "json",
    "logging",
    "pathlib",
    "random",
    "re",
    "rich",
    "socket",
    "ssl",
    "subprocess",
    "tempfile",
    "threading",
    "typing",
    "urllib",
}
"""Modules of more than a millisecond, or that a user's program may well do without."""

REPORT_LOADED = """
import sys
before = set(sys.modules)
{action}
loaded = sorted(set(sys.modules) - before)
import json
print(json.dumps(loaded))
"""


def loaded_by(action, home):
    done = python(REPORT_LOADED.format(action=action), home=home)
    assert (done.returncode, done.stderr) == (0, "")
    return set(json.loads(done.stdout.splitlines()[-1]))


def third_parties(modules):
    return {name.partition(".")[0] for name in modules} - sys.stdlib_module_names - {"wattprint"}


@pytest.mark.parametrize(
    "action",
    [
        pytest.param("import wattprint", id="import"),
        pytest.param("import wattprint; wattprint.track", id="track"),
        pytest.param("import wattprint; wattprint.estimate", id="estimate"),
        pytest.param("import wattprint; wattprint.track; wattprint.estimate", id="both"),
    ],
)
def test_the_front_door_loads_nothing_heavy_and_nothing_of_others(action, tmp_path):
    loaded = loaded_by(action, tmp_path)
    assert any(name.startswith("wattprint") for name in loaded)
    assert third_parties(loaded) == set()
    assert loaded & HEAVY == set()


def test_an_import_loads_the_front_door_alone(tmp_path):
    ours = {name for name in loaded_by("import wattprint", tmp_path) if "wattprint" in name}
    assert ours == {"wattprint", "wattprint._version"}


def test_every_public_name_is_there_when_it_is_asked_for(tmp_path):
    script = "import wattprint\nfor name in wattprint.__all__: print(getattr(wattprint, name))"
    done = python(script, home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_name_that_is_not_there_is_an_attribute_error(tmp_path):
    done = python("import wattprint; wattprint.trak", home=tmp_path)
    assert "module 'wattprint' has no attribute 'trak'" in done.stderr


def test_a_tracked_run_loads_nothing_of_others_and_no_network(tmp_path):
    action = "import wattprint\nwith wattprint.track(): pass"
    loaded = loaded_by(action, tmp_path)
    assert "wattprint.tracker.run" in loaded
    assert third_parties(loaded) == set()
    assert loaded & {"asyncio", "http", "socket", "ssl", "subprocess", "urllib.request"} == set()


COMMAND_LINE = """
import io
from wattprint.cli.main import main
sys.argv = ["wattprint", *{arguments!r}]
stdout, sys.stdout = sys.stdout, io.StringIO()
try:
    main()
except SystemExit as end:
    assert end.code == 0, end.code
sys.stdout = stdout
"""


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["estimate", "--power-w", "300", "--hours", "1"], id="energy"),
        pytest.param(
            ["estimate", "--accelerator", "V100", "--hours", "1", "--zone", "FR"], id="emissions"
        ),
        pytest.param(["estimate", "--power-w", "300", "--hours", "1", "--json"], id="json"),
    ],
)
def test_an_estimate_on_the_command_line_loads_click_and_nothing_else_of_others(
    arguments, tmp_path
):
    loaded = loaded_by(COMMAND_LINE.format(arguments=arguments), tmp_path)
    assert third_parties(loaded) == {"click"}
    assert loaded & {"asyncio", "http", "rich", "socket", "ssl", "urllib.request"} == set()
