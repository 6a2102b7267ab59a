"""The services that the stand-in plays: recorded shapes, made by hand, one class a service.

A figure is (start, g/kWh): what a service says of that time, in its own unit and shape.
"""

import base64
from datetime import datetime, timezone
from typing import ClassVar

from grid.standin import Answer, as_json

HOUR = 3600.0
NOW = datetime(2026, 1, 15, 12, 10, tzinfo=timezone.utc).timestamp()
"""Ten past twelve, so that an hour and a half hour are under way."""
NOON = NOW - 600.0
KEY = "k3y-9f27c1d4"
POUND_PER_MWH = 0.45359237
"""1 lb/MWh in g/kWh."""


def utc(moment_s, form="%Y-%m-%dT%H:%M:%S.000Z"):
    return datetime.fromtimestamp(moment_s, timezone.utc).strftime(form)


class ElectricityMapsV3:
    name, zone, other, kind = "electricitymaps", "DE", "FR", "average"
    step_s = HOUR
    version, rows_name = "v3", "history"

    def environment(self, url):
        return {
            "WATTPRINT_ELECTRICITYMAPS_KEY": KEY,
            "WATTPRINT_ELECTRICITYMAPS_BASE_URL": url,
            "WATTPRINT_ELECTRICITYMAPS_VERSION": self.version,
        }

    def row(self, start_s, grams, zone, unit=None):
        row = {
            "zone": zone,
            "carbonIntensity": grams,
            "datetime": utc(start_s),
            "updatedAt": utc(start_s + 2000),
            "createdAt": utc(start_s - 2000),
            "emissionFactorType": "lifecycle",
            "isEstimated": False,
            "estimationMethod": None,
        }
        return row | ({"unit": unit} if unit else {})

    def history(self, figures, *, zone=None, unit=None):
        zone = zone or self.zone
        rows = [self.row(start_s, grams, zone, unit) for start_s, grams in figures]
        return as_json({"zone": zone, self.rows_name: rows})

    def forecast(self, figures, issued_s, *, zone=None, unit=None):
        rows = [{"carbonIntensity": grams, "datetime": utc(start_s)} for start_s, grams in figures]
        body = {"zone": zone or self.zone, "forecast": rows, "updatedAt": utc(issued_s)}
        return as_json(body | ({"unit": unit} if unit else {}))

    def usual(self, seen):
        return as_json({"error": "no such path"}, 404)

    wrong_key = as_json({"error": "Invalid auth-token"}, 401)
    not_in_plan = as_json(
        {
            "error": "Request unauthorized for zoneKey=DE,requestType=past,dataType=intensity",
            "message": "You do not have access to this data.",
        },
        401,
    )


class ElectricityMapsV4(ElectricityMapsV3):
    version, rows_name = "v4", "data"

    def row(self, start_s, grams, zone, unit=None):
        return super().row(start_s, grams, zone, unit) | {
            "flowTraced": True,
            "temporalGranularity": "hourly",
        }


class WattTime:
    name, zone, other, kind = "watttime", "CAISO_NORTH", "ERCOT_NORTH", "marginal"
    step_s = 300.0
    wrong_key = as_json({"error": "unauthorized"}, 401)
    not_in_plan = as_json({"error": "forbidden"}, 403)

    def environment(self, url):
        return {
            "WATTPRINT_WATTTIME_USERNAME": "ada",
            "WATTPRINT_WATTTIME_PASSWORD": KEY,
            "WATTPRINT_WATTTIME_BASE_URL": url,
        }

    def document(self, figures, issued_s, zone, unit, **meta):
        rows = [
            {"point_time": utc(start_s, "%Y-%m-%dT%H:%M:%S+00:00"), "value": grams}
            for start_s, grams in (
                (s, None if g is None else g / POUND_PER_MWH) for s, g in figures
            )
        ]
        about = {
            "data_point_period_seconds": 300,
            "region": zone or self.zone,
            "signal_type": "co2_moer",
            "units": unit or "lbs_co2_per_mwh",
            "model": {"date": "2023-03-01", "type": "binned_regression"},
            "generated_at": utc(issued_s),
            "generated_at_period_seconds": 300,
            "warnings": [],
        }
        return as_json({"data": rows, "meta": about | meta})

    def history(self, figures, *, zone=None, unit=None):
        return self.document(figures, NOW, zone, unit)

    def forecast(self, figures, issued_s, *, zone=None, unit=None):
        return self.document(figures, issued_s, zone, unit)

    def usual(self, seen):
        if seen.path == "/login":
            pair = base64.b64encode(f"ada:{KEY}".encode()).decode()
            is_known = seen.headers.get("authorization") == f"Basic {pair}"
            return as_json({"token": "eyJ0.token.sig"}) if is_known else self.wrong_key
        return as_json({"error": "no such path"}, 404)


