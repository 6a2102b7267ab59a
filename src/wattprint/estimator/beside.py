"""What described work is accounted for beside the energy of its machine: storage and network, the
making of its hardware, offsets."""

from typing import Any

from wattprint.domain.errors import ContradictionError
from wattprint.estimator.account import Beside
from wattprint.estimator.embodied import LIFETIME_INPUTS, find_life
from wattprint.estimator.hardware import Made, host_use, made_accelerators, made_host
from wattprint.estimator.offsets import OFFSET_INPUTS, find_offsets
from wattprint.estimator.outside import OUTSIDE_INPUTS, Outside, described_outside
from wattprint.estimator.work import Work
from wattprint.factors.accelerators import accelerators

BESIDE_INPUTS = (*OUTSIDE_INPUTS, *LIFETIME_INPUTS, *OFFSET_INPUTS)
"""What can be said of all this, by the names that `estimate` takes."""


def described_beside(work: Work, **said: Any) -> Beside:
    """Check what was said beside the energy of the machine, and return it in one form.

    Args:
        work: The description of the work.
        **said: Any of `BESIDE_INPUTS`.

    Raises:
        InputError: A name that is unknown, a figure outside its limits.
        ContradictionError: Storage or network beside the energy of a facility.
    """
    outside = described_outside(**{name: said.get(name) for name in OUTSIDE_INPUTS})
    parts = outside.parts(work.repeats)
    if parts and work.energy_kwh is not None and work.energy_at == "facility":
        raise ContradictionError(
            f"{parts[0].component} is described beside energy_kwh at 'facility'",
            "the energy of a facility holds what its storage and network used: give it at 'it', "
            "with a pue",
        )
    return Beside(
        parts,
        _made(work, outside),
        find_life(**{name: said.get(name) for name in LIFETIME_INPUTS}),
        find_offsets(**{name: said.get(name) for name in OFFSET_INPUTS}),
    )


def _made(work: Work, outside: Outside) -> tuple[Made, ...]:
    """Return the hardware of the work whose making is known; storage only beside other hardware.

    Of a power or an energy alone nobody knows what hardware it was.
    """
    made: list[Made] = []
    if work.accelerator is not None:
        part = accelerators().find(work.accelerator).accelerator  # a wrong name is refused here
        if work.device_hours or work.energy_kwh is None:
            made.append(made_accelerators(part, work.device_hours * work.repeats))
    host = work.host
    if host is not None and host.machine is not None:
        hours = work.wall_hours * work.repeats
        made += made_host(host_use(host.machine, host.machines, hours, work.memory_gb))
    return (*made, *outside.made(work.repeats)) if made else ()
