"""`wattprint estimate`: the worked values of the issue, its JSON contract, and what it says."""

import json
import shlex

import pytest

COVERED = [
    "accelerator",
    "cpu",
    "memory",
    "static",
    "storage",
    "network",
    "supply_losses",
    "facility_overhead",
    "embodied",
    "water",
]


def estimate(wattprint, work):
    done = wattprint("estimate", *shlex.split(work), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_300_watts_for_100_hours_at_500_grams_is_15_kg(wattprint):
    footprint = estimate(wattprint, "--power-w 300 --hours 100 --intensity 500")
    # 0.3 kW x 100 h x 500 g = 15 kg.
    assert footprint["energy_kwh"]["it"]["value"] == pytest.approx(30.0, rel=1e-12)
    assert footprint["emissions_kg"]["location_based"]["value"] == pytest.approx(15.0, rel=1e-12)


@pytest.mark.parametrize(
    "work",
    ["--count 8 --hours 120", "--count 8 --device-hours 960", "--device-hours 960"],
    ids=["wall hours", "device hours", "device hours of no matter how many"],
)
def test_eight_a100_for_120_hours_are_worked_out_at_each_boundary(wattprint, work):
    hardware, place = "--accelerator 'A100 SXM4 40GB'", "--pue 1.2 --intensity 350"
    footprint = estimate(wattprint, f"{hardware} {work} {place}")
    # 8 x 0.4 kW x 120 h = 384 kWh; x 1.2 = 460.8 kWh; x 350 g = 161.28 kg.
    energy = {name: figure["value"] for name, figure in footprint["energy_kwh"].items()}
    worked = {"accelerator": 384, "chips": 384, "it": 384, "facility": 460.8}
    assert energy == pytest.approx(worked, rel=1e-12)
    assert footprint["emissions_kg"]["location_based"]["value"] == pytest.approx(161.28, rel=1e-12)


def test_the_json_has_the_keys_that_scripts_rely_on(wattprint):
    footprint = estimate(wattprint, "--accelerator V100 --hours 1 --zone FR --pue 1.1")
    assert footprint["schema"] == "wattprint.footprint/1"
    assert set(footprint["factor_set"]) >= {"version", "sha256"}
    assert list(footprint["energy_kwh"]) == ["accelerator", "chips", "it", "facility"]
    components = ["accelerator", "cpu", "memory", "static", "losses", "storage", "network"]
    assert list(footprint["components_kwh"]) == components
    assert list(footprint["emissions_kg"]) == ["location_based", "market_based", "embodied"]
    assert list(footprint["water_l"]) == ["kind", "site", "grid", "total"]
    assert "resources" in footprint and "equivalents" in footprint
    assert list(footprint["coverage"]) == COVERED
    methods = {"measured", "modelled", "assumed", "given", "missing"}
    assert set(footprint["coverage"].values()) <= methods


def test_every_figure_of_the_json_is_null_or_a_value_within_its_bounds(wattprint):
    footprint = estimate(wattprint, "--accelerator V100 --hours 1 --zone FR --pue 1.1")
    blocks = (footprint["energy_kwh"], footprint["components_kwh"], footprint["emissions_kg"])
    figures = [figure for block in blocks for figure in block.values() if figure is not None]
    assert len(figures) >= 5
    for figure in figures:
        assert list(figure) == ["value", "low", "high"]
        assert 0 < figure["low"] <= figure["value"] <= figure["high"]


def test_every_piece_of_evidence_has_method_source_and_year(wattprint):
    footprint = estimate(wattprint, "--accelerator V100 --hours 1 --zone FR")
    fields = {"quantity", "value", "unit", "method", "source", "year", "note"}
    assert all(fields <= set(evidence) for evidence in footprint["evidence"])
    looked_up = [e for e in footprint["evidence"] if e["method"] in ("modelled", "assumed")]
    assert looked_up
    assert all(evidence["source"] and evidence["year"] for evidence in looked_up)


def test_what_is_not_known_is_null_and_said_to_be_missing(wattprint):
    footprint = estimate(wattprint, "--power-w 300 --hours 1")
    assert footprint["energy_kwh"]["facility"] is None
    assert footprint["emissions_kg"] == dict.fromkeys(footprint["emissions_kg"])
    assert footprint["coverage"]["facility_overhead"] == "missing"


def test_energy_is_taken_where_it_was_measured(wattprint):
    facility = estimate(wattprint, "--energy-kwh 120 --energy-at facility --pue 1.2")
    # 120 kWh at the facility with a PUE of 1.2: 100 kWh of IT.
    assert facility["energy_kwh"]["facility"]["value"] == 120
    assert facility["energy_kwh"]["it"]["value"] == pytest.approx(100.0, rel=1e-12)
    assert facility["coverage"]["facility_overhead"] == "given"


def test_every_option_of_the_contract_is_there(wattprint):
    listed = wattprint("estimate", "--help").stdout
    contract = (
        "--accelerator --count --hours --device-hours --utilization --power-w --energy-kwh "
        "--energy-at --cpu --cpu-count --memory-gb --host --pue --zone --region --intensity "
        "--market-intensity --year --basis --repeats --json --explain"
    )
    assert [option for option in contract.split() if f"{option} " not in listed + " "] == []


def test_explain_shows_each_equation_with_its_numbers(wattprint):
    work = "--power-w 400 --count 8 --hours 120 --pue 1.2 --intensity 350"
    done = wattprint("estimate", *work.split(), "--explain")
    assert "IT energy x PUE\n    = 384 kWh x 1.2 = 460.8 kWh" in done.stdout
    assert "facility energy x intensity\n    = 460.8 kWh x 350 gCO2e/kWh" in done.stdout


def test_without_explain_there_are_no_equations(wattprint):
    assert "How it was computed" not in wattprint("estimate", "--power-w", 1, "--hours", 1).stdout


def test_the_first_line_is_one_that_a_person_can_quote(wattprint):
    work = "--power-w 300 --hours 100 --intensity 500"
    first = wattprint("estimate", *work.split()).stdout.splitlines()[0]
    assert first.startswith("30 kWh, 15 kg CO2e, ")
    assert "missing: " in first and "cooling" in first


@pytest.mark.parametrize(
    "arguments",
    [
        ["--accelerator", "A100 SXM4 40GB", "--count", "8", "--hours", "1"],
        ["--power-w=300", "--hours", "1", "--pue", "1.2", "--explain"],
        ["--cpu", "AMD EPYC 7742", "--hours", "1", "--memory-gb", "64"],
    ],
    ids=["quoted name", "equals sign", "cpu"],
)
def test_without_a_place_the_exact_command_is_shown_that_adds_one(wattprint, arguments):
    shown = wattprint("estimate", *arguments).stdout.splitlines()
    assert shown[-2] == "For emissions add a place, for example:"
    command, *rest = shlex.split(shown[-1])
    done = wattprint(*rest)
    assert (command, done.returncode) == ("wattprint", 0)
    assert "CO2e" in done.stdout.splitlines()[0]


def test_with_a_place_no_command_is_shown(wattprint):
    done = wattprint("estimate", "--power-w", 1, "--hours", 1, "--zone", "FR")
    assert "add a place" not in done.stdout


def test_nothing_is_written_by_an_estimate(wattprint, home):
    estimate(wattprint, "--power-w 300 --hours 1 --zone FR")
    assert list(home.iterdir()) == []


BESIDE = (
    "--accelerator 'H100 SXM5 80GB' --count 8 --hours 72 --pue 1.2 --intensity 350 --wue 0.5 "
    "--grid-water 2 --storage-tb-hours 1000 --storage-kind hdd --network-gb 500 "
    "--contract 60%@0 --contract 40@20 --residual-mix 500 --lifetime-years 5 --lifetime-use 1 "
    "--offsets-kg 100 --offsets-note 'Gold Standard'"
)


def test_what_stands_beside_the_machine_is_in_the_json(wattprint):
    footprint = estimate(wattprint, BESIDE)
    # 8 x 0.7 kW x 72 h = 403.2 kWh; + 0.65 (1000 TB-h x 0.65 W) + 0.5 = 404.35; x 1.2 = 485.22.
    assert footprint["energy_kwh"]["facility"]["value"] == pytest.approx(485.22, rel=1e-9)
    # 404.35 x 0.5 L; 485.22 x 2 L.
    water = {name: footprint["water_l"][name]["value"] for name in ("site", "grid", "total")}
    expected = {"site": 202.175, "grid": 970.44, "total": 1172.615}
    assert water == pytest.approx(expected, rel=1e-9)
    # (485.22 x 0.4 - 40) x 500 g + 40 x 20 g = 77.844 kg.
    market = footprint["emissions_kg"]["market_based"]["value"]
    assert market == pytest.approx(((485.22 * 0.4 - 40) * 500 + 800) / 1000, rel=1e-9)
    # 164 kg x 576 h and 4.6 kg/TB x 1000 TB-h, of 5 years.
    embodied = footprint["emissions_kg"]["embodied"]["value"]
    assert embodied == pytest.approx((164 * 576 + 4.6 * 1000) / (5 * 24 * 365.2425), rel=1e-9)
    assert footprint["offsets_kg"]["value"] == 100
    assert footprint["work"]["contract"] == ["60%@0", "40@20"]


def test_every_part_has_its_equation(wattprint):
    shown = wattprint("estimate", *shlex.split(BESIDE), "--explain").stdout
    for said in (
        "storage energy = TB-hours x storage power",
        "network energy = GB x network energy",
        "market-based emissions = contracts x their intensities + rest x residual mix",
        "accelerator share of making = embodied x device-hours / (lifetime x lifetime use)",
        "water of the site = IT energy x WUE",
        "water of the grid = facility energy x grid water",
        "offsets: 100 kgCO2e (given, user): Gold Standard; recorded, and subtracted from nothing",
    ):
        assert said in shown
    assert "; missing: cpu, memory, static, supply losses\n" in shown


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--contract 60", "contract is '60'; expected KWH@G or SHARE%@G"),
        ("--contract 999@0 --intensity 5", "contracted_kwh adds up to 999.0"),
        ("--wue wet", "wue is 'wet'; expected a number"),
        ("--water-kind rain", "water_kind is 'rain'; expected one of consumption, withdrawal"),
        ("--lifetime-use 85", "lifetime_use is 85.0"),
        ("--offsets-note trees", "offsets_note is 'trees' of nothing"),
        ("--storage-kind ssd", "storage_kind is 'ssd' of nothing"),
    ],
)
def test_what_stands_beside_is_refused_in_one_line(wattprint, options, message):
    done = wattprint("estimate", "--power-w", "300", "--hours", "1", *options.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"wattprint: {message}")
    assert done.stderr.count("\n") == 1
