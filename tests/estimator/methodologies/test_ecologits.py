"""EcoLogits: from parameters and tokens to energy, water and making, in two releases."""

import pytest

from wattprint.estimator.methodologies import ecologits as eco
from wattprint.estimator.methodologies import ecologits_tables as tables
from wattprint.estimator.methodologies import ecologits_video as video

MIX = eco.Mix(0.59, 7.37e-8, 9.99, 3.0)
SITE = eco.Site(eco.Span.of(1.2), eco.Span.of(0.5))


def test_a_model_of_405_billion_takes_16_gpus():
    # 1.2 x 405 x 2 bytes = 972 GB: 13 GPUs of 80 GB, and the next power of two.
    assert eco.required_gpus(eco.required_memory_gb(405)) == 16


def test_a_model_of_70_billion_and_1000_tokens_comes_out():
    # 4 GPUs x 8.0388e-5 kWh, a half server of 1.2 kW for 60 s over 64 requests: x 1.2 x 0.59 kg,
    # and 60 s of (4 x 273 + 2850) kg over three years and 64 requests: 3.7735e-4 kg.
    model = eco.Model(eco.Span.of(70), eco.Span.of(70))
    impacts = eco.request_impacts(model, 1000, mix=MIX, site=SITE, request_s=60)
    assert impacts.total[0].low == pytest.approx(3.7735e-4, rel=1e-4)


def test_the_time_of_a_request_is_an_upper_bound_of_its_generation():
    assert eco.generation_latency_s(7, 100, request_s=0.5) == 0.5
    assert eco.generation_latency_s(7, 100) == pytest.approx(100 * 0.0441868662, rel=1e-6)


def test_a_known_speed_stands_in_for_the_regression():
    # 100 tokens at 50 a second, and 0.5 s to the first.
    assert eco.generation_latency_s(7, 100, tokens_per_s=50, first_token_s=0.5) == 2.5


def test_the_older_release_does_not_know_speeds():
    model = eco.Model(eco.Span.of(7), eco.Span.of(7), tokens_per_s=1e6)
    slow = eco.request_impacts(model, 100, mix=MIX, site=SITE, release="0.9.1")
    fast = eco.request_impacts(model, 100, mix=MIX, site=SITE)
    assert slow.energy_kwh.low > fast.energy_kwh.low


def test_water_of_the_older_release_counts_pue_twice():
    model = eco.Model(eco.Span.of(7), eco.Span.of(7))
    new = eco.request_impacts(model, 100, mix=MIX, site=SITE)
    old = eco.request_impacts(model, 100, mix=MIX, site=SITE, release="0.9.1")
    assert old.water_l.low / new.water_l.low == pytest.approx(1.2, rel=1e-12)


def test_prompt_tokens_do_not_enter_and_no_token_costs_nothing():
    model = eco.Model(eco.Span.of(7), eco.Span.of(7))
    impacts = eco.request_impacts(model, 0, mix=MIX, site=SITE)
    assert impacts.energy_kwh == impacts.water_l == (0.0, 0.0)


def test_tables_know_models_countries_and_providers():
    zone, site = tables.known_site("mistralai")
    assert (zone, site.pue) == ("SWE", (1.16, 1.16))
    assert tables.known_mix("FRA").gwp_kg_per_kwh == 0.04144
    assert tables.known_mix("USA").gwp_kg_per_kwh == 0.3844
    assert tables.known_model("openai", "gpt-4o").active_b.low > 0


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: tables.known_model("openai", "gpt-4oo"), r"'gpt-4oo' .* Nearest: 'gpt-4o'"),
        (lambda: tables.known_mix("FRAA"), r"country 'FRAA' is unknown .* Nearest: 'FRA'"),
        (lambda: tables.known_site("opnai"), r"provider 'opnai' .* Nearest: 'openai'"),
        (lambda: video.video_model("wan2.1"), r"video model 'wan2.1' .* Nearest: 'alibaba/wan2.1'"),
        (lambda: video.pixels("8k"), r"resolution is '8k'; expected 720p, 1080p, 4k or a size"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()


def test_a_video_without_sound_may_take_less_time():
    model = video.video_model("google/veo-3.0")
    asked = {"resolution": "720p", "duration_s": 5.0}
    with_sound = video.video_latency_s(model, **asked)
    without = video.video_latency_s(model, **asked, with_audio=False)
    assert without == pytest.approx(with_sound / 2, rel=1e-12)
    assert video.video_latency_s(model, **asked, request_s=1.0) == 1.0


def test_a_named_resolution_is_a_size():
    model = video.video_model("alibaba/wan2.1")
    named = video.video_latency_s(model, resolution="720P ", duration_s=5)
    assert named == video.video_latency_s(model, resolution="1280x720", duration_s=5)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: eco.required_gpus(0), "memory_gb is 0; expected a model of some parameters"),
        (lambda: eco.generation_latency_s(1, 1, request_s=-1), "request_s is -1; expected"),
        (lambda: eco.generation_latency_s(1, 1, request_s=float("nan")), "request_s is nan"),
        (lambda: eco.gpu_energy_kwh(1, -1), "output_tokens is -1; expected"),
    ],
)
def test_an_impossible_input_is_refused_by_name(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()
