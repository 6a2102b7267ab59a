"""ENTSO-E: from megawatts by type to an intensity, and the traps of its XML."""

import io
import re
import zipfile

import pytest

from grid.played import HOUR, KEY, NOON, Entsoe
from grid.standin import Answer
from wattprint.domain.errors import InputError
from wattprint.grid.errors import BadAnswerError, NoIntensityError, RequestRefusedError

PLAYED = Entsoe()
START = NOON - 2 * HOUR


def document(*series):
    return PLAYED.document("".join(series))


def points(*mw, step_s=HOUR):
    return [(START + i * step_s, power) for i, power in enumerate(mw)]


def grams(series):
    return [interval.carbon_intensity_g_per_kwh for interval in series]


def test_intensity_is_that_of_the_mix(ask):
    # 100 MW of gas (490), 300 of nuclear (12), 100 of wind (11): 53,700 / 500 = 107.4 g/kWh.
    answer = document(
        PLAYED.series("B04", points(100.0)),
        PLAYED.series("B14", points(300.0)),
        PLAYED.series("B19", points(100.0)),
    )
    series = ask(PLAYED).gives(answer).history(START, START + HOUR)
    assert grams(series) == pytest.approx([107.4], rel=1e-12)
    assert (series.basis, series.scope) == ("lifecycle", "generation")
    assert "imports not in it" in series.notes[0]


def test_the_token_goes_in_the_address_and_the_rest_is_what_the_guide_wants(ask):
    asked = ask(PLAYED).gives(PLAYED.history([(START, 100.0)]))
    asked.history(START, START + HOUR)
    assert asked.stand_in.seen[0].query == {
        "documentType": "A75",
        "processType": "A16",
        "in_Domain": "10YFR-RTE------C",
        "periodStart": "202601151000",
        "periodEnd": "202601151100",
        "securityToken": KEY,
    }


def test_storage_is_neither_generation_nor_emission(ask):
    # What pumps return (B10), and what they take (out), leave the mix as it is.
    answer = document(
        PLAYED.series("B04", points(100.0)),
        PLAYED.series("B10", points(900.0)),
        PLAYED.series("B10", points(900.0), way="out"),
    )
    assert grams(ask(PLAYED).gives(answer).history(START, START + HOUR)) == [490.0]


@pytest.mark.parametrize(("waste_mw", "known"), [(11.0, True), (12.0, False)])
def test_a_type_without_a_factor_is_left_out_up_to_a_tenth(ask, waste_mw, known):
    # 11 of 111 MW are 9.9 %, 12 of 112 are 10.7 %.
    answer = document(PLAYED.series("B04", points(100.0)), PLAYED.series("B17", points(waste_mw)))
    asked = ask(PLAYED).gives(answer)
    if known:
        assert grams(asked.history(START, START + HOUR)) == [490.0]
    else:
        with pytest.raises(NoIntensityError, match="no interval"):
            asked.history(START, START + HOUR)


def test_an_interval_in_which_a_type_has_not_reported_is_a_gap(ask):
    # Without its coal the second hour would look clean.
    answer = document(
        PLAYED.series("B05", points(500.0, None, 500.0)),
        PLAYED.series("B14", points(500.0, 500.0, 500.0)),
    )
    series = ask(PLAYED).gives(answer).history(START, START + 3 * HOUR)
    assert series.gaps(START, START + 3 * HOUR) == [(START + HOUR, START + 2 * HOUR)]


def test_a_point_left_out_under_curve_a03_repeats_the_one_before(ask):
    answer = document(
        PLAYED.series("B04", points(100.0, None, 300.0), curve="A03"),
        PLAYED.series("B14", points(100.0, 100.0, 100.0)),
    )
    series = ask(PLAYED).gives(answer).history(START, START + 3 * HOUR)
    # (490 + 12) / 2 = 251 twice, then (3 x 490 + 12) / 4 = 370.5.
    assert grams(series) == pytest.approx([251.0, 251.0, 370.5], rel=1e-12)


@pytest.mark.parametrize(("step", "step_s"), [("PT15M", 900), ("PT30M", 1800), ("PT60M", 3600)])
def test_steps_of_15_30_and_60_minutes(ask, step, step_s):
    rows = [(START + i * step_s, 100.0 + i) for i in range(4)]
    series = ask(PLAYED).gives(PLAYED.history(rows, step=step)).history(START, START + 4 * step_s)
    assert {i.end_s - i.start_s for i in series} == {step_s}
    assert grams(series) == pytest.approx([100.0, 101.0, 102.0, 103.0], rel=1e-9)


