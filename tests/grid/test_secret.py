"""Keys do not show: not in messages, reprs, files or tracebacks."""

import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.played import FORECASTERS, KEY, NOON, SERVICES, Entsoe, WattTime, name_of
from grid.standin import Answer, as_json
from wattprint.grid.errors import ServiceError
from wattprint.grid.secret import Secret, without_secrets
from wattprint.grid.settings import load_settings

WITH_KEYS = [
    played for played in SERVICES if played.name in ("electricitymaps", "watttime", "entsoe")
]


def test_a_secret_shows_only_to_what_sends_it():
    secret = Secret(KEY)
    assert KEY not in f"{secret} {secret!r} {secret!s} {[secret]} { ({'key': secret}) }"
    assert secret.reveal() == KEY
    assert secret == Secret(KEY) and hash(secret) == hash(Secret(KEY)) and secret != Secret("x")
    with pytest.raises(TypeError, match="not written"):
        pickle.dumps(secret)


@given(text=st.text(min_size=4, max_size=20), before=st.text(max_size=9))
def test_a_secret_is_taken_out_of_any_text_that_quotes_it(text, before):
    shown = without_secrets(f"{before}{text}", [Secret(text)])
    assert text not in shown or text in "[hidden]" or text in before + "[hidden]"


@pytest.mark.parametrize("played", WITH_KEYS, ids=name_of)
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(as_json({"error": f"Invalid token {KEY}"}, 401), id="401"),
        pytest.param(as_json({"error": f"Bad request: token={KEY}"}, 400), id="400"),
        pytest.param(as_json({"message": KEY * 3}, 404), id="404"),
        pytest.param(Answer(KEY.encode()), id="200 that is none"),
        pytest.param(Answer(b"", 302, {"Location": f"https://{KEY}.example/"}), id="redirect"),
        pytest.param(Answer(b"", 429), id="429"),
    ],
)
def test_no_error_holds_a_key_even_if_the_service_repeats_it(ask, played, answer):
    asked = ask(played).gives(*[answer] * 5)
    with pytest.raises(ServiceError) as caught:
        asked.history(NOON - 3600, NOON)
    written = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert KEY not in written


def test_a_password_in_base64_is_hidden_too(ask):
    import base64

    packed = base64.b64encode(f"ada:{KEY}".encode()).decode()
    asked = ask(WattTime())
    asked.stand_in.usual = lambda seen: as_json({"error": f"no such user {packed} {KEY}"}, 404)
    with pytest.raises(ServiceError) as caught:
        asked.history(NOON - 3600, NOON)
    assert packed not in str(caught.value) and KEY not in str(caught.value)


def test_providers_and_settings_show_no_key(ask, tmp_path):
    for played in (WattTime(), Entsoe()):
        asked = ask(played)
        assert KEY not in repr(asked.services.settings)
        assert KEY not in repr(vars(asked.provider))
    settings = load_settings(tmp_path, {"WATTPRINT_ENTSOE_KEY": KEY})
    assert KEY not in f"{settings}"


@pytest.mark.parametrize("played", FORECASTERS, ids=name_of)
def test_a_series_shows_no_key(ask, played):
    asked = ask(played).gives(played.forecast([(NOON + 3600, 100.0)], NOON))
    series = asked.forecast(24)
    assert KEY not in repr(series) + repr(series.described())
