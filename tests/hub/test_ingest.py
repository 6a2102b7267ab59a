"""Batches are taken whole or not at all, once, whatever the order: on SQLite and PostgreSQL."""

import gzip
import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hub.made import admin_of, client_of, hub_of, reading, sent_run
from made_runs import CPU, made_run
from processes import WHOLE_PROOF
from wattprint.hub.storage.schema import (
    SUMMED,
    daily_intervals,
    daily_runs,
    footprints,
    intervals,
    runs,
)

TABLES = (runs, footprints, intervals, daily_runs, daily_intervals)


@pytest.fixture
def hub(database):
    return hub_of(database)


@pytest.fixture
def client(hub):
    with client_of(hub, admin_of(hub)) as client:
        yield client


def post_runs(client, *rows):
    return client.post("/api/v1/runs:batch", json={"runs": list(rows)})


def post_intervals(client, *rows, project="ranker"):
    return client.post(
        "/api/v1/intervals:batch", json={"project": project, "intervals": list(rows)}
    )


def stored(database, org_id=None):
    """All that is stored of runs, but when it came."""
    with database.reading() as connection:
        content = {}
        for table in TABLES:
            found = connection.execute(
                select(table).order_by(*table.primary_key.columns)
            ).mappings()
            content[table.name] = [
                {name: value for name, value in row.items() if name != "received_at_ms"}
                for row in found
                if (org_id is None or row["org_id"] == org_id) and row.get("runs") != 0
            ]
    return content


def as_sum(value):
    return int(value or 0)


def assert_sums_are_those_of_the_rows(database, org_id="acme"):
    """Every roll-up is the sum of the rows that are there."""
    content = stored(database, org_id)
    for day in content["daily_runs"]:
        of_day = [
            run
            for run in content["runs"]
            if all(run[name] == day[name] for name in ("project_id", "day", "outcome"))
            and all((run[name] or "") == day[name] for name in ("zone", "hardware"))
        ]
        assert day["runs"] == len(of_day)
        for name in SUMMED:
            assert day[name] == sum(as_sum(run[name]) for run in of_day), name
        assert day["runs_without_energy"] == sum(run["it_j"] is None for run in of_day)
    assert sum(day["runs"] for day in content["daily_runs"]) == len(content["runs"])
    energy_uj = sum(d["energy_j"] * 10**6 + d["energy_rest_uj"] for d in content["daily_intervals"])
    assert energy_uj == sum(row["energy_uj"] for row in content["intervals"])
    assert sum(d["intervals"] for d in content["daily_intervals"]) == len(content["intervals"])


def test_a_run_is_stored_with_its_readings_and_its_figures_in_whole_numbers(client, database):
    # 7.2 MJ of CPU and 3.6 MJ of memory: 10.8 MJ = 3 kWh at the chips; x PUE 1.2 = 3.6 kWh.
    answer = post_runs(client, sent_run(joules=7.2e6))
    assert answer.json() == {"counts": {"created": 1}, "verdicts": ["created"]}
    (row,) = stored(database)["runs"]
    assert (row["cpu_j"], row["memory_j"], row["accelerator_j"]) == (7_200_000, 3_600_000, None)
    assert (row["it_j"], row["facility_j"]) == (10_800_000, 12_960_000)
    # FR: grams are those of the scalar code, in micrograms.
    grams = sent_run(joules=7.2e6)["footprint"]["emissions_kg"]["location_based"]["value"] * 1000
    assert row["location_ug"] == pytest.approx(grams * 1e6, abs=0.5)
    assert row["market_ug"] is None


def test_the_same_batch_twice_changes_nothing(client, database):
    batch = [sent_run("a"), sent_run("b", joules=2.0)]
    assert post_runs(client, *batch).json()["verdicts"] == ["created", "created"]
    readings = [reading("a"), reading("a", start_s=10)]
    post_intervals(client, *readings)
    before = stored(database)
    assert post_runs(client, *batch).json()["verdicts"] == ["duplicate", "duplicate"]
    assert post_intervals(client, *readings).json()["counts"] == {"duplicate": 2}
    assert stored(database) == before
    assert_sums_are_those_of_the_rows(database)


def test_a_record_that_says_more_replaces_one_that_says_less_and_the_sums_follow(client, database):
    begun = sent_run("a", joules=1.0, outcome=None)
    ended = sent_run("a", joules=5.0)
    assert post_runs(client, begun).json()["verdicts"] == ["created"]
    assert post_runs(client, ended).json()["verdicts"] == ["replaced"]
    assert post_runs(client, begun).json()["verdicts"] == ["older"]
    (row,) = stored(database)["runs"]
    assert (row["outcome"], row["cpu_j"]) == ("completed", 5)
    assert_sums_are_those_of_the_rows(database)