class National:
    name, zone, other, kind = "gb", "GB", "GB:13", "average"
    step_s = 1800.0
    wrong_key = not_in_plan = as_json({"error": {"code": "403 Forbidden", "message": "no"}}, 403)

    def environment(self, url):
        return {"WATTPRINT_GB_BASE_URL": url}

    def row(self, start_s, actual, forecast, unit):
        figures = {"forecast": forecast, "actual": actual, "index": "moderate"}
        return {
            "from": utc(start_s, "%Y-%m-%dT%H:%MZ"),
            "to": utc(start_s + 1800, "%Y-%m-%dT%H:%MZ"),
            "intensity": figures | ({"unit": unit} if unit else {}),
        }

    def history(self, figures, *, zone=None, unit=None):
        # The forecast beside a measured half hour is another figure, and must not be taken.
        return self.wrapped([self.row(s, g, 999, unit) for s, g in figures], zone)

    def forecast(self, figures, issued_s, *, zone=None, unit=None):
        return self.wrapped([self.row(s, None, g, unit) for s, g in figures], zone)

    def wrapped(self, rows, zone):
        return as_json({"data": [self.region(rows, zone)] if zone else rows})

    def region(self, rows, zone):
        name = "regionid" if zone.partition(":")[2].isdecimal() else "postcode"
        part = zone.partition(":")[2]
        known = {"regionid": 3, "dnoregion": "Electricity North West", "shortname": "North West"}
        return known | {name: int(part) if part.isdecimal() else part, "data": rows}

    def usual(self, seen):
        return as_json({"error": {"code": "404 Not Found", "message": "no such path"}}, 404)


class Regional(National):
    zone, other = "GB:RG10", "GB:RG6"

    def row(self, start_s, actual, forecast, unit):
        row = super().row(start_s, actual, forecast, unit)
        del row["intensity"]["actual"]
        return row | {"generationmix": [{"fuel": "gas", "perc": 43.6}]}

    def history(self, figures, *, zone=None, unit=None):
        return self.forecast(figures, NOW, zone=zone, unit=unit)

    def wrapped(self, rows, zone):
        return as_json({"data": self.region(rows, zone or self.zone)})


