"""A cumulative energy counter, followed through wraps, resets, glitches and unreadable moments."""

from collections.abc import Sequence
from typing import NamedTuple

from wattprint.domain.formulas.energy import counter_energy_uj
from wattprint.domain.units import MICROJOULES_PER_JOULE

SHORTEST_STEP_S = 0.05
"""Two readings closer than this say little about power: a counter moves in steps of its own. [s]"""

LATEST_READING_S = 1.0
"""How long after its time a reading may be taken: the work may hold the interpreter's lock. [s]"""

RECENT_S = 5.0
"""What the recent power is a mean over, about: a step alone may be a burst or a pause. [s]"""

LONGEST_GLITCH_S = 60.0
"""Within this a counter that jumped may turn out to be where it would have been anyway. [s]"""


class _Moment(NamedTuple):
    at_s: float
    counter_uj: int
    total_uj: int
    """Energy since the first reading. [uJ]"""


class Counter:
    """Adds up what a counter moved since its first reading; what it returns never falls.

    A step that the counter cannot have made - it was reset, it wrapped without a known range, it
    jumped further than any such device can - is bridged at the recent power, and said.
    Where it turns out that only some readings were wrong, the bridge is replaced by what the
    counter says.

    Args:
        name: Name for messages.
        wraps_at_uj: Largest value before it starts again at 0; None when it does not say. [uJ]
        most_w: Power that no such device reaches: a step beyond it was none. [W]
        usual_ranges_uj: Where such counters wrap, for one that does not say: where it went back
            from just below one of these, it is taken to have wrapped there, and said. [uJ]
    """

    def __init__(
        self,
        name: str,
        *,
        wraps_at_uj: int | None,
        most_w: float,
        usual_ranges_uj: Sequence[int] = (),
    ) -> None:
        self._name = name
        self._wraps_at_uj = wraps_at_uj
        self._most_w = most_w
        self._usual_ranges_uj = usual_ranges_uj
        self._first_s = 0.0
        self._last: _Moment | None = None
        self._before_jump: _Moment | None = None
        self._power_w: float | None = None
        self._returned_uj = 0
        self._unreadable_since_s: float | None = None
        self._times_said: dict[str, int] = {}
        self._faults: list[str] = []

    def follow(self, at_s: float, counter_uj: int) -> int:
        """Take a reading of the counter, and return the energy [uJ] since the first one.

        Args:
            at_s: Time of the reading on a clock that does not jump. [s]
            counter_uj: What the counter shows. [uJ]
        """
        if self._last is None:
            self._first_s, total_uj = at_s, 0
        else:
            total_uj = self._total_uj(self._last, at_s, counter_uj)
        self._last = _Moment(at_s, counter_uj, total_uj)
        self._returned_uj = max(self._returned_uj, total_uj)
        if self._unreadable_since_s is not None:
            lasted_s = at_s - self._unreadable_since_s
            self._say("read again", f"could be read again after {lasted_s:.1f} s")
            self._unreadable_since_s = None
        return self._returned_uj

    def miss(self, at_s: float, reason: object) -> None:
        """Note that the counter could not be read; the next reading spans the gap."""
        if self._unreadable_since_s is None:
            self._unreadable_since_s = at_s
            self._say("not read", f"could not be read: {reason}")

    def lose(self, at_s: float, reason: object) -> int | None:
        """Note that the device does not answer, and may never again.

        It went at some moment since the last reading, on average in the middle: until there it is
        taken to have used the recent power. If it comes back, what it counted goes before that.

        Returns:
            Energy [uJ] until then, the first time; None from then on, and if it was never read.
        """
        is_news = self._unreadable_since_s is None
        self.miss(at_s, reason)
        if not is_news or self._last is None:
            return None
        unseen_s = (at_s - self._last.at_s) / 2
        unseen_uj = round((self._power_w or 0.0) * unseen_s * MICROJOULES_PER_JOULE)
        self._returned_uj = max(self._returned_uj, self._last.total_uj + unseen_uj)
        return self._returned_uj

    def take_faults(self) -> list[str]:
        """Return what went wrong since this was last asked."""
        faults, self._faults = self._faults, []
        return faults

    def _total_uj(self, last: _Moment, at_s: float, counter_uj: int) -> int:
        step_uj = self._step_uj(last, at_s, counter_uj)
        back_uj = self._total_if_back_uj(last, at_s, counter_uj)
        if back_uj is not None and (step_uj is None or self._is_back(last, at_s, back_uj, step_uj)):
            self._before_jump = None
            self._say("back", "is back where it was before it jumped: nothing is lost")
            return back_uj
        if step_uj is not None:
            step_uj += self._unseen_rounds_uj(last, at_s, step_uj)
            self._note_power(step_uj, at_s - last.at_s)
            return last.total_uj + step_uj
        self._before_jump = self._recent_jump(at_s) or last
        return last.total_uj + self._bridged_uj(last, at_s, counter_uj)

    def _recent_jump(self, at_s: float) -> _Moment | None:
        """Return the moment before a jump that may yet turn out to have been a glitch."""
        jump = self._before_jump
        return jump if jump is not None and at_s - jump.at_s <= LONGEST_GLITCH_S else None

    def _total_if_back_uj(self, last: _Moment, at_s: float, counter_uj: int) -> int | None:
        """Return the energy so far if the counter goes on from where it was before it jumped."""
        jump = self._recent_jump(at_s) or last
        since_uj = counter_uj - jump.counter_uj
        if jump is last or not 0 <= since_uj <= self._most_uj(jump, at_s):
            return None
        return jump.total_uj + since_uj

    def _is_back(self, last: _Moment, at_s: float, back_uj: int, step_uj: int) -> bool:
        """Tell which fits the recent power better: that it is back, or that it went on from 0."""
        jump = self._recent_jump(at_s) or last
        used_uj = (self._power_w or 0.0) * (at_s - jump.at_s) * MICROJOULES_PER_JOULE
        expected_uj = jump.total_uj + used_uj
        return abs(back_uj - expected_uj) < abs(last.total_uj + step_uj - expected_uj)

    def _note_power(self, step_uj: int, elapsed_s: float) -> None:
        if elapsed_s < SHORTEST_STEP_S:
            return
        power_w = step_uj / MICROJOULES_PER_JOULE / elapsed_s
        before_w = power_w if self._power_w is None else self._power_w
        self._power_w = before_w + (power_w - before_w) * min(1.0, elapsed_s / RECENT_S)

    def _step_uj(self, since: _Moment, at_s: float, counter_uj: int) -> int | None:
        """Return what the counter moved, or None where no such device can have used it."""
        range_uj = self._wraps_at_uj
        if range_uj is not None and max(since.counter_uj, counter_uj) > range_uj:
            range_uj = None  # what is beyond the range cannot have wrapped at it
        step_uj = counter_energy_uj(since.counter_uj, counter_uj, wraps_at_uj=range_uj)
        if step_uj is not None and step_uj <= self._most_uj(since, at_s):
            return step_uj
        return self._usual_wrap_uj(since, at_s, counter_uj) if self._wraps_at_uj is None else None

    def _usual_wrap_uj(self, since: _Moment, at_s: float, counter_uj: int) -> int | None:
        """Return the step over the usual range that it can have gone over, if there is one."""
        for range_uj in self._usual_ranges_uj:
            if counter_uj < since.counter_uj <= range_uj:
                step_uj = range_uj - since.counter_uj + 1 + counter_uj
                if step_uj <= self._most_uj(since, at_s):
                    self._say("usual", f"is taken to have wrapped at the usual {range_uj} uJ")
                    return step_uj
        return None

    def _most_uj(self, since: _Moment, at_s: float) -> float:
        return self._most_w * (at_s - since.at_s + LATEST_READING_S) * MICROJOULES_PER_JOULE

    def _unseen_rounds_uj(self, last: _Moment, at_s: float, step_uj: int) -> int:
        """Return the whole rounds that it made while nobody looked, as in a stopped process."""
        if self._wraps_at_uj is None or last.counter_uj > self._wraps_at_uj:
            return 0
        round_uj = self._wraps_at_uj + 1
        most_rounds = int((self._most_uj(last, at_s) - step_uj) // round_uj)
        if most_rounds < 1:
            return 0
        # Over minutes the mean power says more than that of the last step.
        elapsed_s, before_s = at_s - last.at_s, last.at_s - self._first_s
        mean_uj = last.total_uj / before_s * elapsed_s if before_s > 0 else 0.0
        rounds = min(most_rounds, max(0, round((mean_uj - step_uj) / round_uj)))
        if rounds:
            self._say(
                "rounds",
                f"was not read for {elapsed_s:.0f} s, in which it may have wrapped up to "
                f"{most_rounds} times more than it shows: {rounds} times, at the mean power before",
            )
        return rounds * round_uj

    def _bridged_uj(self, last: _Moment, at_s: float, counter_uj: int) -> int:
        """Stand in for a step that the counter does not tell."""
        # A device that was away, its driver or its socket, used nothing that anybody knows of.
        until_s = at_s if self._unreadable_since_s is None else self._unreadable_since_s
        before_uj = (self._power_w or 0.0) * (until_s - last.at_s) * MICROJOULES_PER_JOULE
        # A counter that began again at 0 has counted at least what it shows.
        is_reset = counter_uj < last.counter_uj and counter_uj <= self._most_uj(last, at_s)
        bridged_uj = round(max(before_uj, counter_uj if is_reset else 0))
        self._say(
            "jump",
            f"went from {last.counter_uj} to {counter_uj} uJ in {at_s - last.at_s:.3f} s, which is "
            f"no use of energy but a reset or an error; {bridged_uj} uJ, at the recent power, "
            "stand in",
        )
        return bridged_uj

    def _say(self, kind: str, text: str) -> None:
        """Keep a message; one that comes again and again is said the 1st, 2nd, 4th, 8th time."""
        self._times_said[kind] = times = self._times_said.get(kind, 0) + 1
        if times & (times - 1) == 0:
            self._faults.append(f"{self._name} {text}" + (f" (time {times})" if times > 1 else ""))
