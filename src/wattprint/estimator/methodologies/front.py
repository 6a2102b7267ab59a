"""From the inputs of `estimate` to a job, and to its footprint under a named methodology."""

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from wattprint.domain.checks import text
from wattprint.domain.coverage import coverage
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.footprint import Components, Emissions, Energy, Footprint, Water
from wattprint.domain.interval import Range, exact
from wattprint.estimator.account import equivalents_of
from wattprint.estimator.asked import ASKED_INPUTS
from wattprint.estimator.asked import described as with_asked
from wattprint.estimator.describe import estimate
from wattprint.estimator.instance import accelerator_of
from wattprint.estimator.methodologies.applied.ecologits import asks_for_requests, request_figure
from wattprint.estimator.methodologies.figure import MethodFigure, Methodology, Terms
from wattprint.estimator.methodologies.job import Job, described_job
from wattprint.estimator.methodologies.registry import known_methodology, methodologies
from wattprint.estimator.work import described_work
from wattprint.factors.instances import Instance, instances
from wattprint.factors.tables import shipped


def estimate_by(name: str, inputs: Mapping[str, Any]) -> Footprint:
    """Return the footprint of described work under another methodology than our own.

    Args:
        name: Name of the methodology.
        inputs: All inputs of `estimate` but this one.

    Raises:
        InputError: An unknown name, inputs that `estimate` refuses, or a job that this method
            cannot account for.
    """
    method = methodologies()[known_methodology(name)]
    if name == "ecologits" and asks_for_requests(inputs):
        return method_footprint(method, _said(inputs), _of_requests(method, inputs))
    job = job_of(inputs)
    return method_footprint(method, job.ours.work, method.apply(job))


def _of_requests(method: Methodology, inputs: Mapping[str, Any]) -> MethodFigure:
    unused = [name for name in _given(inputs) if name not in method.uses]
    return request_figure(inputs)._replace(unused=tuple(sorted(unused)))


def _said(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: said for name, said in inputs.items() if said is not None and said != ()}


def _given(inputs: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the inputs that differ from the defaults of `estimate`."""
    defaults = {name: of.default for name, of in signature(estimate).parameters.items()}
    return tuple(name for name, said in _said(inputs).items() if said != defaults.get(name))


def job_of(inputs: Mapping[str, Any]) -> Job:
    """Return the job that the inputs of `estimate` describe, with its footprint by our method.

    Raises:
        InputError: Inputs that `estimate` refuses.
    """
    named = inputs.get("instance")
    instance = None if named is None else instances().find(text("instance", named))
    described = dict(inputs) if instance is None else _on_instance(inputs, instance)
    ours = estimate(**_taken_by(estimate, described))
    asked = {name: described.get(name, _default(name)) for name in ASKED_INPUTS}
    work = with_asked(_taken_by(described_work, described), asked).work
    # A training that is planned, or requests, have become hours: every method takes them.
    given = tuple(name for name in _given(inputs) if name not in ASKED_INPUTS)
    return described_job(described, work, ours, given=given, instance=instance)


def _default(name: str) -> Any:
    return signature(estimate).parameters[name].default


def _on_instance(inputs: Mapping[str, Any], instance: Instance) -> dict[str, Any]:
    """Return the inputs with the accelerators of an instance that was named."""
    return {
        **inputs,
        "accelerator": accelerator_of(instance, inputs.get("accelerator")),
        "count": inputs.get("count") or instance.accelerator_count or None,
    }


def _taken_by(function: Callable[..., Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    parameters = signature(function).parameters
    return {name: said for name, said in inputs.items() if name in parameters}


def method_footprint(
    method: Methodology, work: Mapping[str, Any], figure: MethodFigure
) -> Footprint:
    """Return a methodology's figure as a footprint, exact: it gives no interval."""
    terms = figure.terms
    location = _exact(terms.operational_kg)
    return Footprint(
        factor_set=shipped().identity,
        energy_kwh=Energy(
            accelerator=_exact(terms.device_kwh),
            it=exact(terms.it_kwh),
            facility=None if terms.pue is None else exact(terms.facility_kwh),
        ),
        components_kwh=Components(
            accelerator=_exact(terms.device_kwh),
            cpu=_exact(terms.cpu_kwh),
            memory=_exact(terms.memory_kwh),
            static=_exact(terms.other_kwh),
        ),
        emissions_kg=Emissions(location_based=location, embodied=_exact(terms.embodied_kg)),
        water_l=Water(),
        coverage=coverage(**_covered(terms)),
        evidence=(_citation(method, figure), *figure.evidence),
        equivalents=() if location is None else equivalents_of(location),
        equations=figure.equations,
        work={**work, "methodology": method.name},
    )


def _exact(amount: float | None) -> Range | None:
    return None if amount is None else exact(max(0.0, amount))


def _covered(terms: Terms) -> dict[str, Method]:
    counted = {
        "accelerator": terms.device_kwh,
        "cpu": terms.cpu_kwh,
        "memory": terms.memory_kwh,
        "static": terms.other_kwh,
        "facility_overhead": terms.pue,
        "embodied": terms.embodied_kg,
    }
    return {name: Method.MODELLED for name, amount in counted.items() if amount is not None}


def _citation(method: Methodology, figure: MethodFigure) -> Evidence:
    """Return the result with the method that it is of, what to know of it, and what it ignored."""
    operational_kg = figure.terms.operational_kg
    amount, unit = (
        (figure.terms.it_kwh, "kWh") if operational_kg is None else (operational_kg, "kgCO2e")
    )
    said = [f"{method.title} ({method.version}): {method.citation}", *figure.notes]
    if figure.unused:
        said.append("given, and of no use to it: " + ", ".join(figure.unused))
    return Evidence(
        "result_of_methodology",
        _exact(amount),
        unit,
        Method.MODELLED,
        method.source,
        method.year,
        "; ".join(said),
    )
