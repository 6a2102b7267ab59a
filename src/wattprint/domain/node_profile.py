"""`wattprint.node-profile/1`: what one machine draws at the wall beside its chips, as calibrated.

    wall energy = (chip energy + static watts x time) / supply efficiency

Static watts and efficiency are correlated: a line through the readings that is steeper begins
lower. What is known apart from each other is the wall power at the readings' mean chip power and
the slope; `wall_energy_j` takes its interval from these two.
"""

from collections.abc import Iterable, Mapping
from math import hypot, ulp
from typing import Any, NamedTuple

from wattprint.domain.checks import number, text, whole_number
from wattprint.domain.errors import RecordError
from wattprint.domain.interval import Range
from wattprint.domain.readings import Device

SCHEMA = "wattprint.node-profile/1"
LARGEST_OF_90 = 1.6449
"""Half-width of the central 90 % of a normal distribution, in standard deviations."""


class Machine(NamedTuple):
    """What a machine is recognised by: hardware, and nothing that names it or its owner."""

    cpu_model: str
    sockets: int
    accelerators: tuple[str, ...]
    """Names of the accelerators that are read, sorted; one each."""

    @classmethod
    def seen(cls, host: Mapping[str, Any], devices: Iterable[Device]) -> "Machine":
        """Return the machine of a run.

        Args:
            host: Its hardware facts, as a run record has them.
            devices: Its devices.
        """
        return cls(
            str(host.get("cpu_model") or ""),
            int(host.get("sockets") or 1),
            tuple(sorted(device.name for device in devices if device.component == "accelerator")),
        )

    def __str__(self) -> str:
        """Say it: '2 x AMD EPYC 7742, 8 x A100 SXM4 80GB'."""
        cpus = f"{self.sockets} x " * (self.sockets > 1) + (self.cpu_model or "unnamed CPU")
        counts = {name: self.accelerators.count(name) for name in self.accelerators}
        return ", ".join([cpus, *(f"{count} x {name}" for name, count in counts.items())])


def chip_meters(devices: Iterable[Device]) -> tuple[str, ...]:
    """Return what reads devices, sorted: family and component, as 'rapl: cpu'."""
    return tuple(sorted({f"{d.device_id.partition(':')[0]}: {d.component}" for d in devices}))


