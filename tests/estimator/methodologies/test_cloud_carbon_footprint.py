"""Cloud Carbon Footprint: a line from rest to full use, and the making of servers."""

import pytest

from wattprint.estimator.methodologies import cloud_carbon_footprint as ccf


def test_a_processor_at_half_use_is_half_way():
    # (0.64 + 0.5 x 3.33) W x 96 vCPU-h x 1.135 = 251.1528 Wh.
    kwh = ccf.compute_kwh(min_w=0.64, max_w=3.97, utilization=0.5, unit_hours=96, pue=1.135)
    assert kwh == pytest.approx(0.2511528, rel=1e-12)


def test_memory_storage_and_network_have_a_coefficient_each():
    assert ccf.memory_kwh(100, pue=1.135) == pytest.approx(0.044492, rel=1e-12)
    ssd = ccf.storage_kwh(7200, w_per_tb=ccf.SSD_W_PER_TB, pue=1.135, replication=2)
    assert ssd == pytest.approx(7.2 * 1.2 * 1.135 * 2, rel=1e-12)
    assert ccf.network_kwh(500, pue=1.135) == pytest.approx(0.5675, rel=1e-12)


def test_a_whole_server_for_its_whole_life_is_all_of_its_making():
    share = ccf.embodied_share_kg(
        total_kg=1000, hours=ccf.LIFESPAN_HOURS, vcpus=96, largest_vcpus=96
    )
    assert share == pytest.approx(1000.0, rel=1e-12)


def test_a_server_of_one_cpu_and_16_gb_is_the_base():
    assert ccf.server_adders(memory_gb=16, cpus=1) == (1000.0, 0.0, 0.0, 0.0, 0.0)
    assert ccf.server_adders(memory_gb=8, cpus=1).total_kg == 1000.0


def test_processors_are_listed_by_edition_and_provider():
    assert ccf.processor("A100", kind="accelerator")[2:4] == (46.0, 407.0)
    newer = ccf.processor("Cascade Lake", edition="coefficients", provider="aws")
    assert (newer.min_w, newer.max_w) == (0.6902978319127387, 4.063193520161689)


def test_an_accelerator_that_it_does_not_list_is_refused_with_those_it_does():
    with pytest.raises(LookupError, match=r"accelerator 'A10' is unknown .* Nearest: .*'A100'"):
        ccf.processor("A10", kind="accelerator")
    with pytest.raises(LookupError, match=r"cpu 'A100' is unknown to Cloud Carbon Footprint"):
        ccf.processor("A100")


def test_a_server_of_no_vcpus_is_refused():
    with pytest.raises(ValueError, match=r"largest_vcpus is 0; expected a finite number, 1"):
        ccf.embodied_share_kg(total_kg=1, hours=1, vcpus=0, largest_vcpus=0)
