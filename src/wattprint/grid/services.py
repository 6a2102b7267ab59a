"""From settings to providers: which are set up, and which one answers for a zone."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from wattprint.domain.errors import InputError
from wattprint.grid.caller import Caller, Explain, Gate, Waiting
from wattprint.grid.errors import MissingKeyError, UncoveredZoneError
from wattprint.grid.providers import carbon_aware_sdk, electricitymaps, entsoe, files, gb, watttime
from wattprint.grid.providers.base import Provider, Signal
from wattprint.grid.providers.carbon_aware_sdk import CarbonAwareSdk
from wattprint.grid.providers.electricitymaps import ElectricityMaps
from wattprint.grid.providers.entsoe import Entsoe
from wattprint.grid.providers.files import Files, IntensityFile
from wattprint.grid.providers.gb import CarbonIntensityGB
from wattprint.grid.providers.watttime import WattTime
from wattprint.grid.settings import ServiceSettings, Settings, require_service
from wattprint.grid.transport import Transport, UrllibTransport


class _Service(NamedTuple):
    """How a service is asked."""

    build: Callable[[Caller, ServiceSettings], Provider]
    spacing_s: float = 0.0
    rest_s: float | None = None
    explain: Explain = lambda _response, _zone: None


def _file(caller: Caller, of: ServiceSettings) -> Provider:
    texts = {name: of.given.get(name) for name in ("zone", "kind", "basis", "timezone")}
    path = Path(of.given["path"]).expanduser()
    return Files(IntensityFile(path, **texts), clock_s=lambda: caller.now_s)


_SERVICES: Mapping[str, _Service] = {
    electricitymaps.NAME: _Service(
        lambda caller, of: ElectricityMaps(caller, **of.secrets, **of.given),  # type: ignore[arg-type]
        electricitymaps.SPACING_S,
        explain=electricitymaps.explained,
    ),
    watttime.NAME: _Service(
        lambda caller, of: WattTime(caller, **of.secrets, **of.given),  # type: ignore[arg-type]
        watttime.SPACING_S,
        explain=watttime.explained,
    ),
    gb.NAME: _Service(lambda caller, of: CarbonIntensityGB(caller, **of.given), gb.SPACING_S),
    entsoe.NAME: _Service(
        lambda caller, of: Entsoe(caller, **of.secrets, **of.given),  # type: ignore[arg-type]
        entsoe.SPACING_S,
        entsoe.BAN_S,
        entsoe.explained,
    ),
    carbon_aware_sdk.NAME: _Service(
        lambda caller, of: CarbonAwareSdk(
            caller,
            base_url=of.given["base_url"],
            signal=Signal(of.given["kind"], of.given["basis"], None),
        ),
        explain=carbon_aware_sdk.explained,
    ),
    files.NAME: _Service(_file),
}


class Services:
    """The providers of one configuration; each is built when it is asked, and kept.

    Args:
        settings: What is set up.
        transport: What sends; None opens the network when a service is asked.
        gate: Whose turn it is, among all processes.
        waiting: Clock, sleep and patience.
        fallback: What answers where no service is set up, such as typical profiles; None refuses.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        transport: Transport | None = None,
        gate: Gate | None = None,
        waiting: Waiting | None = None,
        fallback: Provider | None = None,
    ) -> None:
        self.settings = settings
        self._transport = transport
        self._gate = gate
        self._waiting = waiting or Waiting()
        self.fallback = fallback
        self._built: dict[str, Provider] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Every provider that there is, set up or not."""
        own = (self.fallback.name,) if self.fallback is not None else ()
        return (*_SERVICES, *own)

    def named(self, name: str) -> Provider:
        """Return a provider by name.

        Raises:
            InputError: No such provider.
            MissingKeyError: It is not set up.
        """
        require_service(name, self.names)
        if self.fallback is not None and name == self.fallback.name:
            return self.fallback
        of = self.settings.services[name]
        if of.missing:
            raise MissingKeyError(
                f"provider {name} is not set up: no {', '.join(of.missing)}",
                f"set {', '.join(of.variables)}, or [grid.{name}] in "
                "$WATTPRINT_HOME/config.toml (mode 0600)",
            )
        if name not in self._built:
            self._built[name] = self._build(of)
        return self._built[name]

    def _build(self, of: ServiceSettings) -> Provider:
        service = _SERVICES[of.name]
        self._transport = self._transport or UrllibTransport()
        caller = Caller(
            of.name,
            self._transport,
            gate=self._gate,
            spacing_s=service.spacing_s,
            rest_s=service.rest_s,
            explain=service.explain,
            secrets=tuple(of.secrets.values()),
            waiting=self._waiting,
        )
        return service.build(caller, of)

    def for_zone(self, zone: str, *, kind: str | None = None) -> Provider:
        """Return the first provider in the order of the settings that has a zone and kind.

        Args:
            zone: Zone, by our name or the provider's.
            kind: `average` or `marginal`; None wants an average, which is what footprints use.

        Raises:
            InputError: None has it, or none is set up and there is no fallback.
        """
        wanted_kind = kind or "average"
        reasons = []
        for name in self.settings.order:
            provider = self.named(name)
            if not any(signal.kind == wanted_kind for signal in provider.signals):
                reasons.append(f"{name} has no {wanted_kind} intensity")
                continue
            try:
                provider.place(zone)
            except InputError as error:
                reasons.append(f"{name}: {error.given}")
                continue
            return provider
        if self.fallback is not None and wanted_kind == "average":
            return self.fallback
        raise _none_has(zone, reasons)


def _none_has(zone: str, reasons: Sequence[str]) -> InputError:
    if not reasons:
        return MissingKeyError(
            f"no service of grid intensity is set up for zone {zone!r}",
            "set one up (`wattprint grid sources` lists them), or name one with --provider, "
            "such as 'gb', which needs no key",
        )
    return UncoveredZoneError(
        f"no service that is set up has zone {zone!r} ({'; '.join(reasons)})",
        "expected a zone that one of them has, or another one named with --provider",
    )
