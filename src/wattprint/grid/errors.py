"""What can go wrong between us and a grid service.

WattprintError
├── ServiceError (OSError)               service, zone, cause and next step
│   ├── UnreachableError                 no connection, no answer in time, an answer cut off
│   ├── KeyRefusedError                  the service does not know the key
│   ├── NotInPlanError                   it knows the key, whose plan does not hold what was asked
│   ├── QuotaError                       too many requests; `retry_at_s` says when to ask again
│   ├── RequestRefusedError              the service says that the request is wrong
│   ├── NoIntensityError (LookupError)   it has no figure for that zone and time
│   └── BadAnswerError (ValueError)      an answer that is not what was asked for
└── InputError
    ├── MissingKeyError                  a service that is not set up
    └── UncoveredZoneError (LookupError) a zone that the service does not have
"""

from typing import Any

from wattprint.domain.errors import InputError, WattprintError


class ServiceError(WattprintError, OSError):
    """A grid service that did not give what was asked of it.

    Args:
        service: Name of the service.
        zone: Zone that was asked for; empty where none was.
        cause: What happened.
        next_step: What to do about it.
    """

    def __init__(self, service: str, zone: str, cause: str, next_step: str) -> None:
        self.service = service
        self.zone = zone
        self.cause = cause
        self.next_step = next_step
        where = f"{service}, zone {zone}" if zone else service
        super().__init__(f"{where}: {cause}; {next_step}.")

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild it from its parts, so that it can come back from a worker process."""
        return type(self), (self.service, self.zone, self.cause, self.next_step)

    def __str__(self) -> str:
        return str(self.args[0])


class UnreachableError(ServiceError):
    """No connection, no answer in time, or an answer that was cut off."""


class KeyRefusedError(ServiceError):
    """The service does not know the key."""


class NotInPlanError(ServiceError):
    """The key is known; its plan does not hold what was asked for."""


class QuotaError(ServiceError):
    """Too many requests.

    Args:
        service: Name of the service.
        zone: Zone that was asked for.
        cause: What happened.
        next_step: What to do about it.
        retry_at_s: When the service may be asked again; None if it does not say. [s since 1970]
    """

    def __init__(
        self,
        service: str,
        zone: str,
        cause: str,
        next_step: str,
        retry_at_s: float | None = None,
    ) -> None:
        super().__init__(service, zone, cause, next_step)
        self.retry_at_s = retry_at_s

    def __reduce__(self) -> tuple[Any, ...]:
        parts = (self.service, self.zone, self.cause, self.next_step, self.retry_at_s)
        return type(self), parts


class RequestRefusedError(ServiceError):
    """The service says that the request is wrong."""


class NoIntensityError(ServiceError, LookupError):
    """The service has no figure for that zone and time."""


class BadAnswerError(ServiceError, ValueError):
    """An answer that is not what was asked for: another zone, unit or kind, or no answer at all."""


class MissingKeyError(InputError):
    """A service that is asked for and is not set up."""


class UncoveredZoneError(InputError, LookupError):
    """A zone that the service does not have."""