class Entsoe:
    """Gas (490 g/kWh) and nuclear (12 g/kWh) in the shares that make the figure wanted.

    share x 490 + (1 - share) x 12 = grams, so that of 1000 MW gas has (grams - 12) / 478.
    """

    name, zone, other, kind = "entsoe", "FR", "DE", "average"
    step_s = HOUR
    eic: ClassVar = {"FR": "10YFR-RTE------C", "DE": "10Y1001A1001A83F"}
    wrong_key = Answer(b"<html>401</html>", 401)
    not_in_plan = Answer(b"<html>403</html>", 403)
    nothing = Answer(
        b'<?xml version="1.0" encoding="UTF-8"?><Acknowledgement_MarketDocument xmlns="urn:a">'
        b"<Reason><code>999</code><text>No matching data found</text></Reason>"
        b"</Acknowledgement_MarketDocument>"
    )

    def environment(self, url):
        return {"WATTPRINT_ENTSOE_KEY": KEY, "WATTPRINT_ENTSOE_BASE_URL": url}

    def history(self, figures, *, zone=None, unit=None, step="PT60M", curve="A01"):
        gas = [(s, None if g is None else (g - 12) / 478 * 1000) for s, g in figures]
        nuclear = [
            (s, None if g is None else 1000 - mw)
            for (s, g), (_, mw) in zip(figures, gas, strict=True)
        ]
        parts = [
            self.series(psr_type, points, zone=zone, unit=unit, step=step, curve=curve)
            for psr_type, points in (("B04", gas), ("B14", nuclear))
        ]
        return self.document("".join(parts))

    def document(self, series):
        return Answer(
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<GL_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-6:generationloaddocument:3:0">'
            f"<type>A75</type>{series}</GL_MarketDocument>".encode(),
            headers={"Content-Type": "text/xml"},
        )

    def series(
        self, psr_type, points, *, zone=None, unit=None, step="PT60M", curve="A01", way="in"
    ):
        step_s = {"PT15M": 900, "PT30M": 1800, "PT60M": 3600}[step]
        starts = [s for s, _ in points]
        first, end = min(starts), max(starts) + step_s
        rows = "".join(
            f"<Point><position>{round((s - first) / step_s) + 1}</position>"
            f"<quantity>{mw!r}</quantity></Point>"
            for s, mw in points
            if mw is not None
        )
        return (
            f'<TimeSeries><{way}BiddingZone_Domain.mRID codingScheme="A01">'
            f"{self.eic[zone or self.zone]}</{way}BiddingZone_Domain.mRID>"
            f"<quantity_Measure_Unit.name>{unit or 'MAW'}</quantity_Measure_Unit.name>"
            f"<curveType>{curve}</curveType><MktPSRType><psrType>{psr_type}</psrType></MktPSRType>"
            f"<Period><timeInterval><start>{utc(first, '%Y-%m-%dT%H:%MZ')}</start>"
            f"<end>{utc(end, '%Y-%m-%dT%H:%MZ')}</end></timeInterval>"
            f"<resolution>{step}</resolution>{rows}</Period></TimeSeries>"
        )

    def usual(self, seen):
        return Answer(b"<html>404</html>", 404)


class Sdk:
    name, zone, other, kind = "carbon-aware-sdk", "eastus", "westus", "marginal"
    step_s = 300.0
    wrong_key = not_in_plan = as_json({"title": "Unauthorized", "status": 401}, 401)

    def environment(self, url):
        return {
            "WATTPRINT_CARBON_AWARE_SDK_BASE_URL": url,
            "WATTPRINT_CARBON_AWARE_SDK_KIND": "marginal",
            "WATTPRINT_CARBON_AWARE_SDK_BASIS": "direct",
        }

    def history(self, figures, *, zone=None, unit=None):
        rows = [
            {"location": zone or self.zone, "time": utc(s), "rating": g, "duration": "00:05:00"}
            for s, g in figures
        ]
        return as_json([row | ({"unit": unit} if unit else {}) for row in rows])

    def forecast(self, figures, issued_s, *, zone=None, unit=None):
        rows = [
            {"location": zone or self.zone, "timestamp": utc(s), "duration": 5, "value": g}
            for s, g in figures
        ]
        rows = [row | ({"unit": unit} if unit else {}) for row in rows]
        item = {
            "generatedAt": utc(issued_s),
            "requestedAt": utc(NOW),
            "location": zone or self.zone,
            "windowSize": 5,
            "optimalDataPoints": rows[:1],
            "forecastData": rows,
        }
        return as_json([item])

    def usual(self, seen):
        return as_json({"title": "Not Found", "status": 404}, 404)


SERVICES = (
    ElectricityMapsV3(),
    ElectricityMapsV4(),
    WattTime(),
    National(),
    Regional(),
    Entsoe(),
    Sdk(),
)
FORECASTERS = tuple(played for played in SERVICES if hasattr(played, "forecast"))


def name_of(played):
    return f"{played.name}-{type(played).__name__}"
