"""A good run record and a good footprint, and the changes that make them none."""

from wattprint.domain.coverage import coverage
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.footprint import Components, Emissions, Energy, Equivalent, Footprint
from wattprint.domain.interval import Range, exact
from wattprint.domain.run import LARGEST_UJ, Device, Fault, Interval, RunRecord

CPU = Device("rapl:package-0", "cpu", "package-0", Method.MEASURED, 0.95, 1.05, "khan_2018")
GPU = Device("nvml:0", "accelerator", "A100", Method.MEASURED, 0.9, 1.1, "nvml_reference")
RUN = RunRecord(
    run_id="20260101-120000-aaaaaa",
    project="ranker",
    name="baseline",
    started_at="2026-01-01T12:00:00.000Z",
    stage="pretrain",
    outcome="completed",
    devices=(CPU, GPU),
    intervals=(
        Interval(0.0, 10.0, (1_500_000, None), (None, None)),
        Interval(10.0, 20.0, (2_500_000, None), (None, None)),
    ),
    faults=(Fault(10.0, "nvml", "lost"),),
)


def device(**changes):
    return {"devices": [{**RUN.as_dict()["devices"][0], **changes}], "intervals": []}


def interval(**changes):
    return {"intervals": [{**RUN.as_dict()["intervals"][0], **changes}]}


BROKEN_RUNS = {
    "another schema": {"schema": "wattprint.run/2"},
    "no schema": {"schema": None},
    "no name of a stage": {"stage": "training"},
    "no name of an outcome": {"outcome": "ok"},
    "no time of its start": {"started_at": "yesterday"},
    "no text as its start": {"started_at": 2026},
    "no text as its project": {"project": 5},
    "no text as its name": {"name": None},
    "no text as a device's name": device(name=5),
    "tags in a list": {"tags": ["a"]},
    "a place that is a word": {"place": "FR"},
    "a duration that is a word": {"duration_s": "long"},
    "a negative time between readings": {"interval_s": -1},
    "devices that are no list": {"devices": 5},
    "a device that is a word": {"devices": ["cpu"]},
    "a device of another kind": device(component="cooling"),
    "a device of another method": device(method="felt"),
    "a device with a key too many": device(watts=5),
    "bounds that leave the value out": device(low_ratio=1.2),
    "a lower bound of nothing": device(low_ratio=0),
    "a bound that is a word": device(high_ratio="5 %"),
    "an interval that is a list": {"intervals": [[0, 10]]},
    "an interval without readings": {"intervals": [{"start_s": 0.0, "end_s": 10.0}]},
    "a reading too few": interval(energy_uj=[5]),
    "an activity too many": interval(activity=[None, None, None]),
    "a negative energy": interval(energy_uj=[-5, None]),
    "an energy that is a word": interval(energy_uj=["5", None]),
    "more energy than any device uses": interval(energy_uj=[LARGEST_UJ + 1, None]),
    "an interval that ends before it starts": interval(start_s=10.0, end_s=9.0),
    "half a microjoule": interval(energy_uj=[0.5, None]),
    "an activity that is a word": interval(activity=["busy", None]),
    "a fault without a time": {"faults": [{**RUN.faults[0]._asdict(), "at_s": None}]},
    "a fault that is a word": {"faults": ["lost"]},
    "a fault with a key too many": {"faults": [{**RUN.faults[0]._asdict(), "level": "bad"}]},
}
"""Changes to a good record that make it one that cannot be accounted for."""

EIGHT_A100 = Range(384.0, 115.2, 403.2)
FOOTPRINT = Footprint(
    factor_set={"version": "2026.11.0", "sha256": "0" * 64},
    energy_kwh=Energy(EIGHT_A100, EIGHT_A100, Range(460.8, 138.24, 483.84)),
    components_kwh=Components(accelerator=EIGHT_A100),
    emissions_kg=Emissions(location_based=Range(161.28, 48.384, 169.344)),
    water_l=None,
    coverage=coverage(accelerator=Method.MODELLED, facility_overhead=Method.GIVEN),
    evidence=(Evidence("pue", exact(1.2), "ratio", Method.GIVEN, "user"),),
    equivalents=(Equivalent("car_km", Range(1000.0, 300.0, 1050.0), "km", 0.16128, "eea", 2022),),
    work={"accelerator": "A100", "count": 8, "hours": 120},
)

NO_RANGE = {"value": 3.0, "low": 4.0, "high": 5.0}
BROKEN_FOOTPRINTS = {
    "another schema": {"schema": "wattprint.run/1"},
    "no schema": {"schema": None},
    "energies in a list": {"energy_kwh": []},
    "an energy that is a number": {"energy_kwh": {"it": 384.0}},
    "an energy outside its bounds": {"energy_kwh": {"it": NO_RANGE}},
    "an energy without bounds": {"energy_kwh": {"it": {"value": 3.0}}},
    "an energy that is a word": {"energy_kwh": {"it": dict.fromkeys(NO_RANGE, "384")}},
    "an energy of another boundary": {"energy_kwh": {"planet": None}},
    "a component of another kind": {"components_kwh": {"hats": None}},
    "emissions that were netted": {"emissions_kg": {"net": None}},
    "coverage in a list": {"coverage": ["cpu"]},
    "coverage of another component": {"coverage": {"hats": "given"}},
    "a method of another kind": {"coverage": {"cpu": "felt"}},
    "evidence that is a word": {"evidence": ["pue"]},
    "evidence that is a number": {"evidence": 5},
    "evidence without a method": {"evidence": [{"quantity": "pue", "value": None}]},
    "an equivalent that is a number": {"equivalents": [5]},
    "an equation with a key too many": {"equations": [{"quantity": "x", "proof": "y"}]},
    "water that is a number": {"water_l": 5.0},
    "work that is a word": {"work": "training"},
    "a factor set that is a number": {"factor_set": 5},
}
"""Changes to a good record that make it none."""
