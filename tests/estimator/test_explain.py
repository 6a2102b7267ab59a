"""One job under all methodologies: parts that add up, and an interval that holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.estimator.explain import causes, explain
from wattprint.estimator.methodologies.figure import Terms

P4D = {"accelerator": "A100 SXM4 40GB", "count": 8, "hours": 72, "region": "aws/us-east-1"}
EXPLAINED = explain(**P4D)
BY_NAME = {compared.methodology.name: compared for compared in EXPLAINED.compared}

amounts = st.one_of(st.none(), st.floats(0, 1e6))
terms = st.builds(
    Terms,
    *([amounts] * 4),
    pue=st.one_of(st.none(), st.floats(1, 3)),
    intensity_g_per_kwh=st.floats(0, 1000),
    embodied_kg=amounts,
    rounding_kg=st.floats(-1, 1),
)


def test_the_published_spread_is_shown_and_our_interval_holds_all_but_the_one_without_gpus():
    published = {
        "boavizta": (19.6, False),
        "cloud-carbon-footprint": (63.0, True),
        "ml-co2-impact": (85.2, True),
        "green-algorithms": (103.6, True),
    }
    for name, (kilograms, is_within) in published.items():
        assert BY_NAME[name].operational_kg == pytest.approx(kilograms, abs=0.051)
        assert BY_NAME[name].is_within_ours is is_within


def test_the_smallest_comes_first_and_what_does_not_apply_says_why():
    emissions = [compared.operational_kg for compared in EXPLAINED.compared]
    assert emissions == sorted(emissions)
    (refused,) = EXPLAINED.refused
    assert refused.methodology.name == "ecologits"
    assert "requests to a language model" in refused.reason


@pytest.mark.parametrize("name", BY_NAME)
def test_the_causes_of_a_difference_add_up_to_it(name):
    compared = BY_NAME[name]
    ours_kg, theirs_kg = EXPLAINED.terms.total_kg, compared.figure.terms.total_kg
    assert sum(compared.causes) == pytest.approx(theirs_kg - ours_kg, abs=1e-11)


@given(ours=terms, theirs=terms)
def test_causes_add_up_whatever_the_figures(ours, theirs):
    scale = max(1.0, ours.total_kg, theirs.total_kg, *map(abs, causes(ours, theirs)))
    difference = theirs.total_kg - (ours.total_kg - ours.rounding_kg)
    assert sum(causes(ours, theirs)) == pytest.approx(difference, abs=1e-9 * scale)


@given(figure=terms)
def test_a_figure_does_not_differ_from_itself(figure):
    same = causes(figure, figure)
    assert same[:-1] == (0.0,) * 5


def test_a_term_is_exchanged_after_those_before_it():
    # 96.31 kg: 230.4 kWh at 418 g. Devices 172.8 kWh: -57.6 x 0.418. Memory +30.8966 x 0.418.
    found = BY_NAME["green-algorithms"].causes
    assert found.power == pytest.approx(-57.6 * 0.418, rel=1e-12)
    assert found.host == pytest.approx(30.89664 * 0.418, rel=1e-12)
    # PUE 1.2: + 0.2 x 203.69664 x 0.418. Grid: 244.435968 x (0.42394 - 0.418).
    assert found.pue == pytest.approx(0.2 * 203.69664 * 0.418, rel=1e-9)
    assert found.intensity == pytest.approx(244.435968 * 0.00594, rel=1e-9)
    assert found.embodied == pytest.approx(-(EXPLAINED.terms.embodied_kg or 0.0), rel=1e-9)
    assert found.rounding == 0.0


def test_the_rounding_of_ml_co2_impact_is_a_cause_of_its_own():
    # 230.4 kWh x 0.36913 = 85.047552 kg, shown as 85.25.
    assert BY_NAME["ml-co2-impact"].causes.rounding == pytest.approx(85.25 - 85.047552, rel=1e-9)


def test_our_terms_are_those_of_the_footprint():
    located = EXPLAINED.ours.emissions_kg.location_based
    assert EXPLAINED.terms.operational_kg == pytest.approx(located.value, rel=1e-12)


def test_host_and_pue_of_ours_are_terms_too():
    explained = explain(**P4D, pue=1.5, static_w=800, supply_efficiency=0.9, memory_gb=1152)
    located = explained.ours.emissions_kg.location_based
    assert explained.terms.operational_kg == pytest.approx(located.value, rel=1e-12)
    # Static 57.6 kWh, and a tenth of everything lost.
    assert explained.terms.other_kwh == pytest.approx(57.6 + explained.terms.it_kwh * 0.1, rel=1e-9)


def test_the_json_has_the_terms_and_causes_of_every_methodology():
    document = EXPLAINED.as_dict()
    assert document["schema"] == "wattprint.explanation/1"
    assert [one["methodology"] for one in document["methodologies"]] == list(BY_NAME)
    for one in document["methodologies"]:
        assert one["difference_kg"] == pytest.approx(sum(one["causes_kg"].values()), rel=1e-12)
        assert one["total_kg"] >= one["operational_kg"]
    assert document["not_applicable"][0]["methodology"] == "ecologits"


def test_a_training_that_is_planned_is_hours_to_every_method():
    planned = {"train_parameters_b": 7, "train_tokens_b": 1000, "mfu": 0.4}
    explained = explain(accelerator="H100 SXM5 80GB", count=512, zone="FR", **planned)
    assert explained.job.device_hours > 10_000
    assert all(compared.figure.unused == () for compared in explained.compared)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"region": None}, "explain compares emissions, and no place is given; expected a zone"),
        ({"hours": 0}, "explain compares the energy of machines, and there is none"),
        ({"methodology": "sci"}, r"explain\(\) has no keyword 'methodology'"),
        ({"hour": 3}, r"explain\(\) has no keyword 'hour'; .* Nearest: 'hours'"),
        ({"instance": "aws/p4d"}, r"instance 'aws/p4d' is unknown; .* Nearest: 'aws/p4d"),
    ],
)
def test_what_cannot_be_compared_is_refused(inputs, message):
    with pytest.raises(ValueError, match=message):
        explain(**{**P4D, **inputs})
