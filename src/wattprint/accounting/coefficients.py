"""What a job is multiplied with: power, efficiency, intensity, making and water of one kind.

The scalar reference reads these as ranges; the SQL text reads the same numbers from a small table,
in joules and micrograms, with widths and logarithms of bounds squared beforehand (`exp` and `ln`
differ between engines in the last digit, products do not).
"""

from math import log
from typing import NamedTuple

from wattprint.domain.interval import Range, exact
from wattprint.domain.units import GRAMS_PER_KILOGRAM, JOULES_PER_KWH, SECONDS_PER_HOUR

MICRO = 1e6
"""Micrograms of a gram, microlitres of a litre."""
KEY_OF_KIND = 10_000
"""A kind and a year make one key: kind x 10,000 + year. Joins on two columns cost 5 to 10 times
more."""
METERED_AT = ("wall", "chips", "cpus", "ignore")
"""What the energy that a scheduler meters is of: whole machines by their own power sensors; all
their chips; CPUs and memory alone, as RAPL has them, so that accelerators are modelled beside it;
or it is not to be trusted."""
LEAST = 1e-300
"""So little that it changes no figure but 0, which may then be divided by."""
SURE = exact(1.0)


class Coefficients(NamedTuple):
    """What holds for the jobs of one kind that began in one year.

    Ratios are of value 1: only their widths count.
    """

    kind: int
    year: int
    """0 where no time is known."""
    accelerator_w: Range
    """Mean power of one where nobody measured how busy it was. [W]"""
    accelerator_idle_w: Range
    """Power of one that is set aside and idle. [W]"""
    accelerator_load_w: Range
    """What full load adds to that. [W]"""
    cpu_w: Range
    """Mean power of one CPU, as the log counts them, where its load is not known. [W]"""
    cpu_idle_w: float
    """Power of one that is set aside and idle. [W]"""
    cpu_busy_w: float
    """What full load adds to that. [W]"""
    threads_per_core: int
    """1 or 2: CPUs of the log that share a core."""
    memory_w_per_gb: Range
    memory_gb_per_cpu: float
    """Memory that goes with a CPU where the log has none. [GB]"""
    memory_gb_per_accelerator: float
    """Memory that goes with an accelerator, likewise. [GB]"""
    static_w_per_cpu: float
    static_w_per_accelerator: float
    """The machine's static power over its CPUs, or over its accelerators. [W]"""
    supply_efficiency: Range
    pue: Range
    accelerator_meter: Range = SURE
    """Spread of metered energy of accelerators. [ratio]"""
    cpu_law: Range = SURE
    """Spread of a power that follows from the load of CPUs. [ratio]"""
    static: Range = SURE
    """Spread of static power. [ratio]"""
    node_meter: Range = SURE
    """Spread of metered energy of machines. [ratio]"""
    metered: str = "wall"
    """What metered energy of machines holds: of `METERED_AT`."""
    location_g_per_kwh: Range | None = None
    hour_spread: Range = SURE
    """Spread of the intensity of an hour. [ratio]"""
    market_g_per_kwh: Range | None = None
    accelerator_made_g_per_h: Range = exact(0.0)
    host_made_g_per_cpu_h: float = 0.0
    host_made_g_per_accelerator_h: float = 0.0
    host_made: Range = SURE
    """Spread of the making of the machine. [ratio]"""
    memory_made_g_per_gb_h: Range = exact(0.0)
    life: Range = SURE
    """Spread of how long hardware lives and how much it is used. [ratio]"""
    site_water_l_per_kwh: Range | None = None
    grid_water_l_per_kwh: Range | None = None
    accelerators_of_machine: float = 0.0
    """Accelerators of one machine where the log has none: those of a cloud instance."""
    cpus_of_machine: float = 1.0
    """CPUs of one machine, where the log says machines alone."""
    cpus_per_accelerator: float = 1.0
    """CPUs that go with an accelerator, where the log says accelerators alone."""
    series: int = 0
    """Which series of hours charges it; 0 for none."""

    @property
    def is_meter_at_wall(self) -> bool:
        """Whether metered energy of machines holds all of them, losses of the supply too."""
        return self.metered == "wall"

    @property
    def has_meter_accelerators(self) -> bool:
        """Whether metered energy of machines holds their accelerators."""
        return self.metered != "cpus"

    @property
    def key(self) -> int:
        """What a job is joined by."""
        return self.kind * KEY_OF_KIND + self.year

    def row(self) -> dict[str, float | int | None]:
        """Return the row of the table `factors`."""
        return {
            "factor_key": self.key,
            "series_key": self.series * HOURS_KEY,
            "accelerator_w": self.accelerator_w.value,
            **_widths("accelerator", self.accelerator_w),
            **_watts("accelerator_idle", self.accelerator_idle_w),
            **_watts("accelerator_load", self.accelerator_load_w),
            **_widths("accelerator_meter", self.accelerator_meter),
            "cpu_w": self.cpu_w.value,
            **_widths("cpu", self.cpu_w),
            "cpu_idle_w": self.cpu_idle_w,
            # A core that is busy by one thread draws what it does by two.
            "cpu_alone_w": self.cpu_busy_w * self.threads_per_core,
            "cpu_shared_w": self.cpu_busy_w * (self.threads_per_core - 1.0),
            **_widths("cpu_law", self.cpu_law),
            "memory_w_per_gb": self.memory_w_per_gb.value,
            **_widths("memory", self.memory_w_per_gb),
            "memory_gb_per_cpu": self.memory_gb_per_cpu,
            "memory_gb_per_accelerator": self.memory_gb_per_accelerator,
            "static_w_per_cpu": self.static_w_per_cpu,
            "static_w_per_accelerator": self.static_w_per_accelerator,
            **_widths("static", self.static),
            **_widths("node_meter", self.node_meter),
            "is_meter_trusted": int(self.metered != "ignore"),
            "is_meter_at_wall": int(self.is_meter_at_wall),
            "has_meter_accelerators": int(self.has_meter_accelerators),
            "supply_inverse": 1 / self.supply_efficiency.value,
            # An inverse changes the sides.
            "supply_up_sq": _log_sq(self.supply_efficiency.value, self.supply_efficiency.low),
            "supply_down_sq": _log_sq(self.supply_efficiency.high, self.supply_efficiency.value),
            "pue": self.pue.value,
            **_logs("pue", self.pue),
            **_per_joule("location_ug_per_j", "location", self.location_g_per_kwh),
            **_per_joule("market_ug_per_j", "market", self.market_g_per_kwh),
            **_logs("hour", self.hour_spread),
            "accelerator_made_ug_per_s": _ug_per_s(self.accelerator_made_g_per_h.value),
            **_widths("accelerator_made", self.accelerator_made_g_per_h),
            "host_made_ug_per_cpu_s": _ug_per_s(self.host_made_g_per_cpu_h),
            "host_made_ug_per_accelerator_s": _ug_per_s(self.host_made_g_per_accelerator_h),
            **_widths("host_made", self.host_made),
            "memory_made_ug_per_gb_s": _ug_per_s(self.memory_made_g_per_gb_h.value),
            **_widths("memory_made", self.memory_made_g_per_gb_h),
            **_logs("life", self.life),
            **_per_joule("site_water_ul_per_j", "site_water", self.site_water_l_per_kwh),
            **_per_joule("grid_water_ul_per_j", "grid_water", self.grid_water_l_per_kwh),
            "accelerators_of_machine": self.accelerators_of_machine,
            "cpus_of_machine": self.cpus_of_machine,
            "cpus_per_accelerator": self.cpus_per_accelerator,
        }


