"""The map: every shape has a zone's code, every circle a zone, and classes by hand."""

from charts.hub_charts import WORLD
from wattprint.charts.zone_map import Shade, places, zone_map_chart, zone_map_table
from wattprint.factors.zones import zones

SHADES = [
    Shade("FR", "France", 41.4, "2025"),
    Shade("US-CA", "California", 200.0, "2025"),
    Shade("US-RFCE", "RFC East", 333.0, "2023"),
    Shade("IN", "India", 713.0, "2025"),
]
CODES = {zone.zone for zone in zones().entries}


def rows(spec):
    return spec["layer"][1]["transform"][0]["from"]["data"]["values"]


def test_shapes_are_named_by_the_codes_of_our_zones():
    shapes = WORLD["objects"]["countries"]["geometries"]
    named = [shape["id"] for shape in shapes if "id" in shape]
    assert len(named) == len(set(named)) > 170
    assert set(named) <= CODES
    assert len(shapes) - len(named) == 3  # land of which no zone is known


def test_circles_are_of_zones_that_have_no_shape_and_lie_on_the_globe():
    shaped = {shape.get("id") for shape in WORLD["objects"]["countries"]["geometries"]}
    assert set(places()) <= CODES - shaped
    for longitude, latitude in places().values():
        assert -180 <= longitude <= 180
        assert -60 <= latitude <= 75


def test_every_country_and_every_state_is_on_the_map():
    shaped = {shape.get("id") for shape in WORLD["objects"]["countries"]["geometries"]}
    wanted = {one.zone for one in zones().entries if one.kind in ("country", "subdivision")}
    assert wanted - shaped - set(places()) == set()


def test_a_zone_is_in_the_class_that_its_intensity_lies_in():
    # Bounds are 50, 100, 200, 400, 600; a bound itself begins the class above it.
    classes = {row["zone"]: row["class"] for row in rows(zone_map_chart(SHADES, world=WORLD))}
    assert classes == {
        "FR": "below 50",
        "US-CA": "200 to 400",
        "US-RFCE": "200 to 400",
        "IN": "600 or more",
    }


def test_a_hub_gives_the_address_of_the_shapes_and_a_report_the_shapes():
    by_address = zone_map_chart(SHADES, world="/static/vendor/world.json?v=1")
    assert by_address["layer"][0]["data"]["url"] == "/static/vendor/world.json?v=1"
    assert by_address["layer"][0]["data"]["format"]["feature"] == "countries"
    assert zone_map_chart(SHADES, world=WORLD)["layer"][0]["data"]["values"] is WORLD


def test_a_region_of_a_grid_is_in_the_table_alone():
    circles = zone_map_chart(SHADES, world=WORLD)["layer"][2]["data"]["values"]
    assert [row["zone"] for row in circles] == ["US-CA"]
    assert [row[1] for row in zone_map_table(SHADES).rows] == ["FR", "US-CA", "US-RFCE", "IN"]
