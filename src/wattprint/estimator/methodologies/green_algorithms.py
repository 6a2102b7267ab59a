"""Green Algorithms v3.0 (Lannelongue et al. 2021): cores, memory and PUE, at full power.

Three forms: the calculator's, its view for AI systems, and GreenAlgorithms4HPC for Slurm jobs.
"""

from typing import NamedTuple

from wattprint.domain.checks import number, one_of
from wattprint.domain.formulas.energy import pue_at_least_1
from wattprint.domain.units import SECONDS_PER_HOUR, WATTS_PER_KILOWATT
from wattprint.estimator.methodologies.inputs import refuse_impossible

MEMORY_W_PER_GB = 0.3725
"""Green Algorithms (2021). [W/GB]"""
TREE_YEAR_G = 11_000.0
"""A mature tree takes up 11 kg a year: Green Algorithms (2021), after Akbari (2002). [gCO2]"""
TREE_MONTH_HPC_G = 917.0
"""The same by month, as GreenAlgorithms4HPC rounds it. [gCO2]"""
CAR_EU_G_PER_KM = 175.0
"""European passenger car: Green Algorithms v3.0. [gCO2/km]"""
FLIGHTS_G = {
    "Paris-Dublin": 110_000.0,
    "NYC-San Francisco": 570_000.0,
    "NYC-Melbourne": 2_310_000.0,
}
"""One passenger's flight: Green Algorithms v3.0. [gCO2e]"""

MONTHS_PER = {"day": 1 / 30, "week": 1 / 4, "month": 1.0, "year": 12.0}
"""The AI view's calendar: a month is 30 days and four weeks, so a year of weeks has 336 days."""
REPORTING_UNITS = ("month", "year")


class Answer(NamedTuple):
    """What the calculator answers."""

    power_w: float
    energy_kwh: float
    emissions_g: float

    @property
    def tree_months(self) -> float:
        """Months that a tree takes to take it up [month]."""
        return self.emissions_g / TREE_YEAR_G * 12


def calculator(
    *,
    hours: float,
    pue: float,
    intensity_g_per_kwh: float,
    cpu_cores: float = 0.0,
    cpu_w_per_core: float = 0.0,
    cpu_usage: float = 1.0,
    gpus: float = 0.0,
    gpu_w: float = 0.0,
    gpu_usage: float = 1.0,
    memory_gb: float = 0.0,
    psf: float = 1.0,
) -> Answer:
    """Energy and emissions as the Green Algorithms calculator computes them.

    Args:
        hours: Wall hours. [h]
        pue: Facility over IT energy. [ratio, 1 or more]
        intensity_g_per_kwh: Carbon intensity. [gCO2e/kWh]
        cpu_cores: CPU cores. [1]
        cpu_w_per_core: TDP of one core. [W]
        cpu_usage: Mean use of the cores. [ratio, 0 to 1]
        gpus: GPUs. [1]
        gpu_w: TDP of one GPU. [W]
        gpu_usage: Mean use of the GPUs. [ratio, 0 to 1]
        memory_gb: Memory available. [GB]
        psf: Pragmatic scaling factor: times the work was done. [1]

    Returns:
        Power with PUE and without PSF, energy and emissions with both.

    Raises:
        InputError: A negative or non-finite input, a usage above 1, a PUE below 1.

    Source:
        Lannelongue, Grealey & Inouye (2021), doi:10.1002/advs.202100707; v3.0, commit 30df2fe.

    >>> calculator(hours=2, pue=1.5, intensity_g_per_kwh=500, gpus=4, gpu_w=250)
    Answer(power_w=1500.0, energy_kwh=3.0, emissions_g=1500.0)
    """
    refuse_impossible(
        hours=hours,
        intensity_g_per_kwh=intensity_g_per_kwh,
        cpu_cores=cpu_cores,
        cpu_w_per_core=cpu_w_per_core,
        gpus=gpus,
        gpu_w=gpu_w,
        memory_gb=memory_gb,
        psf=psf,
    )
    number("cpu_usage", cpu_usage, at_most=1)
    number("gpu_usage", gpu_usage, at_most=1)
    cores_w = cpu_cores * cpu_w_per_core * cpu_usage + gpus * gpu_w * gpu_usage
    power_w = pue_at_least_1(pue) * (cores_w + memory_gb * MEMORY_W_PER_GB)
    energy_kwh = hours * power_w * psf / WATTS_PER_KILOWATT
    return Answer(power_w, energy_kwh, energy_kwh * intensity_g_per_kwh)


def ai_training_total(
    training: float, *, research_factor: float = 0.0, retrainings: float = 0.0, factor: float = 0.0
) -> float:
    """A model's training with its research and its retrainings, in the AI view.

    Args:
        training: Energy or emissions of one training. [kWh or gCO2e]
        research_factor: Research and development, in trainings (RD). [1]
        retrainings: Number of retrainings (N). [1]
        factor: Share of a training that each retraining takes (MF). [ratio]

    Source:
        Green Algorithms v3.0, AI view, commit 30df2fe: training x (1 + RD + MF x N).

    >>> ai_training_total(100.0, research_factor=0.5, retrainings=4, factor=0.25)
    250.0
    """
    refuse_impossible(
        training=training, research_factor=research_factor, retrainings=retrainings, factor=factor
    )
    return training * (1 + research_factor + factor * retrainings)