class NodeProfile(NamedTuple):
    """Static power and supply efficiency of one machine, and what they rest on."""

    name: str
    static_w: Range
    """Power of all that is no chip: board, fans, disks. [W, before the power supply]"""
    supply_efficiency: Range
    """Power delivered over power drawn, losses of the board's converters included. [ratio]"""
    mean_chip_w: float
    """Chip power at which the readings know the wall power best. [W]"""
    mean_wall_w: Range
    """Wall power there. [W]"""
    scatter: float
    """Standard deviation of a run's wall power around the line, the wall meter's steps apart, and
    no less than that of the chips' meters. [ratio]"""
    least_chip_w: float
    """Lowest chip power of a reading. [W]"""
    most_chip_w: float
    """Highest chip power of a reading. [W]"""
    mean_error: float
    """Mean distance of the readings from the line, over their wall energy. [ratio]"""
    readings: int
    """Readings that the line goes through."""
    set_aside: int
    """Readings that do not fit in."""
    fitted_at: str
    """RFC 3339 in UTC."""
    source: str
    """Name of the file of readings, without its folder."""
    machine: Machine | None = None
    """The machine that was read; None where it is not the one of any ledger."""
    chip_meters: tuple[str, ...] = ()
    """What read the chips, as 'rapl: cpu' or 'modelled: memory'; empty where nobody said."""

    def wall_energy_j(self, chip_energy_j: float, duration_s: float) -> Range:
        """Energy at the wall of chips that used so much in such a time.

        The interval is that of one run: the uncertainty of the line at this chip power, and the
        scatter of runs around it. Errors of the chips' meters are in it, as the readings had them.

        Args:
            chip_energy_j: Accelerators, CPU and memory of the whole machine. [J]
            duration_s: Time. [s]

        Returns:
            Energy at the wall. [J]

        Raises:
            InputError: A negative energy, or no time.

        >>> from wattprint.domain.interval import exact
        >>> profile = NodeProfile("node", exact(40.0), exact(0.8), 160.0, exact(250.0), 0.0,
        ...     40.0, 280.0, 0.0, 10, 0, "2026-11-25T12:00:00Z", "readings.csv")
        >>> profile.wall_energy_j(2000.0, 10.0)  # (2000 J + 40 W x 10 s) / 0.8
        Range(3000.0, 3000.0, 3000.0)
        """
        number("chip_energy_j", chip_energy_j)
        number("duration_s", duration_s, at_least=ulp(0.0))
        efficiency, mean, static = self.supply_efficiency, self.mean_wall_w, self.static_w
        value_j = (chip_energy_j + static.value * duration_s) / efficiency.value
        beyond_j = chip_energy_j - self.mean_chip_w * duration_s
        steeper_j = beyond_j * (1 / efficiency.low - 1 / efficiency.value)
        flatter_j = beyond_j * (1 / efficiency.high - 1 / efficiency.value)
        scatter_j = LARGEST_OF_90 * self.scatter * value_j
        up_j = hypot(
            (mean.high - mean.value) * duration_s, max(steeper_j, flatter_j, 0.0), scatter_j
        )
        down_j = hypot(
            (mean.value - mean.low) * duration_s, min(steeper_j, flatter_j, 0.0), scatter_j
        )
        # No supply gives more than it takes: the wall is never below the chips.
        low_j = max(value_j - down_j, min(chip_energy_j, value_j), ulp(0.0) if value_j else 0.0)
        return Range(value_j, low_j, value_j + up_j)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, `wattprint.node-profile/1`."""
        record: dict[str, Any] = {"schema": SCHEMA, **self._asdict()}
        for name in _RANGES:
            record[name] = getattr(self, name).as_dict()
        if self.machine is not None:
            accelerators = list(self.machine.accelerators)
            record["machine"] = {**self.machine._asdict(), "accelerators": accelerators}
        record["chip_meters"] = list(self.chip_meters)
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "NodeProfile":
        """Read the JSON form back.

        Raises:
            RecordError: Not a `wattprint.node-profile/1`, or a part is missing or malformed.
        """
        schema = record.get("schema") if isinstance(record, Mapping) else None
        if schema != SCHEMA:
            raise RecordError(f"schema is {schema!r}; expected {SCHEMA!r}.")
        fields = {name: part for name, part in record.items() if name != "schema"}
        try:
            for name in _RANGES:
                fields[name] = Range(**fields[name])
            if fields.get("machine") is not None:
                fields["machine"] = _machine(fields["machine"])
            fields["chip_meters"] = tuple(
                text("chip_meters", meter) for meter in fields.get("chip_meters", ())
            )
            profile = cls(**fields)
            _check(profile)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise RecordError(f"{SCHEMA} record is malformed: {error!r}.") from error
        return profile


_RANGES = ("static_w", "supply_efficiency", "mean_wall_w")


def _machine(row: Mapping[str, Any]) -> Machine:
    machine = Machine(**{**row, "accelerators": tuple(row["accelerators"])})
    whole_number("sockets", machine.sockets, at_least=1)
    for name in machine.accelerators:
        text("accelerators", name)
    return machine


def _check(profile: NodeProfile) -> None:
    """Refuse a field of another kind than its own."""
    for name in ("name", "fitted_at", "source"):
        text(name, getattr(profile, name))
    for name in ("mean_chip_w", "scatter", "least_chip_w", "most_chip_w", "mean_error"):
        number(name, getattr(profile, name))
    whole_number("readings", profile.readings, at_least=1)
    whole_number("set_aside", profile.set_aside, at_least=0)
    number("supply_efficiency", profile.supply_efficiency.low, at_least=0.01)
    number("supply_efficiency", profile.supply_efficiency.high, at_most=1.0)
