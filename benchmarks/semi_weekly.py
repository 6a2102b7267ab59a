"""The machine-learning scenario of "Let's Wait Awhile" (Wiesner et al. 2021), replayed.

3387 trainings of 4 to 90 hours are submitted on workdays from 9:00 to 17:00. Each may pause in
slots of half an hour, and must be done by 9:00 on the first Monday or Thursday at or after the time
at which it would have ended without waiting. The paper draws its own jobs and times; ours are drawn
anew, so the savings agree within about half a percentage point. The clock is that of the series.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from itertools import accumulate
from math import fsum
from random import Random
from typing import NamedTuple

JOBS = 3387
SLOT_S = 1800
SLOTS_PER_HOUR = 2
LONGEST_WINDOW_H = 168
"""90 hours of work and the 78 hours from Friday 3:00 to Monday 9:00, and less for all others."""

Foresee = Callable[[int], Sequence[float]]
"""From a slot to the forecast of 168 hours from its hour on, knowing only the slots before it."""


class Job(NamedTuple):
    """A training, in slots since the start of the year."""

    arrival: int
    slots: int
    deadline: int


class Kept(NamedTuple):
    """What waiting saves, in percent of running at once, and what forecasts keep of it."""

    saving_percent: float
    kept_once: float
    """Share of the saving kept by planning once, at arrival."""
    kept_again: float | None
    """Share kept by planning again before each slot with what is known by then, if asked for."""


def jobs_of(year: int, count: int = JOBS, seed: int = 1) -> list[Job]:
    """Draw the jobs of a year; those that would end after it are left out."""
    random = Random(seed)
    start = datetime(year, 1, 1, tzinfo=timezone.utc)
    days = (datetime(year + 1, 1, 1, tzinfo=timezone.utc) - start).days
    workdays = [day for day in range(days) if (start + timedelta(days=day)).weekday() < 5]
    jobs = []
    for _ in range(count):
        arrival = random.choice(workdays) * 48 + random.randrange(18, 34)
        slots = random.randrange(8, 180)
        jobs.append(Job(arrival, slots, deadline_of(start, arrival + slots)))
    return sorted(job for job in jobs if job.deadline <= days * 48)


def of_some_weeks(jobs: Sequence[Job], every: int) -> list[Job]:
    """The jobs that arrive in every tenth week, say: a sample that leaves most hours out.

    It begins half way, as the first weeks of a year know hardly any actuals.
    """
    return [job for job in jobs if job.arrival // (7 * 48) % every == every // 2]


def deadline_of(start: datetime, end: int) -> int:
    """The first Monday or Thursday, 9:00, at or after a slot."""
    moment = start + timedelta(seconds=end * SLOT_S)
    candidates = (
        moment.replace(hour=9, minute=0) + timedelta(days=day)
        for day in range(8)
        if (moment + timedelta(days=day)).weekday() in (0, 3)
    )
    first = next(candidate for candidate in candidates if candidate >= moment)
    return int((first - start).total_seconds()) // SLOT_S


def kept(
    actual: Sequence[float], jobs: Sequence[Job], foresee: Foresee, *, again: bool = True
) -> Kept:
    """Replay the jobs on a year of half-hourly intensity.

    Args:
        actual: Intensity of each slot. [g/kWh]
        jobs: What is to be done.
        foresee: The forecast.
        again: Whether to replay planning again, too; it takes a forecast for each hour.
    """
    at_once = fsum(fsum(actual[job.arrival : job.arrival + job.slots]) for job in jobs)
    best = fsum(fsum(sorted(actual[job.arrival : job.deadline])[: job.slots]) for job in jobs)
    once = fsum(planned_once(actual, job, foresee) for job in jobs)
    most = at_once - best
    replanned = (at_once - planned_again(actual, jobs, foresee)) / most if again else None
    return Kept(100 * most / at_once, (at_once - once) / most, replanned)


def planned_once(actual: Sequence[float], job: Job, foresee: Foresee) -> float:
    """Grams per kW of a job that takes the slots which look best at its arrival."""
    forecast = foresee(job.arrival)
    first_hour = job.arrival // SLOTS_PER_HOUR
    window = range(job.arrival, job.deadline)
    chosen = sorted(window, key=lambda slot: forecast[slot // SLOTS_PER_HOUR - first_hour])
    return fsum(actual[slot] for slot in chosen[: job.slots])


def planned_again(actual: Sequence[float], jobs: Sequence[Job], foresee: Foresee) -> float:
    """Grams per kW of all jobs when each runs in a slot if that is among the best ones left."""
    total = 0.0
    waiting: list[list[int]] = []  # [deadline, slots left]
    arriving = list(reversed(jobs))
    for slot, g in enumerate(actual):
        while arriving and arriving[-1].arrival == slot:
            job = arriving.pop()
            waiting.append([job.deadline, job.slots])
        if not waiting:
            continue
        forecast = foresee(slot)
        better = list(accumulate((ahead < forecast[0] for ahead in forecast), initial=0))
        for job_left in waiting:
            deadline, left = job_left
            hours = -(-deadline // SLOTS_PER_HOUR) - slot // SLOTS_PER_HOUR
            must = deadline - slot <= left
            if must or SLOTS_PER_HOUR * better[hours] < left:
                total += g
                job_left[1] -= 1
        waiting = [job_left for job_left in waiting if job_left[1]]
    return total
