"""Cloud instances by name: their accelerators, their memory, and the machine around them."""

import pytest

from wattprint import estimate
from wattprint.domain.errors import InputError


def test_an_instance_with_accelerators_is_a_share_of_a_server_around_them():
    named = estimate(instance="aws/p4d.24xlarge", hours=72, intensity=400)
    described = estimate(
        accelerator="NVIDIA A100 SXM4 40GB",
        count=8,
        hours=72,
        memory_gb=1152,
        host="8-accelerator-server",
        intensity=400,
    )
    assert named.energy_kwh == described.energy_kwh
    assert named.work["instance"] == "aws/p4d.24xlarge"


def test_a_type_that_one_provider_has_needs_no_provider():
    short, full = (estimate(instance=n, hours=1) for n in ("P4D.24xlarge", "aws/p4d.24xlarge"))
    assert short.energy_kwh == full.energy_kwh


def test_part_of_an_instance_may_be_named():
    whole = estimate(instance="aws/p4d.24xlarge", hours=1, memory_gb=0).energy_kwh.it.value
    half = estimate(instance="aws/p4d.24xlarge", count=4, hours=1, memory_gb=0).energy_kwh.it.value
    assert half == pytest.approx(whole / 2, rel=1e-12)


def test_memory_is_that_of_as_many_instances_as_the_accelerators_fill():
    # 1,152 GB for eight: 576 GB for four, and 2,304 GB for the sixteen of two instances.
    for count, memory_gb in ((4, 576), (16, 2304)):
        named = estimate(instance="aws/p4d.24xlarge", count=count, hours=1)
        assert named.work["memory_gb"] == memory_gb


def test_a_name_that_says_less_of_the_accelerator_is_no_contradiction():
    named, alone = (
        estimate(instance="aws/p4d.24xlarge", hours=1, accelerator=said) for said in ("A100", None)
    )
    assert named == alone


@pytest.mark.parametrize("methodology", ["wattprint", "sci"])
def test_an_accelerator_that_is_not_the_instances_is_refused(methodology):
    message = "accelerator is 'T4' beside instance 'aws/p4d.24xlarge'; .*A100 SXM4 40GB"
    with pytest.raises(InputError, match=message):
        estimate(
            instance="aws/p4d.24xlarge",
            accelerator="T4",
            hours=1,
            intensity=400,
            methodology=methodology,
        )


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"instance": "aws/p4d.24xlrge"}, "instance 'aws/p4d.24xlrge' is unknown; .*p4d.24xlarge"),
        ({"instance": ""}, "instance is ''; expected its name as text"),
        (
            {"instance": "aws/p4d.24xlarge", "host": "laptop"},
            "host is 'laptop' beside instance 'aws/p4d.24xlarge'; .* one of the two",
        ),
        (
            {"instance": "aws/p4d.24xlarge", "energy_kwh": 5, "energy_at": "it"},
            "instance is 'aws/p4d.24xlarge' beside energy_kwh at 'it'; .* one of the two",
        ),
        (
            {"instance": "aws/p4d.24xlarge", "hosts": 2},
            "hosts is 2 beside instance 'aws/p4d.24xlarge'; .* give count, 16 for two of them",
        ),
    ],
)
def test_a_wrong_instance_is_refused(inputs, message):
    with pytest.raises(InputError, match=message):
        estimate(hours=1, **inputs)
