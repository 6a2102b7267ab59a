"""Sweeps: a result costs every run that led to it, the failed ones included."""

from typing import Any, NamedTuple

from wattprint.domain import units
from wattprint.domain.checks import number, whole_number
from wattprint.domain.derived import Derived
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.evidence import Equation, Evidence, weakest
from wattprint.domain.footprint import Footprint
from wattprint.domain.formulas.life import full_runs
from wattprint.domain.interval import Range, exact, product
from wattprint.estimator.reckoning import assumed
from wattprint.estimator.task import Task

SWEEP_INPUTS = ("sweep", "failed", "failed_share")
"""What can be said of a sweep, by the names that every front door takes."""

MOST_RUNS = 10**12


class Sweep(NamedTuple):
    """Runs that served one result."""

    finished: int
    """Runs that came to their end; one of them was kept."""
    failed: int
    share: Evidence
    """Share of a full run that a failed one took on average."""

    @property
    def runs(self) -> Range:
        """Full runs that they all amount to."""
        share = self.share.amount
        assert share is not None
        low, value, high = (
            full_runs(self.finished, self.failed, failed_share=s)
            for s in (share.low, share.value, share.high)
        )
        return Range(value, low, high)


def described_sweep(*, sweep: Any, failed: Any, failed_share: Any) -> Sweep | None:
    """Check what was said of a sweep; nothing said means one run.

    Raises:
        InputError: Fewer than one finished run, failed ones without a sweep, a share above 1.
    """
    if sweep is None:
        for name, given in (("failed", failed), ("failed_share", failed_share)):
            if given is not None:
                raise InputError(
                    f"{name} is {given!r} of no sweep",
                    "expected sweep beside it: how many runs finished, the one kept included",
                )
        return None
    finished = whole_number("sweep", sweep, at_least=1, at_most=MOST_RUNS)
    lost = whole_number("failed", 0 if failed is None else failed, at_least=0, at_most=MOST_RUNS)
    if failed_share is None:
        return Sweep(finished, lost, assumed("failed_run_share", "failed_run_share"))
    share = number("failed_share", failed_share, at_most=1)
    return Sweep(finished, lost, Evidence.given("failed_run_share", exact(share), "ratio"))


def swept(task: Task, sweep: Sweep) -> Task:
    """Return the work of all runs of a sweep, from that of one.

    Raises:
        ContradictionError: Repeats beside the runs of a sweep, or a sweep of requests.
    """
    if task.requests is not None:
        raise ContradictionError(
            f"sweep is {sweep.finished} beside inference",
            "a sweep is of trainings: give one of the two",
        )
    if task.work_inputs["repeats"] != 1:
        raise ContradictionError(
            f"repeats is {task.work_inputs['repeats']!r} beside sweep",
            "a sweep says how many runs there were: give one of the two",
        )
    runs = sweep.runs
    evidence = [Evidence.given("finished_runs", exact(float(sweep.finished)), "runs")]
    if sweep.failed:
        evidence += [Evidence.given("failed_runs", exact(float(sweep.failed)), "runs"), sweep.share]
    assert sweep.share.amount is not None
    equation = Equation(
        "repeats",
        "finished runs + failed runs x share of a full run",
        f"{sweep.finished} + {sweep.failed} x {sweep.share.amount.value:g}",
        f"{units.plain(runs.value, units.EXACT_DIGITS)} full runs",
    )
    reckoned = task.reckoned._replace(
        evidence=(*task.reckoned.evidence, *evidence),
        equations=(*task.reckoned.equations, equation),
        repeats_ratio=product(runs, value=1.0),
    )
    return task._replace(work_inputs={**task.work_inputs, "repeats": runs.value}, reckoned=reckoned)


def sweep_figures(sweep: Sweep, final: Footprint, whole: Footprint) -> tuple[Derived, ...]:
    """Return what the run that was kept, the others, and the failed ones come to.

    Args:
        sweep: The sweep.
        final: Footprint of one run.
        whole: Footprint of all.
    """
    kinds = (
        ("energy", "kWh", final.best_energy_kwh, whole.best_energy_kwh),
        (
            "emissions",
            "kgCO2e",
            final.emissions_kg.location_based,
            whole.emissions_kg.location_based,
        ),
    )
    return tuple(
        Derived(f"{name}_{kind}", amount, unit, weakest((whole.method,)), note)
        for kind, unit, one, total in kinds
        if one is not None and total is not None
        for name, amount, note in _of_runs(sweep, one, total)
    )


def _of_runs(sweep: Sweep, one: Range, total: Range) -> tuple[tuple[str, Range, str], ...]:
    share = sweep.share.amount
    assert share is not None
    others, failed = sweep.finished - 1, sweep.failed
    return (
        ("final_run", one, "the one that was kept"),
        ("sweep", product(one, value=one.value * others), f"{others} other finished runs"),
        (
            "failed_runs",
            product(one, share, value=one.value * failed * share.value),
            f"{failed} failed or abandoned runs",
        ),
        ("all_runs", total, "all of them"),
    )