HOURS_KEY = 1_000_000_000_000
"""A series and an hour make one key: series x 10^12 + start of the hour [s since 1970]."""

INTEGER_COLUMNS = frozenset(
    {
        "factor_key",
        "series_key",
        "is_meter_trusted",
        "is_meter_at_wall",
        "has_meter_accelerators",
    }
)
"""Columns of `factors` that are BIGINT; all others are DOUBLE."""


def _widths(name: str, amount: Range) -> dict[str, float | int | None]:
    """Return the squares of the half-widths of a range over its value."""
    if not amount.value:
        return {f"{name}_up_sq": 0.0, f"{name}_down_sq": 0.0}
    up = (amount.high - amount.value) / amount.value
    down = (amount.value - amount.low) / amount.value
    return {f"{name}_up_sq": up * up, f"{name}_down_sq": down * down}


def _watts(name: str, power_w: Range) -> dict[str, float | int | None]:
    """Return a power and its half-widths [W]."""
    return {
        f"{name}_w": power_w.value,
        f"{name}_up_w": power_w.high - power_w.value,
        f"{name}_down_w": power_w.value - power_w.low,
    }


def _logs(name: str, amount: Range) -> dict[str, float | int | None]:
    if not amount.value:
        return {f"{name}_up_sq": 0.0, f"{name}_down_sq": 0.0}
    return {
        f"{name}_up_sq": _log_sq(amount.high, amount.value),
        f"{name}_down_sq": _log_sq(amount.value, amount.low),
    }


def _log_sq(above: float, below: float) -> float:
    ratio: float = log(above / below)
    return ratio * ratio


def _per_joule(column: str, name: str, per_kwh: Range | None) -> dict[str, float | int | None]:
    """Return a factor per kWh as one per joule, a millionth of its unit, and its logarithms."""
    if per_kwh is None:
        return {column: None, f"{name}_up_sq": 0.0, f"{name}_down_sq": 0.0}
    return {column: per_kwh.value * MICRO / JOULES_PER_KWH, **_logs(name, per_kwh)}


def _ug_per_s(g_per_h: float) -> float:
    return g_per_h * MICRO / SECONDS_PER_HOUR


def made_g_per_h(embodied_kg: Range, lifetime_hours: float, lifetime_use: float) -> Range:
    """Return the share of making one device that an hour of its use takes [gCO2e/h]."""
    per_hour = GRAMS_PER_KILOGRAM / (lifetime_hours * lifetime_use)
    return Range(*(kg * per_hour for kg in embodied_kg.as_tuple()))
