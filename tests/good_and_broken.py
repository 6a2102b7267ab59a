"""A good run record and a good footprint, and the changes that make them none."""

from wattprint.domain.coverage import coverage
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.footprint import (
    Components,
    Emissions,
    Energy,
    Equivalent,
    Footprint,
    Resources,
    Water,
)
from wattprint.domain.interval import Range, exact
from wattprint.domain.readings import LARGEST_UJ, Device, Fault, Interval, Logged, SectionUse
from wattprint.domain.run import RunRecord

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
        Interval(10.0, 20.0, (2_500_000, None), (None, None), 3600.0, {"busy_s": 4.0}),
    ),
    sections=(
        SectionUse(("epoch", "batch"), 0.0, 10.0, 3, 6.0, (900_000, None), (None, None)),
        SectionUse(("epoch",), 10.0, 20.0, 0, 10.0, (2_500_000, None), (None, None)),
    ),
    logged=(Logged(9.5, 3, 96.0, {"loss": -0.25, "step": 3.0}),),
    faults=(Fault(10.0, "nvml", "lost"),),
)


def device(**changes):
    return {"devices": [{**RUN.as_dict()["devices"][0], **changes}], "intervals": []}


def interval(**changes):
    return {"intervals": [{**RUN.as_dict()["intervals"][0], **changes}]}


def section(**changes):
    return {"sections": [{**RUN.as_dict()["sections"][0], **changes}]}


def logged(**changes):
    return {"logged": [{**RUN.as_dict()["logged"][0], **changes}]}


NAN = float("nan")


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
    "an exit code that is a word": {"exit_code": "bad"},
    "a parent that is a number": {"parent": 5},
    "within a number": {"process": {"within": 5}},
    "within nothing": {"process": {"within": None}},
    "a device that was found before the run": device(found_s=-1.0),
    "a device that was found soon": device(found_s="soon"),
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
    "a sleep that is a word": interval(suspended_s="long"),
    "a sleep of less than nothing": interval(suspended_s=-1.0),
    "a sleep that is no number": interval(suspended_s=NAN),
    "a machine's use in a list": interval(host=[4.0]),
    "a machine's use that is a word": interval(host={"busy_s": "much"}),
    "sections that are no list": {"sections": 5},
    "a section that is a word": {"sections": ["epoch"]},
    "a section without a name": section(path=[]),
    "a section whose path is a word": section(path="epoch"),
    "a section whose name is a number": section(path=["epoch", 5]),
    "a section entered less than never": section(entered=-1),
    "a section entered half a time": section(entered=0.5),
    "a section entered often": section(entered="often"),
    "a section open for less than nothing": section(duration_s=-1.0),
    "a section open for no number": section(duration_s=NAN),
    "a section that ends before it starts": section(start_s=11.0),
    "a section with a reading too few": section(energy_uj=[5]),
    "a section of negative energy": section(energy_uj=[-5, None]),
    "a section whose activity is a word": section(activity=["busy", None]),
    "a section without a duration": {"sections": [{"path": ["epoch"]}]},
    "progress that is a word": {"logged": ["fine"]},
    "progress without a time": logged(at_s=None),
    "progress that nobody reported": logged(calls=0),
    "negative samples": logged(samples=-1.0),
    "samples that are a word": logged(samples="many"),
    "values in a list": logged(values=[0.25]),
    "a value that is a word": logged(values={"loss": "low"}),
    "a value that is nothing": logged(values={"loss": None}),
    "a value that is no number": logged(values={"loss": NAN}),
    "a value without end": logged(values={"loss": float("inf")}),
    "a fault without a time": {"faults": [{**RUN.faults[0]._asdict(), "at_s": None}]},
    "a fault of no meter": {"faults": [{**RUN.faults[0]._asdict(), "meter": 5}]},
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
    water_l=Water("consumption", exact(192.0), Range(829.44, 300.0, 1500.0)),
    coverage=coverage(accelerator=Method.MODELLED, facility_overhead=Method.GIVEN),
    evidence=(Evidence("pue", exact(1.2), "ratio", Method.GIVEN, "user"),),
    equivalents=(Equivalent("car_km", Range(1000.0, 300.0, 1050.0), "km", 0.16128, "eea", 2022),),
    work={"accelerator": "A100", "count": 8, "hours": 120},
    resources=Resources(adpe_kg_sb=Range(0.001, 0.0005, 0.002)),
    offsets_kg=exact(100.0),
)

NO_RANGE = {"value": 3.0, "low": 4.0, "high": 5.0}
HOURS = {
    "zone": "FR",
    "provider": "electricitymaps",
    "basis": "lifecycle",
    "coverage": 1.0,
    "mean_g_per_kwh": {"value": 50.0, "low": 40.0, "high": 60.0},
    "emissions_at_year_mean_kg": 0.06,
    "joined": 1,
    "notes": [],
    "steps": [
        {"start": "2026-01-01T12:00:00Z", "step_s": 3600.0, "state": "actual", "g_per_kwh": [50.0]}
    ],
}
"""Hours that a footprint was charged at."""


def hours(**changes):
    """Those hours with something else in their first stretch."""
    return {"hours": {**HOURS, "steps": [{**HOURS["steps"][0], **changes}]}}


BROKEN_FOOTPRINTS = {
    "hours that are a number": {"hours": 5},
    "hours of no energy": {"hours": {**HOURS, "coverage": 0}},
    "hours without a mean": {"hours": {**HOURS, "mean_g_per_kwh": None}},
    "hours without an intensity": {"hours": {**HOURS, "steps": []}},
    "hours of no length": hours(step_s=0),
    "hours of another state": hours(state="felt"),
    "an intensity below zero": hours(g_per_kwh=[-1.0]),
    "an intensity in kilograms taken for grams": hours(g_per_kwh=[50_000.0]),
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
    "water of another kind": {
        "water_l": {"kind": "rain", "site": None, "grid": None, "total": None}
    },
    "water without a kind": {"water_l": {"site": None, "grid": None, "total": None}},
    "water of another place": {"water_l": {"kind": None, "sea": None}},
    "offsets that are a number": {"offsets_kg": 5.0},
    "a resource of another kind": {"resources": {"gold": None}},
    "work that is a word": {"work": "training"},
    "a factor set that is a number": {"factor_set": 5},
}
"""Changes to a good record that make it none."""
