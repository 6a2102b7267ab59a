"""Places: zones by code or name, yearly intensity, and generation mix."""

import pytest

from wattprint.domain.errors import AmbiguousNameError, InputError, UnknownNameError
from wattprint.factors.zones import (
    IntensityTable,
    MixTable,
    YearlyIntensity,
    ZoneTable,
    intensities,
    mixes,
    zones,
)


@pytest.mark.parametrize(
    ("spelling", "zone"),
    [
        pytest.param("FR", "FR", id="ISO-2"),
        pytest.param("fra", "FR", id="ISO-3 in lower case"),
        pytest.param("France", "FR", id="name"),
        pytest.param(" fRaNcE ", "FR", id="any case, spaces around it"),
        pytest.param("UK", "GB", id="what people call Great Britain"),
        pytest.param("Great Britain", "GB", id="another alias"),
        pytest.param("USA", "US", id="an alias that is a code too"),
        pytest.param("Korea", "KR", id="the part of Korea that trains models"),
        pytest.param("Türkiye", "TR", id="an alias beyond ASCII"),
        pytest.param("US-CA", "US-CA", id="a state"),
        pytest.param("california", "US-CA", id="a state's name"),
        pytest.param("Québec", "CA-QC", id="a province"),
        pytest.param("US-CAL-CISO", "US-CAL-CISO", id="a grid zone"),
        pytest.param("us-camx", "US-CAMX", id="an eGRID subregion"),
        pytest.param("GE", "GE", id="the country Georgia"),
        pytest.param("US-GA", "US-GA", id="the state Georgia"),
        pytest.param("GA", "GA", id="Gabon, not Georgia"),
        pytest.param("World", "WORLD", id="the world"),
    ],
)
def test_a_zone_is_found_by_code_name_or_alias(spelling, zone):
    assert zones().find(spelling).zone == zone


def test_every_code_and_unshared_name_stands_for_its_own_row():
    table = zones()
    for entry in table.entries:
        assert table.find(entry.zone) is entry
        if entry.iso3:
            assert table.find(entry.iso3.lower()) is entry


def test_a_name_that_a_country_and_a_state_share_is_refused_with_both_codes():
    with pytest.raises(
        AmbiguousNameError,
        match=r"zone 'Georgia' is the name of 2 zones; .* GE \(country\), US-GA \(subdivision\)",
    ) as refused:
        zones().find("Georgia")
    assert refused.value.nearest == ("GE", "US-GA")


@pytest.mark.parametrize(
    ("spelling", "nearest"),
    [
        pytest.param("DEX", "DE", id="a mistyped code"),
        pytest.param("US-CAX", "US-CA", id="a mistyped state"),
        pytest.param("Germny", "Germany", id="a mistyped name"),
        pytest.param("Californa", "California", id="a mistyped state's name"),
    ],
)
def test_an_unknown_zone_is_refused_with_the_nearest_of_its_kind(spelling, nearest):
    with pytest.raises(UnknownNameError, match=r"zone .* is unknown; zones look like") as refused:
        zones().find(spelling)
    assert nearest in refused.value.nearest


@pytest.mark.parametrize("nothing", ["", "  ", "🙂"], ids=repr)
def test_what_names_no_place_is_refused(nothing):
    with pytest.raises(UnknownNameError, match="is unknown"):
        zones().find(nothing)


def test_a_table_of_zones_is_what_its_rows_say():
    rows = [
        {
            "zone": "XA",
            "iso3": "XAA",
            "name": "Alpha",
            "kind": "country",
            "country": "XA",
            "aliases": "Alfa|The Alpha",
        },
        {
            "zone": "XB",
            "iso3": "",
            "name": "Beta",
            "kind": "country",
            "country": "XB",
            "aliases": "Alfa",
        },
    ]
    table = ZoneTable(rows)
    assert table.find("the alpha").zone == "XA"
    with pytest.raises(AmbiguousNameError, match="'alfa' is the name of 2 zones"):
        table.find("alfa")


def figure(year, grams, basis="lifecycle", source="a", *, is_default="1", zone="XA"):
    return {
        "zone": zone,
        "year": str(year),
        "g_co2e_per_kwh": str(grams),
        "basis": basis,
        "scope": "generation",
        "is_default": is_default,
        "source": source,
        "verified": "yes",
    }


TABLE = IntensityTable(
    [
        figure(2018, 180, "direct", "b"),
        figure(2020, 202, source="old", is_default="0"),
        figure(2020, 200),
        figure(2020, 190, "direct", "b", is_default="0"),
        figure(2022, 220),
        figure(2023, 30, zone="XA-GRID"),
        figure(2016, 40, "direct", zone="XA-OLD"),
    ]
)