def ai_inference_scale(
    *, input_units: float, input_unit: str, reporting_units: float, reporting_unit: str
) -> float:
    """Times that the stated stretch of continuous inference goes into the reporting time.

    Args:
        input_units: Length of the stretch that was stated. [input_unit]
        input_unit: `day`, `week`, `month` or `year`.
        reporting_units: Length of the reporting time. [reporting_unit]
        reporting_unit: `month` or `year`.

    Raises:
        InputError: Another unit, or a stretch of nothing.

    Source:
        Green Algorithms v3.0, AI view, commit 30df2fe. Its months have four weeks, so that weekly
        inference reported by year covers 336 days: 8 % too little.

    >>> ai_inference_scale(
    ...     input_units=1, input_unit="week", reporting_units=1, reporting_unit="year"
    ... )
    48.0
    """
    number("input_units", input_units, at_least=1e-9)
    refuse_impossible(reporting_units=reporting_units)
    one_of("input_unit", input_unit, MONTHS_PER)
    one_of("reporting_unit", reporting_unit, REPORTING_UNITS)
    return reporting_units * MONTHS_PER[reporting_unit] / (input_units * MONTHS_PER[input_unit])


def hpc_job(
    *,
    wall_s: float,
    total_cpu_s: float,
    cpu_w_per_core: float,
    memory_gb: float,
    pue: float,
    intensity_g_per_kwh: float,
    gpu_wall_s: float = 0.0,
    gpu_w: float = 0.0,
    memory_w_per_gb: float = MEMORY_W_PER_GB,
) -> Answer:
    """Energy and emissions of a Slurm job as GreenAlgorithms4HPC computes them.

    Args:
        wall_s: Wall time. [s]
        total_cpu_s: Time on CPUs, summed over cores (TotalCPU). [s]
        cpu_w_per_core: TDP of one core. [W]
        memory_gb: Memory requested; that needed gives the emissions of a tight request. [GB]
        pue: The site's. [ratio, 1 or more]
        intensity_g_per_kwh: The site's. [gCO2e/kWh]
        gpu_wall_s: Wall time summed over GPUs. [s]
        gpu_w: TDP of one GPU. [W]
        memory_w_per_gb: Power of memory. [W/GB]

    Returns:
        Mean power, energy and emissions, all with PUE.

    Source:
        GreenAlgorithms4HPC, commit c0f4709; Lannelongue et al. (2021).

    >>> round(hpc_job(wall_s=7200, total_cpu_s=28_800, cpu_w_per_core=10, memory_gb=64, pue=1.3,
    ...     intensity_g_per_kwh=231, gpu_wall_s=7200, gpu_w=400).energy_kwh, 6)
    1.205984
    """
    refuse_impossible(
        wall_s=wall_s,
        total_cpu_s=total_cpu_s,
        cpu_w_per_core=cpu_w_per_core,
        memory_gb=memory_gb,
        intensity_g_per_kwh=intensity_g_per_kwh,
        gpu_wall_s=gpu_wall_s,
        gpu_w=gpu_w,
        memory_w_per_gb=memory_w_per_gb,
    )
    memory_w = memory_gb * memory_w_per_gb
    watt_seconds = total_cpu_s * cpu_w_per_core + gpu_wall_s * gpu_w + wall_s * memory_w
    watt_hours = pue_at_least_1(pue) * watt_seconds / SECONDS_PER_HOUR
    energy_kwh = watt_hours / WATTS_PER_KILOWATT
    power_w = watt_hours / (wall_s / SECONDS_PER_HOUR) if wall_s else 0.0
    return Answer(power_w, energy_kwh, energy_kwh * intensity_g_per_kwh)


def emissions_text(grams: float) -> str:
    """Emissions as the calculator writes them.

    >>> emissions_text(11_478.42), emissions_text(0.0004)
    ('11.48 kgCO2e', '4.00e-01 mgCO2e')
    """
    scale, unit = next(
        (step for step in ((1e6, "T"), (1e3, "kg"), (1.0, "g")) if grams >= step[0]), (1e-3, "mg")
    )
    return f"{_two_decimals(grams / scale, least=1)} {unit}CO2e"


def driving_text(grams: float) -> str:
    """Kilometres in a European car as the calculator writes them.

    >>> driving_text(11_478.42)
    '65.59 km'
    """
    return f"{_two_decimals(grams / CAR_EU_G_PER_KM, least=0.1)} km"


def flight_text(grams: float) -> str:
    """Share or number of flights as the calculator writes them: the nearest longer flight.

    >>> flight_text(11_478.42), flight_text(9_000_000.0)
    ('10% of a flight Paris-Dublin', '3.9 flights NYC-Melbourne')
    """
    name = "NYC-Melbourne"
    if grams < 0.5 * FLIGHTS_G["NYC-San Francisco"]:
        name = "Paris-Dublin"
    elif grams < 0.5 * FLIGHTS_G["NYC-Melbourne"]:
        name = "NYC-San Francisco"
    flights = grams / FLIGHTS_G[name]
    whole = flights == 0 or flights >= 1
    return f"{_flights(flights)} {'flights' if whole else 'of a flight'} {name}"


def _flights(flights: float) -> str:
    if flights == 0:
        return "0"
    if flights > 1e6:
        return f"{flights:,.0e}"
    for least, form in ((1, ",.1f"), (0.01, ",.0%"), (1e-4, ",.2%")):
        if flights >= least:
            return format(flights, form)
    return f"{flights * 100:,.0e} %"


def _two_decimals(amount: float, *, least: float) -> str:
    """Two decimals, or an exponent for what is below `least` or has more than three digits."""
    is_plain = amount == 0 or least <= amount < 1e3
    return f"{amount:,.2f}" if is_plain else f"{amount:,.2e}"
