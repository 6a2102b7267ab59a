"""Whether a run's energy is measured a second time, by the `wattprint track` above its process.

`wattprint track` meters its command and all that descends from it. It names itself to the command
in the environment; a run in there looks whether that process is really above its own: variables
travel further than processes do, through ssh, a batch system or a daemon.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from wattprint.meters.procfs import DEFAULT_ROOT, ancestors, boot_id
from wattprint.tracker.discovery import own_pid
from wattprint.tracker.track import PARENT_RUN

PARENT_PROCESS = "WATTPRINT_PARENT_PROCESS"
"""Environment variable in which `wattprint track` names its own process: '<pid>:<boot id>'."""


def this_process() -> str:
    """Return what `PARENT_PROCESS` holds for what this process starts.

    The id is that of /proc, as the ancestors are that a run in there looks at.
    """
    return f"{own_pid(DEFAULT_ROOT)}:{boot_id()}"


def within() -> dict[str, str]:
    """Return what the `process` of a run's record says of the run that measures it as well.

    What the run is part of is another matter: a sweep's id may be given as its parent.

    Returns:
        `within`, the id of the run of the `wattprint track` above this process; else nothing.
    """
    launcher = os.environ.get(PARENT_RUN, "")
    if launcher.isprintable() and launcher.strip() and is_below(os.environ.get(PARENT_PROCESS, "")):
        return {"within": launcher}
    return {}


def is_below(launcher: str, pid: int | None = None, root: Path = DEFAULT_ROOT) -> bool:
    """Whether a process descends from a launcher, on this boot of this machine.

    Where there is no boot id, off Linux, ancestors are not to be had: only our own parent is.

    Args:
        launcher: What `PARENT_PROCESS` holds; whatever else it is, is nobody's name.
        pid: The process, as procfs numbers it; None is this one.
        root: Where procfs is mounted.
    """
    its_pid, _, its_boot = launcher.partition(":")
    here = boot_id(root)
    if its_boot != here:
        return False
    above: Iterable[int] = [os.getppid()]
    if here:
        above = ancestors(own_pid(root) if pid is None else pid, root)
    return its_pid in map(str, above)  # as text: digits without end are no error then
