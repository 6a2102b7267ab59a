"""Whatever a service answers: a series of the zone asked for, or an error that says why."""

import copy
import json
import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grid.played import HOUR, KEY, NOON, SERVICES, name_of
from wattprint.grid.caller import Waiting
from wattprint.grid.errors import ServiceError
from wattprint.grid.providers.base import signal_of
from wattprint.grid.services import Services
from wattprint.grid.settings import load_settings
from wattprint.grid.transport import RecordedTransport, Response

LEAVES = (
    None, True, 0, -1, 1e400, 10**400, "", "x", "Z", "2026-01-15T11:00Z", "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z", [], {}, [None], {"data": None}, "GB", float(2**63), "\ud800", "null",
)  # fmt: skip


def places(document, path=()):
    """Every place in a document, from the root to its leaves."""
    yield path
    children = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document)
        if isinstance(document, list)
        else ()
    )
    for name, child in children:
        yield from places(child, (*path, name))


def replaced(document, path, leaf):
    if not path:
        return leaf
    document = copy.deepcopy(document)
    parent = document
    for name in path[:-1]:
        parent = parent[name]
    parent[path[-1]] = leaf
    return document


def answered(played, body, tmp_path, call):
    """What becomes of a body: a series, or the error that it is."""

    def answer(request):
        login = b'{"token": "t0ken"}'
        return Response(200, {}, login if request.url.endswith("/login") else body)

    settings_ = load_settings(tmp_path, played.environment("http://127.0.0.1:1"))
    waiting = Waiting(lambda: NOON + 600, lambda _: None, 20.0)
    transport = RecordedTransport(answer)
    provider = Services(settings_, transport=transport, waiting=waiting).named(played.name)
    signal = signal_of(played.name, provider.signals, kind=played.kind, basis=None)
    if call == "history":
        return provider.history(played.zone, signal, NOON - 6 * HOUR, NOON)
    return getattr(provider, call)(played.zone, signal, *([24] if call == "forecast" else []))


def body_of(played, call):
    figures = [(NOON - 6 * HOUR + i * played.step_s, 100.0 + i) for i in range(3)]
    ahead = [(NOON + i * played.step_s, 100.0 + i) for i in range(3)]
    if call == "forecast":
        return played.forecast(ahead, NOON).body
    return played.history(figures if call == "history" else ahead).body


def assert_sound(played, body, tmp_path, call):
    try:
        series = answered(played, body, tmp_path, call)
    except ServiceError as error:
        assert KEY not in str(error)
        assert "\n" not in str(error)
    else:
        assert (series.zone, series.kind) == (played.zone, played.kind)
        assert all(0 <= i.carbon_intensity_g_per_kwh <= 10_000 for i in series)


def id_of(given):
    return given if isinstance(given, str) else name_of(given)


CASES = [
    (played, call)
    for played in SERVICES
    for call in ("history", "forecast", "now")
    if call != "forecast" or hasattr(played, "forecast")
]


@pytest.mark.parametrize(
    ("played", "call"), [case for case in CASES if case[0].name != "entsoe"], ids=id_of
)
def test_any_part_of_an_answer_may_be_anything(played, call, tmp_path):
    body = body_of(played, call)
    document = json.loads(body)
    for path in places(document):
        for leaf in LEAVES:
            torn = json.dumps(replaced(document, path, leaf)).encode()
            assert_sound(played, torn, tmp_path, call)


@pytest.mark.parametrize(("played", "call"), CASES, ids=id_of)
def test_any_byte_of_an_answer_may_be_wrong(played, call, tmp_path):
    body, chance = body_of(played, call), random.Random(7)
    for _ in range(300):
        torn = bytearray(body)
        for _ in range(chance.choice([1, 1, 2, 5])):
            torn[chance.randrange(len(torn))] = chance.randrange(256)
        cut = chance.choice([len(torn), len(torn), chance.randrange(len(torn))])
        assert_sound(played, bytes(torn[:cut]), tmp_path, call)


@settings(max_examples=40)
@given(body=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_body_may_come(body, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    for played, call in CASES:
        with suppress(ServiceError):
            answered(played, body, folder, call)
            pytest.fail(f"{played.name} made a series of {body!r}")