def test_an_interval_may_come_before_its_run(client, database):
    assert post_intervals(client, reading("later")).json()["verdicts"] == ["created"]
    assert post_runs(client, sent_run("later")).json()["verdicts"] == ["created"]
    rows = client.get("/api/v1/runs/later/intervals").json()["intervals"]
    assert [row["energy_uj"] for row in rows] == [1_000_000]


def test_another_reading_of_the_same_name_is_a_conflict_and_changes_nothing(client, database):
    post_intervals(client, reading(energy_uj=5))
    before = stored(database)
    answer = post_intervals(client, reading(energy_uj=6), reading(start_s=10), reading(energy_uj=5))
    assert answer.json()["verdicts"] == ["conflict", "created", "duplicate"]
    assert stored(database)["intervals"][0] == before["intervals"][0]
    assert_sums_are_those_of_the_rows(database)


def test_one_wrong_row_refuses_the_batch_and_names_each_field(client, database):
    wrong, none = sent_run("b"), sent_run("c")
    wrong["record"]["duration_s"] = -1.0
    del none["record"]["name"]
    answer = post_runs(client, sent_run("a"), wrong, none)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert pointers == ["/runs/1/record/duration_s", "/runs/2/record"]
    assert stored(database)["runs"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"energy_uj": -1}, "/intervals/0/energy_uj"),
        ({"energy_uj": 2**63}, "/intervals/0/energy_uj"),
        ({"energy_uj": 10**17 + 1}, "/intervals/0/energy_uj"),
        ({"end_ms": reading()["start_ms"] + 366 * 86_400_000 + 1}, "/intervals/0/end_ms"),
        ({"energy_uj": 1.5}, "/intervals/0/energy_uj"),
        ({"end_ms": 5}, "/intervals/0/end_ms"),
        ({"start_ms": 2**60}, "/intervals/0/start_ms"),
        ({"start_ms": 7_289_654_400_000}, "/intervals/0/start_ms"),  # 2201 begins
        ({"device": ""}, "/intervals/0/device"),
        ({"device": "a\0b"}, "/intervals/0/device"),
        ({"run": "../../etc"}, "/intervals/0/run"),
        ({"other": 1}, "/intervals/0"),
    ],
    ids=str,
)
def test_a_reading_that_cannot_be_is_refused_by_its_field(client, change, pointer):
    answer = post_intervals(client, reading() | change)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_the_longest_and_largest_reading_is_stored(client, database):
    longest = reading()["start_ms"] + 366 * 86_400_000
    rows = [reading(), reading("b") | {"end_ms": longest, "energy_uj": 10**17}]
    assert post_intervals(client, *rows).json()["counts"] == {"created": 2}
    assert_sums_are_those_of_the_rows(database)


