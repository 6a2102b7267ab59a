"""Where work was done: intensity, PUE, and nothing assumed where nothing was said."""

from math import exp, hypot, log, sqrt

import pytest

from wattprint.domain.errors import AmbiguousNameError, ContradictionError, InputError
from wattprint.domain.evidence import Method
from wattprint.estimator.place import find_place
from wattprint.factors.conventions import convention


def spread(*names, years=0):
    """The ratios of the bounds that these conventions give: quadrature of their log-ratios."""
    amounts = [convention(name).amount for name in names]
    year = convention("intensity_year").amount
    lows = [log(a.low) for a in amounts] + [log(year.low) * sqrt(years)]
    highs = [log(a.high) for a in amounts] + [log(year.high) * sqrt(years)]
    return exp(-hypot(*lows)), exp(hypot(*highs))


def test_without_a_place_there_is_no_intensity_and_the_way_to_give_one():
    place = find_place()
    assert (place.intensity.amount, place.intensity.method) == (None, Method.MISSING)
    assert "no place was given: energy only. Give a zone" in place.intensity.note
    assert place.market is None
    assert (place.pue.amount, place.pue.method) == (None, Method.MISSING)
    assert "cooling and distribution are not counted" in place.pue.note


@pytest.mark.parametrize(
    ("asked", "grams", "year", "source", "years_apart"),
    [
        pytest.param({"zone": "FR", "year": 2021}, 59.8, 2021, "owid_ember_2026", 0, id="year"),
        # Without a year the work is as recent as the factor set, of 2026.
        pytest.param({"zone": "france"}, 41.44, 2025, "owid_ember_2026", 1, id="newest"),
        # Ember begins in 2000: nine years from 1991, and the spread of years grows with sqrt(9).
        pytest.param({"zone": "FR", "year": 1991}, 79.77, 2000, "owid_ember_2026", 9, id="nearest"),
        pytest.param(
            {"zone": "US", "year": 2021, "grid_source": "owid_ember_2022"},
            378.62,
            2021,
            "owid_ember_2022",
            0,
            id="vintage",
        ),
        pytest.param(
            {"zone": "US", "basis": "direct", "year": 2019},
            423.94,
            2019,
            "green_algorithms_v3",
            0,
            id="basis",
        ),
    ],
)
def test_the_intensity_of_a_zone_is_a_years_mean_with_the_spread_of_hours_sources_and_years(
    asked, grams, year, source, years_apart
):
    intensity = find_place(**asked).intensity
    low, high = spread("intensity_hours", "intensity_source", years=years_apart)
    assert intensity.amount.as_tuple() == pytest.approx(
        (grams, grams * low, grams * high), rel=1e-9
    )
    assert (intensity.method, intensity.year, intensity.source) == (Method.MODELLED, year, source)


@pytest.mark.parametrize(
    ("asked", "note"),
    [
        ({"zone": "FR", "year": 2021}, "FR: mean of 2021, lifecycle, generation"),
        ({"zone": "FR"}, "no year was given, this is the newest"),
        ({"zone": "FR", "year": 1995}, "nearest year to 1995"),
        ({"region": "gcp/europe-west1"}, "BE, grid of gcp/europe-west1: mean of"),
    ],
    ids=["zone", "no year", "nearest", "region"],
)
def test_what_was_chosen_is_said(asked, note):
    assert note in find_place(**asked).intensity.note


@pytest.mark.parametrize(
    ("asked", "quantity", "amount"),
    [
        pytest.param({"intensity": 500}, "intensity", 500.0, id="without a zone"),
        pytest.param({"zone": "FR", "intensity": 0}, "intensity", 0.0, id="before the zone's"),
        pytest.param({"market_intensity": 0}, "market", 0.0, id="a contract"),
        pytest.param({"pue": 1.2}, "pue", 1.2, id="PUE"),
    ],
)
def test_what_is_given_goes_before_the_tables_and_is_exact(asked, quantity, amount):
    given = getattr(find_place(**asked), quantity)
    assert given.amount.as_tuple() == (amount, amount, amount)
    assert (given.method, given.source) == (Method.GIVEN, "user")


@pytest.mark.parametrize(
    ("asked", "bounds", "note"),
    [
        # This region's own figure is exact as published.
        pytest.param(
            {"region": "gcp/europe-west1", "year": 2022}, (1.09,) * 3, "this region, 2022", id="own"
        ),
        # Its provider's mean stands for one site: 0.957 to 1.212 of it.
        pytest.param(
            {"region": "oracle/eu-frankfurt-1"},
            (1.2, 1.2 * 0.957, 1.2 * 1.212),
            "oracle calculator default, 2023",
            id="provider",
        ),
    ],
)
def test_the_pue_of_the_provider_is_the_published_one(asked, bounds, note):
    pue = find_place(pue="provider", **asked).pue
    assert pue.amount.as_tuple() == pytest.approx(bounds, rel=1e-9)
    assert (pue.method, pue.note) == (Method.MODELLED, note)