@pytest.mark.parametrize(
    ("asked", "grams"),
    [
        pytest.param({}, 220, id="the newest without a year"),
        pytest.param({"year": 2022}, 220, id="the year itself"),
        pytest.param({"year": 2020}, 200, id="life cycle and default of several"),
        pytest.param({"year": 2021}, 220, id="of two as near the later"),
        pytest.param({"year": 2035}, 220, id="the nearest after the last"),
        pytest.param({"year": 1990}, 200, id="the nearest before the first"),
        pytest.param({"year": 2018}, 200, id="life cycle of another year before direct of this"),
        pytest.param({"basis": "direct"}, 190, id="the newest on a basis"),
        pytest.param({"year": 2020, "basis": "direct"}, 190, id="the year on a basis"),
        pytest.param({"year": 2023, "source": "old"}, 202, id="a vintage, however far"),
    ],
)
def test_the_figure_of_the_year_asked_for_or_the_nearest_is_taken(asked, grams):
    assert TABLE.find(["XA"], **asked).carbon_intensity_g_per_kwh == grams


@pytest.mark.parametrize(
    ("wanted", "year", "zone"),
    [
        pytest.param(["XA", "XA-GRID"], 2022, "XA", id="the preferred zone where both know it"),
        pytest.param(["XA", "XA-GRID"], 2023, "XA-GRID", id="the other where it is nearer"),
        pytest.param(["XA-GRID"], 2020, "XA-GRID", id="the only one"),
        pytest.param(["XA-OLD", "ZZ"], None, "XA-OLD", id="direct where there is nothing else"),
    ],
)
def test_zones_that_stand_for_one_place_are_asked_in_order(wanted, year, zone):
    assert TABLE.find(wanted, year=year).zone == zone


@pytest.mark.parametrize(
    ("zone", "asked", "message"),
    [
        pytest.param("ZZ", {}, "zone 'ZZ' has no yearly intensity; give --intensity", id="zone"),
        pytest.param(
            "XA",
            {"source": "c"},
            "has no yearly intensity from 'c'; it has direct from b, lifecycle from a, .* from old",
            id="source",
        ),
        pytest.param(
            "XA",
            {"basis": "direct", "source": "a"},
            "no yearly intensity on a direct basis and from 'a'; it has",
            id="basis of a source",
        ),
    ],
)
def test_a_figure_that_there_is_none_of_is_refused_with_those_there_are(zone, asked, message):
    with pytest.raises(InputError, match=message):
        TABLE.find([zone], **asked)


@pytest.mark.parametrize(
    ("zone", "asked", "grams"),
    [
        # The figures that SOURCES.md checked by hand when the tables were made.
        pytest.param("US", {"source": "owid_ember_2022"}, 378.62, id="US, Ember 2022"),
        pytest.param("US", {"source": "owid_ember_2026"}, 423.78, id="US, Ember 2026"),
        pytest.param("US", {}, 423.78, id="US: the newer vintage is the default"),
        pytest.param("FR", {}, 59.8, id="FR"),
        pytest.param("PL", {}, 756.36, id="PL"),
        pytest.param("CA-QC", {}, 28.0, id="CA-QC, from the tables under ODbL"),
    ],
)
def test_the_shipped_figures_of_2021_are_the_published_ones(zone, asked, grams):
    found = intensities(zone).find([zone], year=2021, **asked)
    assert found.carbon_intensity_g_per_kwh == grams
    assert (found.zone, found.year, found.basis) == (zone, 2021, "lifecycle")


def test_all_figures_of_a_zone_are_its_own():
    known = intensities("US-CA").of("US-CA")
    assert {figure.zone for figure in known} == {"US-CA"}
    assert isinstance(known[0], YearlyIntensity)


@pytest.mark.parametrize(
    ("zone", "main", "low_carbon"),
    [
        # FR 2021: nuclear 0.689 + hydro 0.108 + wind 0.067 + solar 0.028 + bio 0.017 + 0.001.
        pytest.param("FR", "nuclear", 0.91123, id="FR"),
        # PL 2021: coal 0.714 + gas 0.088 + oil 0.027 leave 0.171.
        pytest.param("PL", "coal", 0.17093, id="PL"),
    ],
)
def test_a_mix_names_its_main_source_and_what_burns_no_fossil_fuel(zone, main, low_carbon):
    mix = mixes(zone).find(zone, 2021)
    assert (mix.zone, mix.year, mix.main_source) == (zone, 2021, main)
    assert mix.low_carbon_share == pytest.approx(low_carbon, rel=1e-9)
    assert sum(mix.share.values()) == pytest.approx(1.0, rel=1e-3)


@pytest.mark.parametrize(
    ("year", "found"), [(None, 2022), (2022, 2022), (2021, 2022), (2019, 2020), (1990, 2020)]
)
def test_a_mix_is_of_the_year_asked_for_or_the_nearest(year, found):
    shares = dict.fromkeys(
        ["coal", "gas", "oil", "nuclear", "hydro", "wind", "bioenergy", "other_renewables"], "0"
    )
    rows = [
        {"zone": "XA", "year": year, "source": "a", **shares, "solar": "", "wind": "1"}
        for year in ("2020", "2022")
    ]
    mix = MixTable(rows).find("XA", year)
    assert mix.year == found
    # What the source does not state is not a share of 0.
    assert "solar" not in mix.share
    assert MixTable(rows).find("ZZ", year) is None