def test_types_of_unlike_steps_meet_at_the_finer_one(ask):
    answer = document(
        PLAYED.series("B04", points(100.0)),
        PLAYED.series("B14", points(100.0, 300.0, step_s=1800), step="PT30M"),
    )
    series = ask(PLAYED).gives(answer).history(START, START + HOUR)
    # 251 for half an hour, then (490 + 3 x 12) / 4 = 131.5.
    assert grams(series) == pytest.approx([251.0, 131.5], rel=1e-12)


def test_an_archive_of_documents_is_unpacked(ask):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.xml", document(PLAYED.series("B04", points(100.0))).body)
        archive.writestr("2.xml", document(PLAYED.series("B14", points(100.0))).body)
    asked = ask(PLAYED).gives(Answer(packed.getvalue()))
    assert grams(asked.history(START, START + HOUR)) == pytest.approx([251.0], rel=1e-12)


@pytest.mark.parametrize("body", [b"PK\x03\x04 broken", b"PK"], ids=["broken", "short"])
def test_an_archive_that_is_none_is_told(ask, body):
    with pytest.raises(BadAnswerError, match="archive that cannot be unpacked"):
        ask(PLAYED).gives(Answer(body)).history(START, NOON)


def test_nothing_for_that_time_is_no_figure(ask):
    with pytest.raises(NoIntensityError, match="the platform has no generation for that time"):
        ask(PLAYED).gives(PLAYED.nothing).history(START, NOON)


@pytest.mark.parametrize("status", [200, 400])
def test_another_acknowledgement_is_told_in_its_words(ask, status):
    body = PLAYED.nothing.body.replace(b"999", b"A01").replace(b"No matching data", b"Bad domain")
    with pytest.raises(RequestRefusedError, match="declines and says"):
        ask(PLAYED).gives(Answer(body, status)).history(START, NOON)


def test_a_document_that_declares_entities_is_refused(ask):
    bomb = b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><b>&b;</b>'
    with pytest.raises(BadAnswerError, match="declares entities, which is refused"):
        ask(PLAYED).gives(Answer(bomb)).history(START, NOON)


@pytest.mark.parametrize(
    ("pattern", "replacement", "message"),
    [
        (b"B04", b"B99", "generation type 'B99'"),
        (b"PT60M", b"P1Y", "a step of 'P1Y'"),
        (b"<quantity>[^<]*", b"<quantity>-5", "a generation of '-5' MW"),
        (b"<quantity>[^<]*", b"<quantity>many", "a point '1': 'many'"),
        (b"<position>1<", b"<position>7<", "outside its period"),
        (b"<end>[^<]*", b"<end>2026-01-15T09:00Z", "empty or too long"),
        (b"<start>[^<]*", b"<start>yesterday", "time 'yesterday'"),
        (b"GL_MarketDocument", b"Publication_MarketDocument", "not a GL_MarketDocument"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_document_that_is_not_what_it_should_be_is_refused(ask, pattern, replacement, message):
    body = re.sub(pattern, replacement, PLAYED.history([(START, 100.0)]).body)
    with pytest.raises(BadAnswerError, match=message):
        ask(PLAYED).gives(Answer(body)).history(START, NOON)


def test_two_values_of_a_type_for_one_time_are_refused(ask):
    answer = document(PLAYED.series("B04", points(1.0)), PLAYED.series("B04", points(2.0)))
    with pytest.raises(BadAnswerError, match="two values of type B04"):
        ask(PLAYED).gives(answer).history(START, NOON)


def test_a_zone_outside_europe_is_refused_with_the_nearest(ask):
    with pytest.raises(InputError, match="'US' is not on the ENTSO-E Transparency Platform"):
        ask(PLAYED).provider.place("United States")


def test_now_is_the_newest_interval_that_was_reported(ask):
    asked = ask(PLAYED).gives(PLAYED.history([(START, 100.0), (START + HOUR, 200.0)]))
    series = asked.provider.now("FR", asked.signal)
    assert (series.start_s, len(series)) == (START + HOUR, 1)