def test_no_pue_can_be_said_aloud():
    assert find_place(pue="none") == find_place()


@pytest.mark.parametrize(
    ("zone", "region"),
    [
        pytest.param("BE", "gcp/europe-west1", id="its country"),
        pytest.param("US", "aws/us-east-1", id="the country of its state"),
        pytest.param("Virginia", "aws/us-east-1", id="its state"),
        pytest.param("US-MIDA-PJM", "aws/us-east-1", id="its grid zone"),
    ],
)
def test_a_zone_may_stand_beside_a_region_that_lies_in_it(zone, region):
    place = find_place(zone=zone, region=region, year=2021)
    assert place.intensity.amount is not None


@pytest.mark.parametrize(
    ("zone", "region", "message"),
    [
        pytest.param(
            "FR",
            "gcp/europe-west1",
            r"zone 'FR' \(France\) and region 'gcp/europe-west1' \(St\. Ghislain, BE\) are diff",
            id="another country",
        ),
        pytest.param(
            "US-CA", "aws/us-east-1", "different places; .* lies in US, US-VA", id="state"
        ),
        pytest.param("US-CAL-CISO", "aws/us-east-1", "are different places", id="grid zone"),
        pytest.param("WORLD", "aws/us-east-1", "are different places", id="no place at all"),
    ],
)
def test_a_zone_and_a_region_that_do_not_lie_together_are_refused(zone, region, message):
    with pytest.raises(ContradictionError, match=message):
        find_place(zone=zone, region=region)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        pytest.param({"zone": "DEX"}, "zone 'DEX' is unknown; .*Nearest: 'DE'", id="zone"),
        pytest.param({"zone": ""}, "zone is ''; expected its name as text", id="empty zone"),
        pytest.param({"zone": 33}, "zone is 33; expected its name as text", id="number as zone"),
        pytest.param({"region": "aws/mars-1"}, "region 'aws/mars-1' is unknown", id="region"),
        pytest.param({"region": 1}, "region is 1; expected its name as text", id="no region"),
        pytest.param({"intensity": -1}, "carbon_intensity is -1; .* 0 to 10000", id="intensity"),
        pytest.param({"intensity": 5e5}, r"carbon_intensity is 500000\.0; .* 0 to 10000", id="kg"),
        pytest.param({"market_intensity": "0"}, "market_intensity is '0'; .*number", id="market"),
        pytest.param({"pue": 0.9}, r"pue is 0\.9; .* 1 or more", id="PUE below 1"),
        pytest.param({"pue": 12}, "pue is 12; .* at most 10", id="12 for 1.2"),
        pytest.param({"pue": "1.2"}, r"pue is '1\.2'; expected a number", id="PUE as a word"),
        pytest.param({"pue": "provider"}, "pue is 'provider' without a region", id="whose PUE"),
        pytest.param(
            {"pue": "provider", "region": "scaleway/fr-par"},
            "no PUE is published for scaleway/fr-par or its provider",
            id="unpublished PUE",
        ),
        pytest.param({"year": 1989}, "year is 1989; .* from 1990 to 2050", id="too early"),
        pytest.param({"year": 2020.5}, r"year is 2020\.5; .* whole number", id="half a year"),
        pytest.param(
            {"basis": "scope 2"}, "basis is 'scope 2'; expected one of direct", id="basis"
        ),
        pytest.param(
            {"basis": "direct"}, "basis is 'direct', but no intensity is", id="of nothing"
        ),
        pytest.param(
            {"zone": "FR", "intensity": 50, "grid_source": "owid_ember_2022"},
            "grid_source is 'owid_ember_2022', but no intensity is looked up",
            id="source of a given intensity",
        ),
        pytest.param({"zone": "FR", "grid_source": 5}, "grid_source is 5; expected", id="number"),
        pytest.param(
            {"zone": "FR", "grid_source": "owid_ember"},
            "zone 'FR' has no yearly intensity from 'owid_ember'; it has .*owid_ember_2026",
            id="source",
        ),
        pytest.param(
            {"zone": "US-CA", "basis": "lifecycle"},
            "'US-CA' has no yearly intensity on a lifecycle basis; it has direct",
            id="a basis it does not have",
        ),
    ],
)
def test_what_is_unknown_or_impossible_is_refused(asked, message):
    with pytest.raises(InputError, match=message):
        find_place(**asked)


def test_a_zone_of_two_places_is_refused_with_both():
    with pytest.raises(AmbiguousNameError, match=r"GE \(country\), US-GA \(subdivision\)"):
        find_place(zone="Georgia")


def test_evidence_of_a_place_comes_in_the_order_in_which_it_enters():
    place = find_place(zone="FR", pue=1.2, market_intensity=0)
    assert [figure.quantity for figure in place.evidence] == [
        "pue",
        "carbon_intensity",
        "market_intensity",
        "site_wue",
        "grid_water",
    ]
    assert len(find_place(intensity=100).evidence) == 2
