"""The tables of making devices and of the water of electricity, entered by hand."""

from __future__ import annotations

from factor_build.tables import Inputs, Row, Table

DEVICE_COLUMNS = (
    "kind name embodied_kg low_kg high_kg adpe_kg_sb primary_energy_mj by_maker boundary note "
    "source year verified"
)
WATER_COLUMNS = (
    "kind source_type cooling cooling_share l_per_kwh min_l_per_kwh max_l_per_kwh note "
    "source year verified"
)
LITRES_PER_GALLON = 3.785411784  # US liquid gallon, exact: 231 cubic inches
KWH_PER_MWH = 1000


def embodied_devices(inputs: Inputs) -> Table:
    """What sources say of making an accelerator or a host, a row for each of them."""
    key = ("kind", "name", "source", "year", "note")
    rows = list(inputs.entered("embodied_devices"))
    return Table("embodied_devices.csv", tuple(DEVICE_COLUMNS.split()), rows, key)


def water_factors(inputs: Inputs) -> Table:
    """Water of electricity by what it is made from and how the plant is cooled."""
    rows = [*map(in_litres, inputs.entered("water_factors"))]
    columns = tuple(WATER_COLUMNS.split())
    return Table("water_factors.csv", columns, rows, ("kind", "source_type", "cooling"))


def in_litres(row: Row) -> Row:
    """The row with its gallons a MWh as litres a kWh."""
    given = {"l_per_kwh": "median", "min_l_per_kwh": "min", "max_l_per_kwh": "max"}
    litres = {
        column: f"{float(row[f'{of}_gal_per_mwh']) * LITRES_PER_GALLON / KWH_PER_MWH:.6g}"
        for column, of in given.items()
    }
    return {**row, **litres}
