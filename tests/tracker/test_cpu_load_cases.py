"""The law of package power on two measured machines, by what a tracker knows of a foreign one."""

import csv
from pathlib import Path
from statistics import fmean

import pytest

from wattprint.domain.formulas.cpu_power import package_power_w
from wattprint.meters.host import Glance
from wattprint.meters.procfs import HostFacts
from wattprint.tracker.models import cpu_model

SWEEPS = Path(__file__).resolve().parents[3] / "shared" / "cases" / "cpu_load"

# What /proc/cpuinfo and cpuinfo_max_freq (the vendors' highest turbo clock) say there.
HOSTS = {
    "AMD_EPYC_8024P": (HostFacts("AMD EPYC 8024P 8-Core Processor", 16, 1, 0, False), 3000.0),
    "E5-2620": (
        HostFacts("Intel(R) Xeon(R) CPU E5-2620 v3 @ 2.40GHz", 24, 2, 0, False),
        3200.0,
    ),
}

pytestmark = pytest.mark.skipif(
    not SWEEPS.is_dir(), reason="../shared/cases is not beside the checkout"
)


def counted_w(row):
    """Power by the energy counted over the step."""
    return float(row["rapl_energy"]) * 3.6e6 / float(row["duration"])


def printed_w(row):
    """Power as the file prints it: that of the step before."""
    return float(row["rapl_power"])


def ratios(read_w, has_clock):
    """Yield power read over power by the law, and that law's bounds, 10 to 75 % load."""
    for name, (host, highest_mhz) in HOSTS.items():
        model = cpu_model(host, Glance(1.0, 0.5 if has_clock else None))
        law = model.law
        for path in sorted(SWEEPS.glob(f"{name}*.csv")):
            with path.open(newline="", encoding="utf-8") as stream:
                for row in csv.DictReader(stream):
                    clock = min(1.0, float(row["cpu_freq"]) / highest_mhz)
                    if 10 <= float(row["cpu_load"]) <= 75:
                        power_w = package_power_w(
                            law.tdp_w,
                            float(row["cpu_load"]) / 100,
                            clock if has_clock else law.usual_clock_ratio,
                            threads=law.package_threads,
                            threads_per_core=law.threads_per_core,
                            shares=law.shares,
                        )
                        yield read_w(row) / power_w, model.low_ratio, model.high_ratio


@pytest.mark.parametrize("read_w", [counted_w, printed_w])
def test_the_law_errs_by_a_fifth_at_most(read_w):
    found = [1 / ratio - 1 for ratio, _, _ in ratios(read_w, has_clock=True)]
    assert len(found) == 26
    assert fmean(map(abs, found)) <= 0.20


@pytest.mark.parametrize("read_w", [counted_w, printed_w])
@pytest.mark.parametrize("has_clock", [True, False])
def test_nine_of_ten_readings_are_inside_the_interval(read_w, has_clock):
    found = list(ratios(read_w, has_clock))
    assert fmean(low <= ratio <= high for ratio, low, high in found) >= 0.9


def test_the_interval_of_a_known_machine_is_no_wider_than_a_factor_of_three():
    assert all(high / low <= 3 for _, low, high in ratios(counted_w, has_clock=True))
