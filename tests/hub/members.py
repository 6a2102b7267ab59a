"""A hub with runs whose figures are whole numbers, for the tests of members' pages."""

from sqlalchemy import select

from hub.browser import Browser
from hub.made import NOW_S, admin_of, client_of, hub_of, sent_run
from wattprint.hub.storage.schema import daily_runs

DAY_MS = 86_400_000
TODAY = int(NOW_S) // 86_400 * DAY_MS  # 2026-05-28
JOULES_PER_KWH = 3_600_000
EMPTY_RANGE = {"value": 0.0, "low": 0.0, "high": 0.0}


def figure(value):
    """A figure whose interval is half and twice its value."""
    return {"value": value, "low": value / 2, "high": value * 2}


def sent(run_id, *, project="ranker", it_kwh=1.0, g_per_kwh=100.0, day="2026-05-01", **changes):
    """A run of so many kWh at a PUE of 2: its emissions are 2 x it_kwh x g_per_kwh grams."""
    row = sent_run(run_id, project=project, started_at=f"{day}T12:00:00Z", **changes)
    footprint = row["footprint"]
    footprint["components_kwh"] = {}
    footprint["energy_kwh"] |= {"it": figure(it_kwh), "facility": figure(2 * it_kwh)}
    location = None if g_per_kwh is None else figure(2 * it_kwh * g_per_kwh / 1000)
    footprint["emissions_kg"] = {"location_based": location, "market_based": None, "embodied": None}
    return row


def by_hour(row, year_mean_g_per_kwh, *grams, coverage=1.0):
    """A run that was sent, as charged by its own hours, from noon of its day on.

    At the year's mean it would be 2 x it_kwh x year_mean_g_per_kwh grams.
    """
    kwh = row["footprint"]["energy_kwh"]["facility"]["value"]
    start = row["record"]["started_at"]
    step = {"start": start, "step_s": 3600.0, "state": "actual", "g_per_kwh": list(grams or [1.0])}
    hours = {
        "zone": "FR",
        "provider": "electricitymaps",
        "basis": "lifecycle",
        "coverage": coverage,
        "mean_g_per_kwh": figure(100.0),
        "emissions_at_year_mean_kg": kwh * year_mean_g_per_kwh / 1000,
        "joined": 1,
        "notes": [],
        "steps": [step],
    }
    return {**row, "footprint": {**row["footprint"], "hours": hours}}


def filled(database, *rows, org_id="acme"):
    """A hub that was sent runs, and its admin's token."""
    hub = hub_of(database)
    token = admin_of(hub, org_id)
    send(hub, token, *rows)
    return hub, token


def send(hub, token, *rows):
    """Send runs to a hub."""
    with client_of(hub, token) as client:
        answer = client.post("/api/v1/runs:batch", json={"runs": list(rows)})
        assert answer.is_success, answer.text


def signed_in(hub, token):
    """A browser of a member."""
    browser = Browser(hub)
    browser.sign_in(token)
    return browser


def member_of(hub, role, user="ann"):
    """A browser of a member of a role."""
    with client_of(hub, hub.tokens.create("acme", "root", "t", ["admin"])) as client:
        client.put(f"/api/v1/members/{user}", json={"role": role})
    scope = "read" if role == "viewer" else "admin"
    return signed_in(hub, hub.tokens.create("acme", user, "t", [scope]))


def sums(database):
    """All roll-ups of days that have a run, without order."""
    with database.reading() as connection:
        rows = connection.execute(select(daily_runs).where(daily_runs.c.runs > 0)).mappings()
        return sorted(tuple(row.values()) for row in rows)