@pytest.mark.parametrize("project", ["ranker ", " ranker", "ranker\u00a0", " "])
def test_a_project_with_a_blank_at_an_end_is_refused_by_its_field(client, project):
    answer = post_runs(client, sent_run("a", project=project))
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["pointer"]) == (422, "/runs/0/record/project")
    body = {"project": project, "intervals": [reading()]}
    answer = client.post("/api/v1/intervals:batch", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/project")
    # Within it a blank is a letter, and a run's name may have one anywhere.
    assert post_runs(client, sent_run("a", project="my ranker", name=" n ")).status_code == 200


def test_a_footprint_of_other_readings_than_the_record_is_refused(client):
    row = sent_run(joules=7.2e6) | {"footprint": sent_run(joules=7.3e6)["footprint"]}
    answer = post_runs(client, row)
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/runs/0/footprint/components_kwh/cpu"
    assert "the record's readings 2.0 kWh" in error["detail"]


def test_a_run_without_a_footprint_is_counted_and_its_emissions_are_not_taken_for_zero(client):
    post_runs(client, sent_run("a"), sent_run("b", with_footprint=False))
    (row,) = client.get("/api/v1/sums/runs").json()["rows"]
    assert (row["runs"], row["runs_without_location"]) == (2, 1)


def test_runs_are_added_up_by_hardware_and_zone_and_what_is_not_known_is_null(client):
    gpu = CPU._replace(device_id="nvml:0", component="accelerator", name="NVIDIA H100")
    faster = made_run("b", devices=(CPU, gpu), place={"zone": "DE"}).as_dict()
    bare = made_run("c", devices=()).as_dict()
    assert post_runs(client, sent_run("a"), {"record": faster}, {"record": bare}).is_success
    rows = client.get("/api/v1/sums/runs?by=hardware,zone").json()["rows"]
    found = {(row["hardware"], row["zone"]): row["runs"] for row in rows}
    assert found == {(None, None): 1, ("CPU", "FR"): 1, ("NVIDIA H100", "DE"): 1}
    (run,) = client.get("/api/v1/runs?hardware=NVIDIA%20H100").json()["runs"]
    assert (run["id"], run["hardware"]) == ("b", "NVIDIA H100")


def test_text_that_means_something_to_sql_is_text(client, database):
    name = "'; DROP TABLE runs; -- %s ? :x $1 \\"
    post_runs(client, sent_run("a", project=name, name=name))
    post_intervals(client, reading("a", device=name), project=name)
    (found,) = client.get("/api/v1/runs", params={"project": name}).json()["runs"]
    assert (found["project"], found["name"]) == (name, name)
    assert client.get("/api/v1/runs/a/intervals").json()["intervals"][0]["device"] == name


def test_a_gzip_bomb_goes_off_nowhere(hub):
    hub = hub._replace(settings=hub.settings._replace(largest_unpacked_bytes=1000))
    bomb = gzip.compress(b" " * 50_000_000)
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    with client_of(hub, admin_of(hub)) as client:
        answer = client.post("/api/v1/runs:batch", content=bomb, headers=headers)
    assert (answer.status_code, "1,000 bytes" in answer.json()["detail"]) == (413, True)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"[" * 100_000, {}, 422),
        (b'{"runs": ' + b"[" * 100_000 + b"}", {}, 422),
        (b'{"runs": [{"record": ' + b'{"a":' * 50_000, {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"{}", {}, 422),
        (b'{"runs": []}', {"Content-Type": "text/plain"}, 415),
        (b'{"runs": []}', {"Content-Encoding": "br"}, 415),
        (b"no gzip", {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(b'{"runs": []}')[:-3], {"Content-Encoding": "gzip"}, 400),
        (b" " * 200_000, {}, 413),
        (json.dumps({"runs": [{}] * 20}).encode(), {}, 422),
        (json.dumps({"runs": [{"record": {}}] * 20}).encode(), {}, 413),
    ],
    ids=range(13),
)
def test_a_body_that_is_none_is_refused_and_never_a_fault_of_the_hub(hub, body, headers, status):
    hub = hub._replace(settings=hub.settings._replace(largest_body_bytes=150_000, largest_batch=10))
    if len(body) > 150_000 and status == 400:
        hub = hub._replace(settings=hub.settings._replace(largest_body_bytes=10**7))
    with client_of(hub, admin_of(hub)) as client:
        sent = {"Content-Type": "application/json"} | headers
        answer = client.post("/api/v1/runs:batch", content=body, headers=sent)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


FORMS = [
    sent_run(run_id, joules=joules, outcome=outcome, duration_s=duration_s)
    for run_id in ("a", "b")
    for joules, outcome, duration_s in ((1.0, None, 10.0), (2.0, None, 20.0), (3.0, "failed", 20.0))
]
READINGS_SENT = [reading(run, d, s) for run in "ab" for d in ("cpu", "gpu") for s in (0, 86_400)]


@given(data=st.data())
@settings(
    max_examples=40 if WHOLE_PROOF else 3,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_order_however_often_leaves_the_same_database(data, hub):
    # The reference sends everything once, in order, to a tenant of its own.
    number = data.draw(st.integers(0, 2**32))
    shuffled = random.Random(number)
    order = f"org-{number}-{shuffled.random():.12f}".replace(".", "-")
    sent = [*FORMS, *FORMS, *READINGS_SENT, *READINGS_SENT]
    shuffled.shuffle(sent)
    for org_id, rows in ((order, sent), (f"{order}-ref", [*FORMS, *READINGS_SENT])):
        with client_of(hub, admin_of(hub, org_id)) as client:
            left = list(rows)
            while left:
                count = shuffled.randint(1, 6)
                batch, left = left[:count], left[count:]
                for post, kind in ((post_runs, True), (post_intervals, False)):
                    chosen = [row for row in batch if ("record" in row) is kind]
                    assert post(client, *chosen).status_code == 200
        assert_sums_are_those_of_the_rows(hub.database, org_id)
    got, expected = (stored(hub.database, org) for org in (order, f"{order}-ref"))
    without_tenant = json.dumps(got).replace(order, "x")
    assert without_tenant == json.dumps(expected).replace(f"{order}-ref", "x")
