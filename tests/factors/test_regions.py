"""Cloud regions: zone, PUE by year, and provider aliases."""

import pytest

from wattprint.domain.errors import InputError, UnknownNameError
from wattprint.factors.regions import RegionTable, regions
from wattprint.factors.zones import zones


@pytest.mark.parametrize(
    ("spelling", "region", "zone"),
    [
        ("gcp/europe-west1", "gcp/europe-west1", "BE"),
        ("google/europe-west1", "gcp/europe-west1", "BE"),
        (" GCP/Europe-West1 ", "gcp/europe-west1", "BE"),
        ("europe-west1", "gcp/europe-west1", "BE"),
        ("aws/us-east-1", "aws/us-east-1", "US-VA"),
        ("amazon/us-east-1", "aws/us-east-1", "US-VA"),
        ("azure/westeurope", "azure/westeurope", "NL"),
        ("microsoft/WestEurope", "azure/westeurope", "NL"),
        ("oci/eu-frankfurt-1", "oracle/eu-frankfurt-1", "DE"),
    ],
)
def test_a_region_is_found_with_or_without_its_provider(spelling, region, zone):
    found = regions().find(spelling)
    assert (found.region, found.zone) == (region, zone)


@pytest.mark.parametrize("entry", regions().entries, ids=lambda entry: entry.region)
def test_every_region_stands_for_itself_and_lies_in_zones_that_there_are(entry):
    assert regions().find(entry.region) is entry
    places = [zones().find(zone) for zone in entry.zones]
    assert {place.country for place in places} == {entry.country}


@pytest.mark.parametrize(
    ("spelling", "nearest"),
    [
        pytest.param("us-central9", "gcp/us-central1", id="no such number"),
        pytest.param("aws/eu-norht-1", "aws/eu-north-1", id="a typing error"),
        pytest.param("azure/europe-west1", "gcp/europe-west1", id="another provider's"),
    ],
)
def test_an_unknown_region_is_refused_with_the_nearest(spelling, nearest):
    with pytest.raises(
        UnknownNameError, match=r"region .* is unknown; regions look like"
    ) as refused:
        regions().find(spelling)
    assert nearest in refused.value.nearest


def test_a_region_that_two_providers_have_is_refused_without_its_provider():
    table = RegionTable([region("acme"), region("best")], [], [])
    with pytest.raises(UnknownNameError, match="region 'north' is not unique") as refused:
        table.find("north")
    assert refused.value.nearest == ("acme/north", "best/north")
    assert table.find("best/north").provider == "best"


def region(provider, em_zone=""):
    return {
        "provider": provider,
        "region": "north",
        "city": "Oslo",
        "country": "NO",
        "zone": "NO",
        "em_zone": em_zone,
    }


def year(year, pue="", market="", source="own"):
    return {
        "provider": "acme",
        "region": "north",
        "year": str(year),
        "source": source,
        "pue": pue,
        "wue_l_per_kwh": "",
        "cfe_share_hourly": "0.9",
        "cfe_share_annual": "",
        "market_g_co2e_per_kwh": market,
    }


def fleet(year, pue, scope="fleet average", provider="acme"):
    return {
        "provider": provider,
        "scope": scope,
        "year": str(year),
        "pue": pue,
        "source": "report",
    }


@pytest.mark.parametrize(
    ("asked", "pue", "scope", "of_year"),
    [
        pytest.param(2021, 1.1, "this region", 2021, id="its own year"),
        pytest.param(2015, 1.1, "this region", 2021, id="the nearest year before"),
        pytest.param(2022, 1.2, "this region", 2023, id="of two as near the later"),
        pytest.param(None, 1.2, "this region", 2023, id="the newest"),
    ],
)
def test_the_pue_of_a_region_is_that_of_the_year_or_the_nearest(asked, pue, scope, of_year):
    yearly = [year(2021, "1.1"), year(2023, "1.2"), year(2024)]
    table = RegionTable([region("acme")], yearly, [fleet(2021, "1.5")])
    found = table.pue(table.find("north"), asked)
    assert found == (pue, scope, of_year, "own")


