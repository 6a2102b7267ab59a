"""Water at the site and of the grid, of one kind at a time."""

import pytest

import wattprint
from wattprint.domain.errors import InputError, UnknownNameError
from wattprint.domain.evidence import Method
from wattprint.domain.footprint import Water
from wattprint.domain.interval import Range, exact
from wattprint.estimator.water import find_water, used_water
from wattprint.factors.regions import regions
from wattprint.factors.zones import zones

FRANCE, CALIFORNIA = zones().find("FR"), zones().find("US-CA")
VIRGINIA = regions().find("aws/us-east-1")


def test_water_is_that_of_the_site_and_that_of_the_grid():
    # 100 kWh x 0.5 = 50 L; 120 kWh x 2 = 240 L; together 290 L.
    factors = find_water(None, None, wue=0.5, grid_water=2.0)
    used = used_water(factors, exact(100.0), exact(120.0))
    assert used.water_l == Water("consumption", exact(50.0), exact(240.0), exact(290.0))
    assert used.method is Method.GIVEN
    assert [equation.numbers for equation in used.equations] == [
        "100 kWh x 0.5 L/kWh",
        "120 kWh x 2 L/kWh",
    ]


def test_what_is_not_known_of_the_energy_does_not_average_out():
    # 100 (50 to 200) kWh: 50 (25 to 100) + 200 (100 to 400) L.
    factors = find_water(None, None, wue=0.5, grid_water=2.0)
    total = used_water(factors, Range(100.0, 50.0, 200.0), None).water_l.total
    assert total.as_tuple() == pytest.approx((250, 125, 500), rel=1e-9)


@pytest.mark.parametrize(
    ("said", "known"),
    [({"wue": 0.5}, "site"), ({"grid_water": 2.0}, "grid")],
    ids=["the site alone", "the grid alone"],
)
def test_one_part_alone_is_shown_and_water_stays_missing(said, known):
    used = used_water(find_water(None, None, **said), exact(100.0), exact(120.0))
    shown = {name for name in ("site", "grid", "total") if getattr(used.water_l, name)}
    assert (shown, used.method) == ({known}, Method.MISSING)


def test_nothing_said_of_water_is_no_water():
    factors = find_water(None, None)
    assert used_water(factors, exact(100.0), None).water_l == Water()
    assert factors.evidence == ()


def test_a_zone_brings_the_water_of_its_mix_and_not_of_a_site():
    factors = find_water(FRANCE, None, year=2024)
    grid = factors.grid
    assert (grid.method, grid.source, grid.year) == (Method.MODELLED, "macknick_2012", 2024)
    assert 0 < grid.amount.low < grid.amount.value < grid.amount.high
    assert factors.site.amount is None
    assert "it is disputed how much belongs to the power" in grid.note


def test_withdrawal_is_another_figure_and_the_record_says_which():
    taken = find_water(FRANCE, None, water_kind="withdrawal").grid
    consumed = find_water(FRANCE, None).grid
    assert taken.amount.value > 10 * consumed.amount.value
    assert taken.note.startswith("withdrawal of FR")


def test_a_part_of_a_country_takes_the_mix_of_its_country_and_that_is_said():
    grid = find_water(CALIFORNIA, None, year=2023).grid
    assert grid.method is Method.ASSUMED
    assert "no mix is known for US-CA, this is its country's" in grid.note
    assert grid.amount == find_water(zones().find("US"), None, year=2023).grid.amount


def test_a_region_brings_its_grid_and_only_on_request_its_site():
    assert find_water(None, VIRGINIA).site.amount is None
    site = find_water(None, VIRGINIA, wue="provider", year=2023).site
    # AWS published 0.18 L/kWh for 2023.
    assert (site.amount, site.method, site.year) == (exact(0.18), Method.MODELLED, 2023)
    assert "taken as consumption" in site.note


def test_a_zone_without_a_mix_says_so():
    grid = find_water(zones().find("BR-CS"), None).grid
    assert grid.method in (Method.ASSUMED, Method.MISSING)
    assert find_water(None, None).grid.note == "no place was given"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"wue": "provider"}, "wue is 'provider' without a region"),
        ({"wue": "little"}, "wue is 'little'; expected a number, 0 or more, or 'provider'"),
        ({"wue": -1}, "wue is -1"),
        ({"wue": 2000}, "wue is 2000; .*0 to 1000"),
        ({"grid_water": float("nan")}, "grid_water is nan"),
    ],
)
def test_what_is_no_water_is_refused_by_name(said, message):
    with pytest.raises(InputError, match=message):
        find_water(None, None, **said)


def test_a_kind_of_water_that_there_is_none_of_is_refused():
    with pytest.raises(UnknownNameError, match="water_kind is 'rain'; expected one of consumption"):
        find_water(None, None, water_kind="rain")


def test_a_site_of_which_nothing_is_published_is_refused():
    with pytest.raises(InputError, match=r"no WUE is published for gcp/europe-west1"):
        find_water(None, regions().find("gcp/europe-west1"), wue="provider")


def test_a_published_wue_is_no_withdrawal():
    with pytest.raises(InputError, match="providers publish what is consumed"):
        find_water(None, VIRGINIA, wue="provider", water_kind="withdrawal")


def test_water_of_both_parts_is_counted_in_a_footprint():
    # 10 kWh x 0.5 = 5 L; x PUE 1.5 = 15 kWh x 2 = 30 L.
    work = {"energy_kwh": 10, "energy_at": "it", "pue": 1.5, "wue": 0.5, "grid_water": 2}
    footprint = wattprint.estimate(**work)
    assert footprint.water_l.total == exact(35.0)
    assert footprint.coverage["water"] is Method.GIVEN
    assert "water" not in footprint.summary()


@pytest.mark.parametrize("zone", [z for z in zones().entries if z.kind == "country"], ids=str)
def test_every_country_has_a_range_or_says_that_it_has_none(zone):
    grid = find_water(zone, None).grid
    assert grid.amount is None or grid.amount.low <= grid.amount.value <= grid.amount.high
