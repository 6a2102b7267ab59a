"""carbontracker's logs: the output log (what it prints), and the standard log of each epoch.

The output log says the actual consumption, and one predicted for all epochs. Its energy holds the
PUE that carbontracker multiplies with. The standard log has the mean power of each component an
epoch, without PUE. Both name the place that an IP service answered.
"""

import re
from typing import NamedTuple, TextIO

from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.imported import (
    LARGEST_G,
    LARGEST_KWH,
    LARGEST_S,
    Doubt,
    ImportedRecord,
    RejectedRow,
    Reported,
)
from wattprint.importers.cells import amount, clean, iso_time, one_clause, stated
from wattprint.importers.places import zone_in
from wattprint.importers.reading import Reading, Rows, is_dropped
from wattprint.importers.source import Line, lines_of

OUTPUT_SUFFIX = "_output.log"
STANDARD_NAME = "carbontracker.log"
_STAMP = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:,\d+)?(?: - \S+ - \w+)? - ")
_PREFIX = re.compile(r"^\s*CarbonTracker:\s?")
_CONSUMPTION = re.compile(
    r"^(Actual|Predicted) consumption(?: for (\d{1,9}) epoch\(s\))?:", re.IGNORECASE
)
_FIGURE = re.compile(r"^\s*(Time|Energy|CO2eq):\s*(\S+(?: days?, \S+)?)\s*(\S*)", re.IGNORECASE)
_DURATION = re.compile(r"(?:(\d{1,6}) days?, )?(\d{1,6}):(\d{1,2}):(\d{1,2}(?:\.\d+)?)")
_LOCATION = re.compile(r"at detected location:? (.{1,200}?)(?:\.$|: \[|$)")
_INTENSITY = re.compile(r"Average carbon intensity during training was ([\d.]{1,12}) gCO2/kWh")
_COMPONENTS = re.compile(r"([A-Za-z]{2,10}) with device\(s\) (.{1,400}?)\.(?= [A-Z]|\s*$)")
_POWER = re.compile(r"Average power usage \(W\) for (\w{1,10}): (.{1,4000})$")
_EPOCH_TIME = re.compile(r"^Duration: (\S{1,40})$")
_VERSION = re.compile(r"carbontracker version (\S{1,30})")
_FIGURES = ("energy", "co2eq", "time")


def is_carbontracker(name: str, head: str) -> bool:
    """Tell a log by its name, or by what carbontracker writes into it."""
    if name.removesuffix(".gz").endswith((f"carbontracker{OUTPUT_SUFFIX}", STANDARD_NAME)):
        return True
    return any(
        _CONSUMPTION.match(_message(line)) or _VERSION.search(line) or _PREFIX.match(line)
        for line in head.splitlines()[:200]
    )


def parse_carbontracker(stream: TextIO, reading: Reading) -> Rows:
    """Yield the runs of a log.

    Args:
        stream: The file, opened with newline="".
        reading: Its name is the run's; counts dropped places.
    """
    log = _Log(reading)
    for line in lines_of(stream):
        yield from log.take(line)
    yield from log.rest()


def _message(line: str) -> str:
    return _PREFIX.sub("", _STAMP.sub("", line))


class _Block(NamedTuple):
    """A block 'Actual consumption for 1 epoch(s):' with the figures below it."""

    at_line: int
    is_actual: bool
    epochs: int | None
    figures: dict[str, str]


