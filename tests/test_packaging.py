"""What a user installs: the package, its tables and licences, and five distributions more."""

import subprocess
import sys
import zipfile
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
MOST_DISTRIBUTIONS = 6
LARGEST_WHEEL_BYTES = 20e6


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_file_of_the_package(contents):
    sources = (ROOT / "src").rglob("*")
    expected = {
        path.relative_to(ROOT / "src").as_posix()
        for path in sources
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected - contents == set()


@pytest.mark.parametrize(
    "name",
    [
        "wattprint/py.typed",
        "wattprint/factors/tables/manifest.json",
        "wattprint/factors/tables/accelerators.csv",
        "wattprint/factors/tables/intensity_yearly.csv",
        "wattprint/factors/tables/odbl/LICENSE",
        "wattprint/factors/tables/odbl/zones.csv",
        "wattprint/hub/manual/formulas/water.md",
        "wattprint/hub/manual/methodologies/index.md",
        "wattprint/hub/manual/images/estimate.svg",
    ],
)
def test_the_wheel_holds_what_the_code_reads(name, contents):
    assert name in contents


def test_the_wheel_holds_the_schema_of_each_public_format(contents):
    schemas = {name.rpartition("/")[2] for name in contents if name.endswith(".schema.json")}
    forms = ("run", "footprint", "node-profile", "accounting", "import")
    assert schemas == {f"{form}-1.schema.json" for form in forms}


def test_the_wheel_holds_the_licences_and_the_notice(contents):
    licences = {name.partition("/licenses/")[2] for name in contents if "/licenses/" in name}
    assert {"LICENSE", "NOTICE", "src/wattprint/factors/tables/odbl/LICENSE"} <= licences


def test_the_wheel_holds_nothing_but_the_package(contents):
    tops = {name.partition("/")[0] for name in contents}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"wattprint"}


def test_the_manual_of_an_installed_hub_reads_the_files_of_the_wheel(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}]\n"
        "from wattprint.hub import manual\n"
        "page = manual.manual_page('formulas/water')\n"
        "print(manual.folder(), page.title, len(manual.names()))"
    )
    command = [
        sys.executable,
        "-I",
        "-c",
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}]\n{program}",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.split()[:2] == [str(tmp_path / "wattprint/hub/manual"), "Water"], done.stderr
    assert int(done.stdout.split()[-1]) == len(list((ROOT / "docs").rglob("*.md")))


def test_the_wheel_is_small(wheel):
    assert wheel.stat().st_size < LARGEST_WHEEL_BYTES


def needed(name):
    """Names of the distributions that one needs here, extras left out."""
    parsed = map(Requirement, requires(name) or [])
    return {
        canonicalize_name(requirement.name)
        for requirement in parsed
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }


def test_the_package_needs_click_and_rich_alone():
    assert needed("wattprint") == {"click", "rich"}


def test_an_install_is_at_most_six_distributions():
    # wattprint, click, rich, and rich's own: markdown-it-py, mdurl, pygments.
    found, waiting = set(), {"wattprint"}
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= needed(name) - found
    assert len(found) <= MOST_DISTRIBUTIONS, found
    assert {"wattprint", "click", "rich"} <= found
