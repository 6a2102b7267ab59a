"""The front door for tracked work: what it accepts, and what it refuses at once."""

import pytest

import wattprint
from doubles import FakeMeter
from wattprint.domain.errors import ContradictionError, HomeError, InputError, UnknownKeywordError
from wattprint.ledger.runs import Ledger
from wattprint.tracker.track import PARENT_RUN


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


def test_what_was_said_of_a_run_is_in_its_record(home):
    with wattprint.track(
        project="ranker",
        name="baseline",
        stage="pretrain",
        zone="FR",
        pue=1.2,
        parent="20260101-120000-aaaaaa",
        tags={"seed": 1},
        interval_s=60,
        home=home,
    ) as run:
        pass
    record = run.record()
    assert (record.project, record.name, record.stage) == ("ranker", "baseline", "pretrain")
    assert (record.parent, record.tags) == ("20260101-120000-aaaaaa", {"seed": "1"})
    assert (record.place, record.interval_s) == ({"zone": "FR", "pue": 1.2}, 60)


def test_a_run_of_which_nothing_was_said_has_its_id_for_a_name_and_no_place(home):
    with wattprint.track(home=home) as run:
        pass
    record = run.record()
    assert (record.project, record.name, record.stage) == ("default", run.run_id, None)
    assert (record.place, record.tags, record.parent) == ({}, {}, None)


def test_a_header_keeps_what_recomputing_needs_without_the_machine(home):
    with wattprint.track(home=home) as run:
        pass
    record = run.record()
    assert set(record.factor_set) == {"version", "sha256"}
    assert record.software["wattprint"] == wattprint.__version__
    assert record.host["threads"] >= 1
    assert {meter["family"] for meter in record.meters} >= {"rapl", "modelled"}
    assert all(meter["reason"] for meter in record.meters)


def test_nothing_is_recorded_before_the_start(home):
    run = wattprint.track(home=home)
    assert run.run_id is None
    assert list(Ledger(home).entries()) == []


def test_a_run_says_its_footprint_with_a_place_given_later(home):
    with wattprint.track(home=home) as run:
        pass
    assert run.footprint().emissions_kg.location_based is None
    assert run.footprint(zone="FR").emissions_kg.location_based is not None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"project": ""}, r"project is ''; expected printable text\."),
        ({"project": 3}, r"project is 3; expected printable text\."),
        ({"name": "a\nb"}, r"name is 'a\\nb'; expected printable text\."),
        ({"parent": " "}, r"parent is ' '; expected printable text\."),
        ({"stage": "training"}, r"stage is 'training'; expected one of data, evaluate, .*"),
        ({"stage": "pretraining"}, r"stage is 'pretraining'; .* Nearest: 'pretrain'\."),
        ({"tags": ["a"]}, r"tags is \['a'\]; expected a mapping such as .*"),
        ({"tags": {3: "a"}}, r"a tag's key is 3; expected printable text\."),
        ({"interval_s": 0}, r"interval_s is 0; expected a finite number, 0\.1 to 86400\."),
        ({"interval_s": float("nan")}, r"interval_s is nan; expected a finite number.*"),
        ({"interval_s": 1e300}, r"interval_s is 1e\+300; expected a finite number.*"),
        ({"interval_s": "10"}, r"interval_s is '10'; expected a finite number.*"),
        ({"zone": "DEX"}, r"zone 'DEX' is unknown; zones look like .* Nearest: .*"),
        ({"region": "aws/us-east-9"}, r"region 'aws/us-east-9' is unknown; .* Nearest: .*"),
        ({"intensity": -1}, r".*intensity is -1; expected a finite number, 0 .*"),
        ({"pue": 0.9}, r"pue is 0\.9; expected a finite number, 1 or more.*"),
        ({"pue": "good"}, r"pue is 'good'; expected a number, 1 or more, 'provider' or 'none'\."),
        ({"pue": "provider"}, r"pue is 'provider' without a region; .*"),
        ({"projct": "a"}, r"track\(\) has no keyword 'projct'; it takes .* Nearest: 'project'\."),
    ],
    ids=lambda given: "=".join(map(str, *given.items())) if isinstance(given, dict) else "",
)
def test_a_wrong_setting_is_refused_at_once_and_by_name(home, settings, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        wattprint.track(home=home, **settings)
    assert not home.exists(), "nothing is made for a run that is refused"


def test_a_zone_and_a_region_of_different_countries_are_refused(home):
    with pytest.raises(ContradictionError, match=r"are different places; give one of the two"):
        wattprint.track(zone="FR", region="aws/us-east-1", home=home)


def test_a_misspelt_keyword_is_a_type_error_as_any_other(home):
    with pytest.raises(UnknownKeywordError) as raised:
        wattprint.track(interval=1, home=home)
    assert isinstance(raised.value, TypeError)
    assert raised.value.nearest == ("interval_s",)


def test_a_home_that_cannot_be_used_is_refused_before_the_work(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError, match="expected a folder you can read and write"):
        wattprint.track(home=tmp_path / "file")


@pytest.mark.parametrize(
    ("told", "given", "parent"),
    [
        ("20260101-120000-aaaaaa", None, "20260101-120000-aaaaaa"),
        ("20260101-120000-aaaaaa", "mine", "mine"),
        ("", None, None),
        ("two\nlines", None, None),
    ],
    ids=["told", "given goes first", "nothing told", "no id"],
)
def test_a_program_under_wattprint_track_is_part_of_that_run(
    home, monkeypatch, told, given, parent
):
    monkeypatch.setenv(PARENT_RUN, told)
    with wattprint.track(home=home, parent=given) as run:
        pass
    assert run.record().parent == parent


@pytest.mark.parametrize(
    ("meters", "message"),
    [
        (FakeMeter(0), "meters is .*expected a list of meters"),
        ([object()], "without devices, longest_pause_s, read, take_faults, close"),
    ],
    ids=["no list", "no meter"],
)
def test_meters_that_are_none_are_refused(home, meters, message):
    with pytest.raises(InputError, match=message):
        wattprint.track(home=home, meters=meters)