@pytest.mark.parametrize(
    ("rows", "pue", "scope"),
    [
        pytest.param(
            [fleet(2021, "1.3", "calculator default"), fleet(2021, "1.5")],
            1.5,
            "acme fleet average",
            id="a fleet's mean before a calculator's default",
        ),
        pytest.param(
            [fleet(2015, "1.4", "global average"), fleet(2021, "1.3", "calculator default")],
            1.4,
            "acme global average",
            id="however old",
        ),
        pytest.param(
            [fleet(2019, "1.6"), fleet(2021, "1.5")], 1.5, "acme fleet average", id="year"
        ),
    ],
)
def test_without_a_pue_of_its_own_a_region_has_its_providers(rows, pue, scope):
    best = fleet(2021, "1.02", "best site")  # the best of many says nothing of this one
    table = RegionTable([region("acme")], [year(2021)], [best, *rows])
    found = table.pue(table.find("north"), 2021)
    assert (found.pue, found.scope) == (pue, scope)


@pytest.mark.parametrize(
    "rows", [[], [fleet(2021, "1.02", "best site")], [fleet(2021, "1.1", provider="best")]]
)
def test_a_pue_that_nobody_publishes_is_refused(rows):
    table = RegionTable([region("acme")], [], rows)
    with pytest.raises(
        InputError, match="no PUE is published for acme/north or its provider; give"
    ):
        table.pue(table.find("north"), 2021)


@pytest.mark.parametrize(
    ("name", "asked", "pue", "source"),
    [
        ("gcp/europe-west1", 2020, 1.08, "green_algorithms_v3"),
        ("gcp/europe-west1", None, 1.09, "gsf_rtc"),
        ("aws/us-east-1", 2022, 1.16, "gsf_rtc"),
        ("oracle/eu-frankfurt-1", 2023, 1.2, "green_algorithms_v3"),
    ],
)
def test_the_shipped_pues_are_the_published_ones(name, asked, pue, source):
    found = regions().pue(regions().find(name), asked)
    assert (found.pue, found.source) == (pue, source)


def test_what_is_published_about_a_region_comes_by_year():
    years = regions().years("gcp/europe-west1")
    assert [row.year for row in years] == sorted(row.year for row in years)
    # The carbon-free share is shown as it is, hourly and yearly apart, and never converted.
    assert {row.cfe_share_hourly for row in years if row.year == 2022} == {0.8}
    assert regions().years("acme/north") == ()


def test_years_of_one_source_that_say_different_things_can_still_be_listed():
    table = RegionTable([region("acme")], [year(2021, "1.1"), year(2021, "")], [])
    assert [row.pue for row in table.years("acme/north")] == [1.1, None]


@pytest.mark.parametrize(
    ("asked", "grams"),
    [(2021, 20.0), (None, 30.0), (2030, 30.0)],
    ids=["year", "newest", "nearest"],
)
def test_the_market_figure_is_that_of_the_nearest_year_that_has_one(asked, grams):
    yearly = [year(2021, market="20"), year(2023, market="30"), year(2024, "1.1")]
    table = RegionTable([region("acme")], yearly, [])
    assert table.market(table.find("north"), asked).market_g_per_kwh == grams


def test_a_region_without_a_market_figure_has_none():
    table = RegionTable([region("acme")], [year(2021, "1.1")], [])
    assert table.market(table.find("north"), 2021) is None


@pytest.mark.parametrize(
    ("em_zone", "stands_for"), [("", ("NO",)), ("NO", ("NO",)), ("NO-NO1", ("NO", "NO-NO1"))]
)
def test_a_region_lies_in_its_administrative_zone_and_its_grid_zone(em_zone, stands_for):
    assert RegionTable([region("acme", em_zone)], [], []).find("north").zones == stands_for


def test_water_and_carbon_free_shares_are_those_of_the_nearest_year_that_has_them():
    virginia, belgium = regions().find("aws/us-east-1"), regions().find("gcp/europe-west1")
    # AWS, 2023: 0.18 L/kWh; Google publishes no WUE. Google, 2022: 80 % carbon-free by the hour.
    assert regions().wue(virginia, 2023).wue_l_per_kwh == 0.18
    assert regions().wue(belgium, 2023) is None
    assert regions().carbon_free_hourly(belgium, 2022).cfe_share_hourly == 0.8
    assert regions().carbon_free_annual(virginia, 2022).cfe_share_annual == 1
    assert regions().carbon_free_hourly(virginia, 2022) is None
