"""Named sections of a run: who was open when, and what the devices used meanwhile.

A section is marked in the thread that works, with a time and nothing else; the sampler reads its
meters soon after. Between two readings power is taken as constant, so a mark that falls between
them splits the energy by time.
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Literal, NamedTuple

from wattprint.domain.readings import SectionUse

Path = tuple[str, ...]

MOST_PATHS = 1000
"""Different sections of one interval that are kept apart; what comes on top shares one name."""
MOST_OPEN = 256
"""Sections that are open at once; what is entered on top is not followed, and that is said."""
OTHERS = "(further sections)"
LONGEST_NAME = 200
DEEPEST = 50
"""Sections inside each other; what is entered deeper is the section around it."""


class OpenSection:
    """A section from its entry to its exit: one that is entered twice is open twice."""

    __slots__ = ("is_open", "parent", "path", "section")
    is_open: bool
    parent: "OpenSection | None"

    def __init__(self, section: "Section", parent: "OpenSection | None") -> None:
        # What was closed is around nothing: a callback or task keeps the context it was made in.
        while parent is not None and not parent.is_open:
            parent = parent.parent
        around = () if parent is None else parent.path
        self.section = section
        self.parent = parent
        self.path: Path = (*around, section.name) if len(around) < DEEPEST else around
        self.is_open = True


class Section:
    """A part of the work with a name; use it in a `with` statement, as often as you like.

    Args:
        name: Its name.
        mark: Called when it is entered or left.
        innermost: The section around the code that runs, in this thread or task.
    """

    __slots__ = ("_entered", "_innermost", "_mark", "name")

    def __init__(
        self,
        name: str,
        mark: "Callable[[OpenSection], None]",
        innermost: "ContextVar[OpenSection | None]",
    ) -> None:
        self.name = name[:LONGEST_NAME] or "(no name)"
        self._mark = mark
        self._innermost = innermost
        self._entered: list[OpenSection] = []

    def __enter__(self) -> "Section":
        entered = OpenSection(self, self._innermost.get())
        self._entered.append(entered)
        self._innermost.set(entered)
        self._mark(entered)
        return self

    def __exit__(self, *_: object) -> Literal[False]:
        if not self._entered:
            return False
        innermost = self._innermost.get()
        if innermost is not None and innermost.section is self and innermost in self._entered:
            left = innermost  # of this thread, where several share the object
            self._entered.remove(left)
        else:
            left = self._entered.pop()
        left.is_open = False
        if innermost is left:  # a generator may be closed in another context than it began in
            self._innermost.set(left.parent)
        self._mark(left)
        return False


class _Shares(NamedTuple):
    """Time by share since some devices were last charged."""

    since_s: float
    by_path_s: dict[Path, float]


class Sections:
    """Splits what each device used among the sections that were open.

    At any moment every innermost open section has an equal share, and so have those around it: with
    one thread a section is charged all that the devices use while it is open.

    Args:
        at_s: Time at which it begins. [s]
    """

    def __init__(self, at_s: float) -> None:
        self._now_s = at_s
        self._children: dict[OpenSection, int] = {}
        """Open sections, and how many open ones each has directly inside."""
        self._shares: dict[str, _Shares] = {}
        """Per family of devices, and per device that could not be read with its family."""
        self._open_s: dict[Path, float] = {}
        self._entered: dict[Path, int] = {}
        self._used: dict[Path, dict[int, list[float]]] = {}
        """Per path and device: energy and activity, since the last `forget`."""

    def follow(self, family: str, read_s: float) -> None:
        """Begin to split the energy of a family of devices, last read at a time [s]."""
        self._shares[family] = _Shares(read_s, {})

    def fall_behind(self, device_id: str, family: str) -> None:
        """Remember the shares for a device that cannot be read now, though its family can."""
        if device_id not in self._shares:
            shares = self._shares[family]
            self._shares[device_id] = shares._replace(by_path_s=dict(shares.by_path_s))

    def mark(self, at_s: float, section: OpenSection, *, is_entered: bool) -> bool:
        """Enter or leave a section; one that never was entered cannot be left.

        Returns:
            Whether it is followed: `MOST_OPEN` at once are.
        """
        if is_entered == (section in self._children):
            return True
        if is_entered and len(self._children) >= MOST_OPEN:
            return False
        self.advance(at_s)
        parent = section.parent if section.parent in self._children else None
        if is_entered:
            self._children[section] = 0
            path = self._kept(section.path)
            self._entered[path] = self._entered.get(path, 0) + 1
        else:
            del self._children[section]
        if parent is not None:
            self._children[parent] += 1 if is_entered else -1
        return True

    def advance(self, at_s: float) -> None:
        """Let time pass; marks of several threads may come a little out of order."""
        elapsed_s = at_s - self._now_s
        if elapsed_s <= 0:
            return
        self._now_s = at_s
        leaves = [section for section, inside in self._children.items() if inside <= 0]
        if not leaves:
            return
        for section in self._children:
            path = self._kept(section.path)
            self._open_s[path] = self._open_s.get(path, 0.0) + elapsed_s
        share_s = elapsed_s / len(leaves)
        for leaf in leaves:
            for path in self._paths_around(leaf):
                for shares in self._shares.values():
                    shares.by_path_s[path] = shares.by_path_s.get(path, 0.0) + share_s

    def _paths_around(self, leaf: OpenSection) -> set[Path]:
        """Return the paths of a section and of those around it that are still open."""
        paths = set()
        around: OpenSection | None = leaf
        while around is not None:
            if around in self._children:
                paths.add(self._kept(around.path))
            around = around.parent
        return paths

    def _kept(self, path: Path) -> Path:
        """Return under which path a section is kept: its own, or where there are too many another.

        That one is beside it, so that what a section contains never adds up to more than it.
        """
        if path in self._entered or len(self._entered) < MOST_PATHS:
            return path
        around = self._kept(path[:-1]) if len(path) > 1 else ()
        return around if around[-1:] == (OTHERS,) else (*around, OTHERS)

    def charge(self, family: str, used: Sequence[tuple[int, float, float]]) -> None:
        """Split what devices used since their family was last charged, up to now.

        Args:
            family: The family.
            used: Device, energy [uJ] and activity of each.
        """
        self._split(self._shares[family], used)
        self._shares[family] = _Shares(self._now_s, {})

    def catch_up(self, device_id: str, used: tuple[int, float, float]) -> bool:
        """Split what a device used that had fallen behind; tell whether it had."""
        shares = self._shares.pop(device_id, None)
        if shares is not None:
            self._split(shares, [used])
        return shares is not None

    def _split(self, shares: "_Shares", used: Sequence[tuple[int, float, float]]) -> None:
        elapsed_s = self._now_s - shares.since_s
        for path, share_s in shares.by_path_s.items():
            share = min(1.0, share_s / elapsed_s) if elapsed_s > 0 else 0.0
            totals = self._used.setdefault(path, {})
            for device, energy_uj, activity in used:
                total = totals.setdefault(device, [0.0, 0.0])
                total[0] += energy_uj * share
                total[1] += activity * share

    def rows(
        self, start_s: float, end_s: float, modelled: Sequence[bool]
    ) -> tuple[SectionUse, ...]:
        """Return what each section used since the last `forget`.

        Args:
            start_s: Start of the interval. [s]
            end_s: Its end. [s]
            modelled: Of each device, whether it has an activity.
        """
        entered = [path for path, times in self._entered.items() if times]
        paths = dict.fromkeys([*entered, *self._open_s, *self._used])
        return tuple(self._row(path, start_s, end_s, modelled) for path in paths)

    def forget(self) -> None:
        """Begin a new interval: what was used so far has been written."""
        self._entered = dict.fromkeys((section.path for section in self._children), 0)
        self._open_s, self._used = {}, {}

    def _row(
        self, path: Path, start_s: float, end_s: float, modelled: Sequence[bool]
    ) -> SectionUse:
        used = self._used.get(path, {})
        return SectionUse(
            path,
            start_s,
            end_s,
            self._entered.get(path, 0),
            self._open_s.get(path, 0.0),
            tuple(round(used[i][0]) if i in used else None for i in range(len(modelled))),
            tuple(
                used[i][1] if has_activity and i in used else None
                for i, has_activity in enumerate(modelled)
            ),
        )
