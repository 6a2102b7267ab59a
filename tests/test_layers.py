"""A package imports only packages on lower floors, and only the roof prints and exits.

Read from the source: imports inside functions and under TYPE_CHECKING count like all others. The
lazy front door `wattprint/__init__.py` is exempt: it imports nothing until it is asked.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import wattprint

ROOT = Path(wattprint.__file__).parent
FLOORS = {
    **dict.fromkeys(["_version", "domain"], 0),
    **dict.fromkeys(["factors"], 1),
    **dict.fromkeys(["meters", "grid", "estimator", "ledger", "client", "joblogs"], 2),
    **dict.fromkeys(["importers", "accounting", "tracker", "charts"], 3),
    **dict.fromkeys(["scheduler", "reports"], 4),
    **dict.fromkeys(["advice", "survey", "governance"], 5),
    **dict.fromkeys(["agent", "hub"], 6),
    **dict.fromkeys(["cli"], 7),
}
THIRD_PARTIES = {
    "cli": {"click", "rich"},
    "accounting": {"duckdb", "psycopg", "py4j", "pyspark", "tomli"},
    "charts": {"altair", "vl_convert"},
    "grid": {"pyarrow", "tomli"},
    "hub": {
        *("alembic", "argon2", "fastapi", "jinja2", "joserfc", "msgspec", "psycopg", "pyarrow"),
        *("markdown", "markupsafe", "pydantic", "sqlalchemy", "starlette", "uvicorn"),
    },
    "importers": {"yaml"},
    "joblogs": {"duckdb"},
    "reports": {"jinja2", "vl_convert"},
}
"""Distributions that a package may import; all others use the standard library alone."""

STANDARD_LIBRARY = sys.stdlib_module_names | {"_sha256", "_sha2"}
"""With one module that changed its name in Python 3.12."""

NOT_IN_DOMAIN = {"os", "io", "pathlib", "time", "socket", "subprocess", "threading", "logging"}
"""Formulas have no clock, file, process or network."""

MODULES = sorted(path for path in ROOT.rglob("*.py") if path.parent != ROOT)


def imported_names(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of every import; `package` is the one that holds the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: 1 - node.level or None] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def import_faults(source: str, package: str) -> list[str]:
    """Return every import that points up, sideways or out of the house."""
    floor = package.split(".")[1]
    faults = []
    for line, name in imported_names(ast.parse(source), package):
        top, _, rest = name.partition(".")
        target = rest.partition(".")[0]
        if top != "wattprint":
            if top not in STANDARD_LIBRARY | THIRD_PARTIES.get(floor, set()):
                faults.append(f"line {line}: {floor} imports {top}, which is third-party")
            elif floor == "domain" and top in NOT_IN_DOMAIN:
                faults.append(f"line {line}: domain imports {top}")
        elif target not in FLOORS:
            faults.append(f"line {line}: {floor} imports the front door")
        elif target != floor and FLOORS[target] >= FLOORS[floor]:
            faults.append(f"line {line}: {floor} imports {target}, which is not below it")
    return faults


def voice_faults(source: str, package: str) -> list[str]:
    """Return every place below the roof that prints, exits or hides an import."""
    floor = package.split(".")[1]
    if floor == "cli":
        return []
    spoken = {"print", "input", "exit", "quit", "sys.exit", "os._exit", "os.abort"}
    hidden = {"__import__", "import_module", "importlib.import_module"}
    faults = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (name := ast.unparse(node.func)) in spoken | hidden:
            faults.append(f"line {node.lineno}: {floor} calls {name}")
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in ("sys.stdout", "sys.stderr"):
            faults.append(f"line {node.lineno}: {floor} uses {ast.unparse(node)}")
        elif isinstance(node, ast.Raise) and node.exc and "SystemExit" in ast.unparse(node.exc):
            faults.append(f"line {node.lineno}: {floor} raises SystemExit")
    return faults


def package_of(path: Path) -> str:
    parents = path.relative_to(ROOT).parent.parts
    return ".".join(["wattprint", *(parents or [path.stem])])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_lies_below_it(path):
    assert import_faults(path.read_text("utf-8"), package_of(path)) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_command_line_prints_and_exits(path):
    assert voice_faults(path.read_text("utf-8"), package_of(path)) == []


def test_every_package_has_a_floor():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages <= set(FLOORS)
    assert {"domain", "factors", "meters", "ledger", "tracker", "estimator", "cli"} <= packages


@pytest.mark.parametrize(
    ("package", "source", "fault"),
    [
        ("wattprint.domain", "import wattprint.factors.tables", "domain imports factors"),
        ("wattprint.domain.formulas", "from ...factors import tables", "domain imports factors"),
        ("wattprint.domain", "def now():\n    import time", "line 2: domain imports time"),
        ("wattprint.domain", "import numpy as np", "domain imports numpy, which is third-party"),
        ("wattprint.meters", "from wattprint.ledger import home", "meters imports ledger"),
        ("wattprint.ledger", "from wattprint import tracker", "ledger imports tracker"),
        ("wattprint.tracker", "from .. import cli", "tracker imports cli"),
        ("wattprint.reports", "import wattprint", "reports imports the front door"),
        ("wattprint.reports", "from wattprint import track", "reports imports the front door"),
        ("wattprint.factors", "if TYPE_CHECKING:\n    from ..cli import main", "factors imports"),
        ("wattprint.cli", "def draw():\n    import pandas", "cli imports pandas"),
    ],
)
def test_the_reader_of_imports_finds_a_fault(package, source, fault):
    (found,) = import_faults(source, package)
    assert fault in found


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("wattprint.domain.formulas", "from math import fsum\nfrom ..units import plain"),
        ("wattprint.domain", "from wattprint.domain.errors import InputError"),
        ("wattprint.meters", "from wattprint.factors.conventions import convention"),
        ("wattprint.cli", "import click\nfrom wattprint._version import __version__"),
    ],
)
def test_the_reader_of_imports_accepts_what_points_down(package, source):
    assert import_faults(source, package) == []


@pytest.mark.parametrize(
    "source",
    [
        "def summary():\n    print('42 kWh')",
        "import sys\nsys.exit(1)",
        "import sys\nsys.stderr.write('oops')",
        "raise SystemExit(2)",
        "from importlib import import_module\nimport_module('wattprint.cli.main')",
    ],
)
def test_the_reader_of_voices_finds_a_fault(source):
    assert len(voice_faults(source, "wattprint.tracker")) == 1
    assert voice_faults(source, "wattprint.cli") == []