class _Log:
    """What a log has said so far."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._block: _Block | None = None
        self._predicted: _Block | None = None
        self._runs = 0
        self._stamp: str | None = None
        self._hardware: dict[str, object] = {}
        self._software: dict[str, str] = {}
        self._location: str | None = None
        self._intensity: str | None = None
        self._epoch_s: list[float] = []
        self._power_w: dict[str, list[float]] = {}
        self._power_line = 1

    def take(self, line: Line) -> Rows:
        """Read a line; yield a run that it completes, or why it cannot be read."""
        if line.text is None:
            yield RejectedRow(line.number, "the line is longer than a megabyte")
            return
        message = clean(_message(line.text).replace("\t", " "))
        if self._block is not None:
            figure = _FIGURE.match(message)
            if figure is not None:
                self._block.figures[figure[1].casefold()] = f"{figure[2]} {figure[3]}".strip()
            if figure is not None and len(self._block.figures) < len(_FIGURES):
                return
            yield from self._closed()
        try:
            self._facts(message, line)
        except InputError as error:
            yield RejectedRow(line.number, one_clause(error))

    def rest(self) -> Rows:
        """Yield what the log's end completes."""
        yield from self._closed()
        if self._power_w and not self._runs:
            yield self._of_epochs()
        elif self._predicted is not None and not self._runs:
            yield RejectedRow(self._predicted.at_line, "it says a prediction only, and no run")

    def _closed(self) -> Rows:
        block, self._block = self._block, None
        if block is None:
            return
        if not block.is_actual:
            self._predicted = block
            return
        self._runs += 1
        try:
            yield self._record(block)
        except InputError as error:
            yield RejectedRow(block.at_line, one_clause(error))

    def _facts(self, message: str, line: Line) -> None:
        """Keep what a line says beside figures.

        Raises:
            InputError: A duration or power that is none.
        """
        if self._stamp is None and (stamp := _STAMP.match(line.text or "")) is not None:
            self._stamp = iso_time(stamp[1])
        if (what := _CONSUMPTION.match(message)) is not None:
            is_actual = what[1].casefold() == "actual"
            self._block = _Block(line.number, is_actual, int(what[2]) if what[2] else None, {})
        elif (version := _VERSION.search(message)) is not None:
            self._software = {"carbontracker": version[1]}
        elif "components were found" in message:
            self._hardware = _hardware(message)
        elif (duration := _EPOCH_TIME.match(message)) is not None:
            self._epoch_s.append(_seconds(duration[1]))
        elif (power := _POWER.match(message)) is not None:
            self._power_line = line.number
            self._power_w.setdefault(power[1], []).append(_watts(power[2]))
        self._surroundings(message)

    def _surroundings(self, message: str) -> None:
        if (location := _LOCATION.search(message)) is not None:
            self._location = stated(location[1])
        if (intensity := _INTENSITY.search(message)) is not None:
            self._intensity = intensity[1]

    def _record(self, block: _Block) -> ImportedRecord:
        """Return the run of a block.

        Raises:
            InputError: A figure of it is none, or the energy is missing.
        """
        energy, emissions, time = (block.figures.get(name, "") for name in _FIGURES)
        energy_kwh = amount("energy", energy.partition(" ")[0], at_most=LARGEST_KWH)
        if energy_kwh is None:
            raise InputError("its energy is missing", "expected a line 'Energy: 0.1 kWh'")
        grams = emissions.partition(" ")[0]
        # Where the intensity could not be fetched, carbontracker prints nan.
        unknown = grams.casefold() == "nan"
        emissions_g = None if unknown else amount("CO2eq", grams, at_most=LARGEST_G)
        reported = (Reported("energy", energy, "kWh"), Reported("emissions", emissions, "g"))
        return self._surrounded(
            ImportedRecord(
                at_line=block.at_line,
                duration_s=_seconds(time) if time else None,
                energy_kwh=energy_kwh,
                energy_at="facility",
                emissions_g=emissions_g,
                reported=(*reported, *self._beside()),
                doubts=self._doubts(block),
            )
        )

    def _of_epochs(self) -> ImportedRecord:
        """Return the run of a standard log: mean power times time, epoch by epoch."""
        joules = sum(
            power_w * epoch_s
            for powers_w in self._power_w.values()
            for power_w, epoch_s in zip(powers_w, self._epoch_s, strict=False)
        )
        text = "worked out from mean power and time of each epoch, without the tool's PUE"
        return self._surrounded(
            ImportedRecord(
                at_line=self._power_line,
                duration_s=min(sum(self._epoch_s), LARGEST_S),
                energy_kwh=min(joules / units.JOULES_PER_KWH, LARGEST_KWH),
                energy_at="chips",
                reported=self._beside(),
                doubts=(Doubt("worked-out", text),),
            )
        )

    def _surrounded(self, record: ImportedRecord) -> ImportedRecord:
        return record._replace(
            run_id=_run_of(self._reading.name),
            recorded_at=self._stamp,
            place=self._place(),
            hardware=self._hardware,
            software=self._software,
        )

    def _place(self) -> dict[str, object]:
        if self._location is None or is_dropped(self._reading):
            return {}
        zone = zone_in(self._location) or zone_in(self._location.rpartition(",")[2].strip())
        said: dict[str, object] = {"location": self._location}
        return said if zone is None else {**said, "zone": zone}

    def _beside(self) -> tuple[Reported, ...]:
        if self._intensity is None:
            return ()
        return (Reported("intensity", self._intensity, "g/kWh"),)

    def _doubts(self, block: _Block) -> tuple[Doubt, ...]:
        predicted = self._predicted
        if predicted is None or not predicted.epochs or not block.epochs:
            return ()
        if predicted.epochs <= block.epochs:
            return ()
        figures = ", ".join(predicted.figures[n] for n in _FIGURES[:2] if n in predicted.figures)
        text = f"{block.epochs} of {predicted.epochs} epochs are measured; predicted: {figures}"
        return (Doubt("part", text),)


def _run_of(name: str) -> str | None:
    """Return the run that a log is of: what its name begins with."""
    stem = name.removesuffix(".gz").removesuffix(".log").removesuffix("_output")
    return stated(stem.removesuffix("carbontracker").rstrip("_-"))


def _seconds(text: str) -> float:
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise InputError(f"its time is {text[:40]!r}", "expected one such as 1:54:54")
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _watts(text: str) -> float:
    """Return the power of all devices of a component; what could not be read is none."""
    parts = text.strip("[] ").replace(",", " ").split()
    return sum(amount("power", part, at_most=1e6) or 0.0 for part in parts)


def _hardware(message: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for component, devices in _COMPONENTS.findall(message):
        names = [name.strip() for name in devices.split(",") if name.strip()]
        ours = {"gpu": "accelerator", "cpu": "cpu"}.get(component.casefold())
        if ours and names:
            found[f"{ours}_count"] = len(names)
            if not names[0].startswith("cpu:"):
                found[ours] = names[0][:200]
    return found
