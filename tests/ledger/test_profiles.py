"""Node profiles of a home: written whole, found by name and by machine."""

import json

import pytest

from made_profiles import MACHINE, PROFILE
from processes import python
from wattprint.domain.errors import HomeError, InputError, RecordError, UnknownNameError
from wattprint.domain.node_profile import Machine
from wattprint.ledger.profiles import Profiles, named_like, profile_name

ELSEWHERE = Machine("Intel Core i9", 1, ())


@pytest.fixture
def profiles(tmp_path):
    return Profiles(tmp_path / "home")


def test_a_profile_is_found_by_the_name_it_was_saved_under(profiles, tmp_path):
    path = profiles.save(PROFILE)
    assert path == tmp_path / "home" / "profiles" / "bench.json"
    assert json.loads(path.read_text())["schema"] == "wattprint.node-profile/1"
    assert profiles.find("bench") == PROFILE
    assert [p.name for p in path.parent.iterdir()] == ["bench.json"], "nothing is left beside it"


def test_a_home_without_profiles_has_none_and_is_left_as_it_is(profiles, tmp_path):
    assert profiles.names() == []
    assert list(profiles.all()) == []
    assert profiles.for_machine(MACHINE) is None
    assert not (tmp_path / "home").exists()


def test_the_newest_profile_of_a_machine_is_its_own(profiles):
    profiles.save(PROFILE)
    newest = PROFILE._replace(name="again", fitted_at="2026-11-26T12:00:00.000Z")
    profiles.save(newest)
    profiles.save(PROFILE._replace(name="other", machine=ELSEWHERE, fitted_at="2027-01-01T0:0:0Z"))
    profiles.save(PROFILE._replace(name="none", machine=None, fitted_at="2027-01-01T0:0:0Z"))
    assert profiles.for_machine(MACHINE) == newest
    assert profiles.for_machine(MACHINE._replace(sockets=1)) is None
    assert profiles.for_machine(MACHINE._replace(accelerators=("A100",))) is None


def test_a_name_that_is_taken_is_kept_unless_replacing_is_said(profiles):
    profiles.save(PROFILE)
    changed = PROFILE._replace(readings=12)
    with pytest.raises(InputError, match=r"profile 'bench' is there already; .*--force"):
        profiles.save(changed)
    assert profiles.find("bench").readings == 10
    profiles.save(changed, replace=True)
    assert profiles.find("bench").readings == 12


def test_a_removed_profile_is_gone_and_readings_of_a_guide_are_kept(profiles):
    profiles.save(PROFILE)
    readings = profiles.readings_path("bench")
    readings.write_text("phase\n")
    profiles.remove("bench")
    assert profiles.names() == []
    assert readings.exists()
    with pytest.raises(UnknownNameError, match="profile 'bench' is unknown; there is none yet"):
        profiles.remove("bench")


def test_an_unknown_name_is_refused_with_the_nearest(profiles):
    profiles.save(PROFILE)
    with pytest.raises(UnknownNameError, match=r"'bensh' is unknown; .*Nearest: 'bench'"):
        profiles.find("bensh")


@pytest.mark.parametrize("name", ["", ".", "../runs/x", "a/b", "Bench", "a b", "-x", "x" * 81])
def test_what_cannot_be_the_name_of_a_file_is_refused(profiles, name):
    with pytest.raises(InputError, match=r"profile name .* is none; expected up to 80"):
        profiles.find(name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("13th Gen Intel(R) Core(TM) i9-13900K", "13th-gen-intel-r-core-tm-i9-13900k"),
        ("2 x AMD EPYC 7742, 8 x A100", "2-x-amd-epyc-7742-8-x-a100"),
        ("Ünnamed", "nnamed"),
        ("--", ""),
    ],
)
def test_a_machine_is_a_name_once_its_signs_are_gone(text, name):
    assert named_like(text) == name
    assert not name or profile_name(name) == name


def test_a_file_that_is_no_profile_is_passed_over_and_named(profiles):
    folder = profiles.save(PROFILE).parent
    (folder / "torn.json").write_text('{"schema": "wattprint.node-pro')
    (folder / "other.json").write_text("[]")
    (folder / "latin.json").write_bytes(b"\xe9")
    (folder / "Upper.json").write_text("{}")
    assert [profile.name for profile in profiles.all()] == ["bench"]
    assert set(profiles.unreadable) == {"torn", "other", "latin"}
    assert profiles.for_machine(MACHINE) == PROFILE
    with pytest.raises(RecordError, match=r"torn\.json is no JSON"):
        profiles.find("torn")


def test_a_home_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError, match="it is a file"):
        Profiles(tmp_path / "file")


def test_what_cannot_be_written_whole_is_not_left_behind(profiles, tmp_path):
    path = profiles.save(PROFILE)
    with pytest.raises(ValueError, match="JSON"):
        profiles.save(PROFILE._replace(scatter=float("nan")), replace=True)
    assert [p.name for p in path.parent.iterdir()] == ["bench.json"]
    assert profiles.find("bench") == PROFILE


LOOKED_UP = """
import sys
import wattprint
with wattprint.track():
    pass
before = set(sys.modules)
from wattprint.domain.node_profile import Machine
from wattprint.ledger.profiles import Profiles
assert Profiles().for_machine(Machine("", 1, ())) is None
print(*sorted(set(sys.modules) - before))
"""


def test_to_look_for_a_profile_loads_nothing_that_a_run_has_not(tmp_path):
    done = python(LOOKED_UP, home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == []
