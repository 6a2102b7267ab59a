"""Every kind of misbehaviour, of every service: the right value, or an error that says why.

Never a wrong zone, unit or kind. Each service is asked over HTTP on this machine.
"""

import json
from datetime import datetime, timezone

import pytest

from grid.played import FORECASTERS, HOUR, KEY, NOON, NOW, SERVICES, Entsoe, WattTime, name_of
from grid.standin import Answer, as_json
from wattprint.domain.errors import InputError
from wattprint.grid.errors import (
    BadAnswerError,
    KeyRefusedError,
    NoIntensityError,
    NotInPlanError,
    QuotaError,
    ServiceError,
    UnreachableError,
)
from wattprint.grid.providers.base import signal_of

services = pytest.mark.parametrize("played", SERVICES, ids=name_of)
forecasters = pytest.mark.parametrize("played", FORECASTERS, ids=name_of)


def figures(played, count=6, start_s=NOON - 6 * HOUR):
    """100, 110, 120 ... g/kWh, a step apart."""
    return [(start_s + i * played.step_s, 100.0 + 10.0 * i) for i in range(count)]


def window(played, count=6, start_s=NOON - 6 * HOUR):
    return start_s, start_s + count * played.step_s


def shown(series):
    return [(i.start_s, i.carbon_intensity_g_per_kwh) for i in series]


def same(series, expected):
    """The starts exactly, the figures to 1e-9: pounds are converted, shares of fuels multiplied."""
    assert [i.start_s for i in series] == [start_s for start_s, _ in expected]
    grams = [i.carbon_intensity_g_per_kwh for i in series]
    assert grams == pytest.approx([grams for _, grams in expected], rel=1e-9)


def error_names(error, played):
    """A message names service, zone and cause, ends in a next step, and holds no key."""
    text = str(error)
    assert played.name in text and played.zone in text
    assert "; " in text and text.endswith(".")
    assert KEY not in text and KEY not in repr(error)


# --- 1 what is right ------------------------------------------------------------------------------


@services
def test_figures_of_the_past_come_as_they_are(ask, played):
    asked = ask(played).gives(played.history(figures(played)))
    series = asked.history(*window(played))
    same(series, figures(played))
    assert (series.zone, series.kind, series.provider) == (played.zone, played.kind, played.name)
    assert {i.end_s - i.start_s for i in series} == {played.step_s}
    assert series.fetched_at_s == pytest.approx(NOW, abs=1.0)


@forecasters
def test_a_forecast_comes_with_the_time_at_which_it_was_issued(ask, played):
    ahead = figures(played, start_s=NOON)
    asked = ask(played).gives(played.forecast(ahead, NOW - 900))
    series = asked.forecast(24)
    same(series, ahead)
    assert {i.state for i in series} == {"forecast"}
    # The service of Great Britain does not say when: then it is the time of asking.
    assert series.issued_at_s == (NOW if played.name == "gb" else NOW - 900)


def test_a_kind_that_a_service_has_not_is_refused(ask):
    asked = ask(SERVICES[0])
    with pytest.raises(InputError, match="gives no marginal intensity; it gives average, life"):
        signal_of("electricitymaps", asked.provider.signals, kind="marginal", basis=None)


# --- 2 null, missing, twice, out of order ---------------------------------------------------------


@services
def test_a_null_is_a_gap_and_no_zero(ask, played):
    given = figures(played)
    with_null = [(s, None if i == 2 else g) for i, (s, g) in enumerate(given)]
    series = ask(played).gives(played.history(with_null)).history(*window(played))
    same(series, [figure for i, figure in enumerate(given) if i != 2])
    assert series.coverage(*window(played)) == pytest.approx(5 / 6, rel=1e-12)


@services
def test_a_row_that_is_missing_is_a_gap(ask, played):
    given = [figure for i, figure in enumerate(figures(played)) if i != 3]
    series = ask(played).gives(played.history(given)).history(*window(played))
    same(series, given)
    (gap,) = series.gaps(*window(played))
    assert gap == (given[3][0] - played.step_s, given[3][0])


@services
def test_rows_come_twice_and_in_any_order(ask, played):
    given = figures(played)
    shuffled = [given[i] for i in (3, 0, 5, 1, 2, 4, 0, 3)]
    series = ask(played).gives(played.history(shuffled)).history(*window(played))
    same(series, given)


@pytest.mark.parametrize("played", [p for p in SERVICES if p.name != "entsoe"], ids=name_of)
def test_two_values_for_one_time_are_refused(ask, played):
    given = [*figures(played), (figures(played)[2][0], 333.0)]
    with pytest.raises(BadAnswerError, match="two values for 2026-01-15T") as caught:
        ask(played).gives(played.history(given)).history(*window(played))
    error_names(caught.value, played)


@services
def test_nothing_but_nulls_is_no_figure(ask, played):
    nulls = [(s, None) for s, _ in figures(played)]
    with pytest.raises(NoIntensityError, match=r"no figure|no interval") as caught:
        ask(played).gives(played.history(nulls)).history(*window(played))
    error_names(caught.value, played)


@pytest.mark.parametrize("played", [p for p in SERVICES if p.name != "entsoe"], ids=name_of)
@pytest.mark.parametrize("given", [-1.0, 1e9, "77", True, [1]], ids=repr)
def test_what_is_no_intensity_is_refused(ask, played, given):
    rows = figures(played)
    answer = played.history([*rows[:2], (rows[2][0], 1234.5)])
    # As the service would write it, pounds included: the figure's own place in the text.
    told = 1234.5 / 0.45359237 if played.name == "watttime" else 1234.5
    text = answer.body.decode().replace(
        repr(told), repr(given).replace("'", '"').replace("True", "true")
    )
    if played.zone == "GB":
        assert text.count("999") == 3
    with pytest.raises(BadAnswerError, match=r"is no number|not within") as caught:
        ask(played).gives(answer._replace(body=text.encode())).history(*window(played))
    error_names(caught.value, played)


# --- 3 the days of 23 and 25 hours ----------------------------------------------------------------


@services
@pytest.mark.parametrize(
    ("year_month_day", "hours"), [((2025, 3, 29), 23), ((2025, 10, 25), 25)], ids=["23 h", "25 h"]
)
def test_a_day_that_changes_the_clock_has_all_its_hours(ask, played, year_month_day, hours):
    # In Berlin 2025-03-30 lasts from 23:00 UTC to 22:00, 2025-10-26 from 22:00 UTC to 23:00.
    start_hour = 23 if hours == 23 else 22
    start_s = datetime(*year_month_day, start_hour, tzinfo=timezone.utc).timestamp()
    count = round(hours * HOUR / played.step_s)
    given = [(start_s + i * played.step_s, 100.0 + i) for i in range(count)]
    series = ask(played).gives(played.history(given)).history(start_s, start_s + hours * HOUR)
    same(series, given)
    # The mean of 100, 101 ... is 100 + (count - 1) / 2.
    mean = series.mean_over(start_s, start_s + hours * HOUR)
    assert mean == pytest.approx(100 + (count - 1) / 2, rel=1e-9)


# --- 4 and 5 keys, plans, tokens ------------------------------------------------------------------


@services
def test_a_wrong_key_is_told(ask, played):
    asked = ask(played).gives(*[played.wrong_key] * 2)
    with pytest.raises(KeyRefusedError) as caught:
        asked.history(*window(played))
    error_names(caught.value, played)


@pytest.mark.parametrize("played", [*SERVICES[:2], WattTime()], ids=name_of)
def test_a_key_outside_its_plan_is_told_apart_from_a_wrong_one(ask, played):
    asked = ask(played).gives(*[played.not_in_plan] * 2)
    with pytest.raises(NotInPlanError, match="does not hold") as caught:
        asked.history(*window(played))
    error_names(caught.value, played)


def test_a_token_that_ends_in_mid_run_is_renewed_once(ask):
    played = WattTime()
    asked = ask(played).gives(played.history(figures(played)))
    asked.history(*window(played))
    asked.gives(played.wrong_key, played.history(figures(played)))
    same(asked.history(*window(played)), figures(played))
    paths = [seen.path for seen in asked.stand_in.seen]
    assert paths == ["/login", "/v3/historical", "/v3/historical", "/login", "/v3/historical"]


def test_a_token_that_is_refused_after_renewal_is_given_up(ask):
    played = WattTime()
    asked = ask(played).gives(played.history(figures(played)))
    asked.history(*window(played))
    asked.gives(played.wrong_key, played.wrong_key)
    with pytest.raises(KeyRefusedError):
        asked.history(*window(played))
    assert [seen.path for seen in asked.stand_in.seen].count("/login") == 2


def test_a_token_is_used_for_25_minutes(ask):
    played = WattTime()
    asked = ask(played)
    for _ in range(3):
        asked.gives(played.history(figures(played))).history(*window(played))
    asked.time.now_s += 26 * 60
    asked.gives(played.history(figures(played))).history(*window(played))
    assert [seen.path for seen in asked.stand_in.seen].count("/login") == 2


@services
def test_a_key_that_is_refused_in_mid_run_loses_nothing_silently(ask, played):
    # 60 days are several requests: the second is refused, and the whole is an error.
    start_s = NOON - 60 * 24 * HOUR
    first = played.history(figures(played, start_s=start_s))
    asked = ask(played).gives(first, *[played.wrong_key] * 3)
    with pytest.raises(ServiceError) as caught:
        asked.history(start_s, NOON)
    error_names(caught.value, played)


# --- 6 too many requests --------------------------------------------------------------------------


@services
@pytest.mark.parametrize("after", ["7", "Thu, 15 Jan 2026 12:10:07 GMT"], ids=["s", "date"])
def test_a_wait_within_patience_is_waited(ask, played, after):
    too_many = Answer(b"{}", 429, {"Retry-After": after})
    asked = ask(played).gives(too_many, played.history(figures(played)))
    same(asked.history(*window(played)), figures(played))
    assert sum(asked.time.slept) == pytest.approx(7.0, abs=1.5)
    assert asked.time.now_s >= NOW + 7


@services
def test_a_wait_beyond_patience_is_told_with_its_time(ask, played):
    asked = ask(played).gives(Answer(b"{}", 429, {"Retry-After": "600"}))
    with pytest.raises(QuotaError, match=r"ask again in 600 s|ask again in 599 s") as caught:
        asked.history(*window(played))
    error_names(caught.value, played)
    assert caught.value.retry_at_s == pytest.approx(NOW + 600, abs=1.5)
    seen = len(asked.stand_in.seen)
    # The service is not asked again before that time.
    with pytest.raises(QuotaError, match="asked not to be asked again yet"):
        asked.history(*window(played))
    assert len(asked.stand_in.seen) == seen


@pytest.mark.parametrize("after", ["9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT", "31536000"])
def test_no_service_is_given_more_than_a_days_rest(ask, after):
    asked = ask(SERVICES[0]).gives(Answer(b"{}", 429, {"Retry-After": after}))
    with pytest.raises(QuotaError, match="ask again in 86400 s"):
        asked.history(*window(SERVICES[0]))


@pytest.mark.parametrize("after", ["soon", "-5", "1.5", "", "nan"])
@pytest.mark.parametrize("played", [p for p in SERVICES if p.name != "entsoe"], ids=name_of)
def test_a_wait_that_is_none_is_no_wait(ask, played, after):
    answer = Answer(b"{}", 429, {"Retry-After": after})
    asked = ask(played).gives(answer, played.history(figures(played)))
    same(asked.history(*window(played)), figures(played))


def test_entsoe_bans_for_ten_minutes_and_does_not_say_so(ask):
    asked = ask(Entsoe()).gives(Answer(b"", 429))
    with pytest.raises(QuotaError, match="ask again in 600 s"):
        asked.history(*window(Entsoe()))
    assert len(asked.stand_in.seen) == 1


@pytest.mark.parametrize("played", [p for p in SERVICES if p.name != "entsoe"], ids=name_of)
def test_too_many_requests_without_a_time_are_tried_four_times(ask, played):
    asked = ask(played).gives(*[Answer(b"", 429)] * 4)
    with pytest.raises(QuotaError, match="too many requests") as caught:
        asked.history(*window(played))
    error_names(caught.value, played)
    assert len([s for s in asked.stand_in.seen if s.path != "/login"]) == 4


# --- 7 out of order, then well --------------------------------------------------------------------


@services
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_service_out_of_order_is_asked_again(ask, played, status):
    asked = ask(played).gives(Answer(b"oops", status), played.history(figures(played)))
    same(asked.history(*window(played)), figures(played))
    assert sum(asked.time.slept) >= 0.5


@services
def test_a_service_that_stays_out_of_order_is_given_up(ask, played):
    asked = ask(played).gives(*[Answer(b"", 503)] * 4)
    with pytest.raises(UnreachableError, match="out of order") as caught:
        asked.history(*window(played))
    error_names(caught.value, played)
    assert sum(asked.time.slept) <= 20


# --- 8 no answer, half an answer, another format --------------------------------------------------


@services
def test_no_answer_in_time_is_told(ask, played):
    asked = ask(played, connect_s=0.05).gives(*[Answer(hang=True)] * 4)
    with pytest.raises(UnreachableError, match=r"no answer within 0\.05 s") as caught:
        asked.history(*window(played))
    error_names(caught.value, played)


