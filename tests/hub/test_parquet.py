"""Readings as Parquet: the checks of a JSON batch, whole or not at all, and no bomb goes off."""

import asyncio
import io
import os
from contextlib import suppress
from pathlib import Path

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hub.made import admin_of, client_of, hub_of, reading
from hub.test_ingest import assert_sums_are_those_of_the_rows, post_intervals, stored

HEADERS = {"Content-Type": "application/vnd.apache.parquet"}


@pytest.fixture
def client(database):
    return client_of(hub_of(database), admin_of(hub_of(database)))


def parquet(rows, **options):
    sink = io.BytesIO()
    pq.write_table(
        rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows), sink, **options
    )
    return sink.getvalue()


def post(client, body, project="ranker"):
    path = f"/api/v1/intervals:parquet?project={project}"
    return client.post(path, content=body, headers=HEADERS)


def test_a_file_is_stored_once_and_is_what_a_json_batch_would_be(client, database):
    rows = [reading("a", f"gpu-{i % 2}", 10 * i, i) for i in range(50)]
    answer = post(client, parquet(rows))
    assert (answer.status_code, answer.json()["counts"]) == (200, {"created": 50})
    before = stored(database)
    assert post(client, parquet(rows, compression="zstd")).json()["counts"] == {"duplicate": 50}
    assert post_intervals(client, *rows).json()["counts"] == {"duplicate": 50}
    assert stored(database) == before
    assert_sums_are_those_of_the_rows(database)


def test_one_wrong_row_refuses_the_file_and_names_the_field(client, database):
    answer = post(client, parquet([reading("a"), reading("b") | {"energy_uj": -1}]))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/intervals/1/energy_uj"
    assert stored(database)["intervals"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"energy_uj": 10**17 + 1}, "energy_uj"),
        ({"end_ms": reading()["start_ms"] + 367 * 86_400_000}, "end_ms"),
    ],
)
def test_a_reading_that_is_too_long_or_too_large_refuses_the_file(client, change, field):
    answer = post(client, parquet([reading("a"), reading("b") | change]))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/intervals/1/{field}"


@pytest.mark.parametrize(
    ("field", "longest", "letter"), [("run", 128, "r"), ("device", 200, "\u0416")]
)
def test_a_text_longer_than_allowed_is_refused_by_its_field(
    client, database, field, longest, letter
):
    rows = [reading("a", start_s=i) for i in range(3)]
    rows[1] |= {field: letter * longest}
    assert post(client, parquet(rows)).json()["counts"] == {"created": 3}
    rows[2] |= {field: letter * (longest + 1)}
    answer = post(client, parquet(rows)).json()
    assert answer["errors"] == [
        {
            "pointer": f"/intervals/2/{field}",
            "detail": f"Expected `str` of length <= {longest}",
        }
    ]
    said = post_intervals(client, *rows).json()["errors"]
    assert said == answer["errors"], "as a batch of JSON has it"


def repeated(text, count):
    """A file in which one text is the device of many readings."""
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), [text])
    runs = pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), ["a"])
    numbers = [pa.array(range(count)), pa.array(range(1, count + 1)), pa.array([0] * count)]
    return parquet(pa.table([runs, texts, *numbers], names=list(NAMES)), compression="zstd")


def test_a_long_text_in_many_rows_costs_little(client):
    # 50,000 x 1,000 letters of 2 bytes would be 100 MB: some of it in the answer would be too.
    body = repeated("\u0416" * 1000, 50_000)
    answer = post(client, body)
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 100)
    assert len(body) < 500_000
    assert len(answer.content) < 20_000


def test_no_more_is_held_of_what_a_file_unpacks_to_than_is_allowed(database):
    # 5,000 x 200 letters are 1 MB, and the file's own metadata say far less than 300 kB.
    hub = hub_of(database, largest_unpacked_bytes=300_000)
    client = client_of(hub, admin_of(hub))
    answer = post(client, repeated("x" * 200, 5_000))
    detail = "The file unpacks to more than 300,000 bytes; send smaller ones."
    assert (answer.status_code, answer.json()["detail"]) == (413, detail)
    assert children() == 0
    assert post(client, repeated("x" * 200, 500)).json()["counts"] == {"created": 500}


def children():
    """How many processes of this one read Parquet."""
    found = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_mine = f"PPid:\t{os.getpid()}\n" in (folder / "status").read_text()
            found += is_mine and b"parquet_child" in (folder / "cmdline").read_bytes()
    return found


def test_two_files_are_read_at_once_and_others_wait(client):
    bodies = [parquet([reading(f"r{i}")]) for i in range(5)]
    answers, most = asyncio.run(all_at_once(client, bodies))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert most == 2


async def all_at_once(client, bodies):
    """The answers to files that are sent together, and how many were read at a time."""
    transport = httpx.ASGITransport(client.app)
    headers, most = HEADERS | client.headers, 0
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as sender:
        path = "/api/v1/intervals:parquet?project=ranker"
        asked = [sender.post(path, content=body, headers=headers) for body in bodies]
        sent = asyncio.gather(*asked)
        while not sent.done():
            most = max(most, await asyncio.to_thread(children))
        return await sent, most


def bomb():
    """A hundred thousand rows of one text of 50 MB, in a file of some kilobytes."""
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 90_000, pa.int32()), ["x" * 50_000_000])
    rows = pa.table([text, text, *([pa.array(range(90_000))] * 3)], names=list(NAMES))
    return parquet(rows, compression="zstd")


NAMES = ("run", "device", "start_ms", "end_ms", "energy_uj")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (lambda: b"PAR1 nothing", 400, "is no Parquet"),
        (lambda: parquet([reading("a")])[:-20], 400, "is no Parquet"),
        (lambda: b"", 400, "is no Parquet"),
        (lambda: parquet([reading("a") | {"other": 1}]), 422, "has the columns"),
        (lambda: parquet([reading("a") | {"energy_uj": 1.5}]), 422, "'energy_uj' holds double"),
        (lambda: parquet([{"run": "a"}]), 422, "expected run, device, start_ms"),
        (lambda: parquet([reading("a", start_s=i) for i in range(100_001)]), 413, "100,001 rows"),
        (bomb, 413, "unpacks to"),
    ],
    ids=["none", "torn", "empty", "column", "kind", "columns", "rows", "bomb"],
)
def test_a_file_that_is_none_or_too_large_is_refused(client, database, body, status, words):
    answer = post(client, body())
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True), answer.text
    assert stored(database)["intervals"] == []


def test_a_token_of_another_project_and_another_media_type_are_refused(client, database):
    hub = hub_of(database)
    with client_of(hub, hub.tokens.create("acme", "root", "t", ["write:other"])) as other:
        assert post(other, parquet([reading("a")])).status_code == 403
    path = "/api/v1/intervals:parquet?project=x"
    assert client.post(path, json={}).status_code == 415
