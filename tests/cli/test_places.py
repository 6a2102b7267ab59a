"""A place that the project or the environment names stands in where the command says none."""

import json
import os
import subprocess

import pytest

from processes import WATTPRINT, environment

WORK = ("estimate", "--power-w", "300", "--hours", "100", "--json")


@pytest.fixture
def project(tmp_path, home):
    """Run the command in a project's folder."""
    folder = tmp_path / "project"
    folder.mkdir()

    def run(*arguments, files=(), **variables):
        for name, text in files:
            (folder / name).write_text(text)
        return subprocess.run(
            [WATTPRINT, *map(os.fspath, arguments)],
            cwd=folder,
            env={**environment(home), **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def zone_of(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["work"].get("zone")


def test_a_projects_file_names_the_zone(project):
    assert zone_of(project(*WORK, files=[("wattprint.toml", 'zone = "FR"\n')])) == "FR"


def test_the_environment_names_it(project):
    assert zone_of(project(*WORK, WATTPRINT_ZONE="DE")) == "DE"


def test_what_is_said_goes_before_both(project):
    files = [("wattprint.toml", 'zone = "FR"\n')]
    assert zone_of(project(*WORK, "--zone", "SE", files=files, WATTPRINT_ZONE="DE")) == "SE"
    given = project(*WORK, "--intensity", "100", files=files)
    assert zone_of(given) is None


def test_without_any_there_is_no_default(project):
    footprint = json.loads(project(*WORK).stdout)
    assert footprint["emissions_kg"]["location_based"] is None


def test_a_run_is_recorded_with_the_projects_place(project):
    files = [("wattprint.toml", 'zone = "FR"\n')]
    assert project("track", "--quiet", "--", "true", files=files).returncode == 0
    shown = json.loads(project("show", "last", "--json", WATTPRINT_ZONE="DE").stdout)
    assert shown["work"]["zone"] == "FR"


def test_a_place_that_does_not_exist_is_refused_with_its_file(project):
    done = project(*WORK, files=[("wattprint.toml", 'zone = "FX"\n')])
    assert done.returncode == 2
    assert "'FX'" in done.stderr and "wattprint.toml" in done.stderr