@services
def test_an_answer_that_is_cut_off_is_asked_for_again(ask, played):
    whole = played.history(figures(played))
    asked = ask(played).gives(whole._replace(cut=len(whole.body) // 2), whole)
    same(asked.history(*window(played)), figures(played))


@services
@pytest.mark.parametrize(
    ("body", "cause"),
    [
        pytest.param(b"<!DOCTYPE html><title>Sign in</title>", "HTML", id="html"),
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"null", "the answer", id="null"),
        pytest.param(b"[]", "the answer", id="empty list"),
        pytest.param(b'{"zone": "DE", "histo', "the answer", id="half"),
        pytest.param(b"\xff\xfe\x00", "the answer", id="bytes"),
        pytest.param(b'{"data": NaN}', "the answer", id="nan"),
        pytest.param(b"[" * 100_000, "the answer", id="deep"),
        pytest.param(b"{}", "the answer", id="empty object"),
        pytest.param(b'{"data": {"data": 3}, "meta": 3}', "the answer", id="shapes"),
        pytest.param(b'"ok"', "the answer", id="text"),
    ],
)
def test_another_format_is_told(ask, played, body, cause):
    with pytest.raises((BadAnswerError, NoIntensityError), match=cause) as caught:
        ask(played).gives(Answer(body)).history(*window(played))
    error_names(caught.value, played)


# --- 9 another zone than was asked for ------------------------------------------------------------


@services
def test_the_figures_of_another_zone_are_refused(ask, played):
    asked = ask(played).gives(played.history(figures(played), zone=played.other))
    with pytest.raises(BadAnswerError, match="the answer is") as caught:
        asked.history(*window(played))
    error_names(caught.value, played)


@forecasters
def test_the_forecast_of_another_zone_is_refused(ask, played):
    ahead = figures(played, start_s=NOON)
    asked = ask(played).gives(played.forecast(ahead, NOW, zone=played.other))
    with pytest.raises(BadAnswerError, match="the answer is"):
        asked.forecast(24)


@services
def test_figures_of_another_time_are_none(ask, played):
    # A service that passes over the times in the request answers with now.
    asked = ask(played).gives(played.history(figures(played, 2, start_s=NOON)))
    with pytest.raises(NoIntensityError) as caught:
        asked.history(NOON - 30 * HOUR, NOON - 29 * HOUR)
    error_names(caught.value, played)


# --- 10 forecasts that are short, or revised ------------------------------------------------------


@forecasters
def test_a_forecast_shorter_than_asked_ends_where_it_ends(ask, played):
    ahead = figures(played, 2, start_s=NOON)
    series = ask(played).gives(played.forecast(ahead, NOW)).forecast(48)
    assert series.end_s == NOON + 2 * played.step_s


@forecasters
def test_a_forecast_that_is_revised_is_another_one(ask, played):
    ahead = figures(played, start_s=NOON)
    revised = [(s, g + 5) for s, g in ahead]
    asked = ask(played).gives(played.forecast(ahead, NOW - 600))
    before = asked.forecast(24)
    asked.time.now_s += 300
    after = asked.gives(played.forecast(revised, NOW)).forecast(24)
    same(before, ahead)
    same(after, revised)
    assert before.issued_at_s < after.issued_at_s


# --- 11 a list where an object was, and the other way round ---------------------------------------


@pytest.mark.parametrize("played", SERVICES[:5], ids=name_of)
def test_a_list_of_one_is_as_good_as_the_object(ask, played):
    document = json.loads(played.history(figures(played, 1)).body)
    name = next(n for n in ("history", "data") if n in document)
    rows = document[name]
    document[name] = rows[0] if isinstance(rows, list) else [rows]
    series = ask(played).gives(as_json(document)).history(*window(played, 1))
    same(series, figures(played, 1))


def test_a_forecast_in_an_object_is_as_good_as_in_a_list(ask):
    played = SERVICES[-1]
    ahead = figures(played, start_s=NOON)
    (item,) = json.loads(played.forecast(ahead, NOW).body)
    item["optimalDataPoint"] = item.pop("optimalDataPoints")[0]
    same(ask(played).gives(as_json(item)).forecast(1), ahead)


# --- 12 another unit ------------------------------------------------------------------------------


@services
def test_figures_in_another_unit_are_refused(ask, played):
    asked = ask(played).gives(played.history(figures(played), unit="kg_per_mwh"))
    with pytest.raises(BadAnswerError, match="the answer is in 'kg_per_mwh', not") as caught:
        asked.history(*window(played))
    error_names(caught.value, played)


@forecasters
def test_a_forecast_in_another_unit_is_refused(ask, played):
    ahead = figures(played, start_s=NOON)
    asked = ask(played).gives(played.forecast(ahead, NOW, unit="percentile"))
    with pytest.raises(BadAnswerError, match="the answer is in 'percentile', not"):
        asked.forecast(24)


def test_the_services_that_make_no_forecast_say_so(ask):
    with pytest.raises(InputError, match="entsoe makes no forecast"):
        ask(Entsoe()).forecast(24)
