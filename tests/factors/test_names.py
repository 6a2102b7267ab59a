"""Spellings of hardware names, brought to one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.factors.names import accelerator_words, cpu_words, squeezed


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Tesla V100-SXM2-32GB", "v100 sxm2 32gb"),
        ("v100 sxm2 32 GB", "v100 sxm2 32gb"),
        ("NVIDIA(R) V100 SXM2 32G", "v100 sxm2 32gb"),
        ("A100-80G", "a100 80gb"),
        ("A100 80GiB PCI-E", "a100 80gb pcie"),
        ("NVIDIA H100 80GB HBM3", "h100 80gb hbm3"),
        ("GeForce RTX2080Ti", "rtx 2080 ti"),
        ("GeForce RTX 4070 TiSuper", "rtx 4070 ti super"),
        ("TPUv3", "tpu v3"),
        ("tpu-v4", "tpu v4"),
        ("TITANX", "titan x"),
        ("Radeon RX 7900XTX", "rx 7900 xtx"),
        ("A6000Ada", "a6000 ada"),
        ("GPU", ""),
        ("", ""),
    ],
)
def test_an_accelerator_is_the_words_that_tell_it_from_another(name, words):
    assert accelerator_words(name) == tuple(words.split())


def test_the_product_line_can_be_left_out():
    assert accelerator_words("RTX 3090", keep_line=False) == ("3090",)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Intel(R) Xeon(R) CPU E5-2620 v3 @ 2.40GHz", "intel xeon e5 2620 v3"),
        ("Intel(R) Xeon(R) Platinum 8480+", "intel xeon platinum 8480+"),
        ("AMD EPYC 9654 96-Core Processor", "amd epyc 9654"),
        ("AMD Ryzen 7 5800H with Radeon Graphics", "amd ryzen 7 5800h"),
        ("13th Gen Intel(R) Core(TM) i9-13900K", "intel core i9 13900k"),
        ("AMD Athlon(tm) II X2 250 Dual-Core Processor 3.0 GHz", "amd athlon ii x2 250"),
        ("", ""),
    ],
)
def test_a_cpu_is_the_words_that_tell_it_from_another(name, words):
    assert cpu_words(name) == tuple(words.split())


@given(
    st.sampled_from(["Tesla V100-SXM2-32GB", "RTX 2080 Ti", "TPU v3"]), st.text(" -_", max_size=3)
)
def test_case_and_what_stands_around_a_name_do_not_matter(name, around):
    expected = accelerator_words(name)
    assert accelerator_words(around + name.upper() + around) == expected
    assert squeezed(expected) == squeezed(accelerator_words(name.lower()))
