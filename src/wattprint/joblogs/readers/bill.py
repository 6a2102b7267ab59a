"""What a bill of a cloud is: the columns it may have, and the query that finds machines in it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from wattprint.joblogs.readers.slurm_values import moment
from wattprint.joblogs.settle import shown
from wattprint.joblogs.sql import literal


class Bill(NamedTuple):
    """A kind of bill."""

    columns: Mapping[str, tuple[str, ...]]
    """What is taken of it -> squeezed names of columns that may hold it, best first."""
    telling: tuple[str, ...]
    """Which of these it must have to be of this kind."""
    query: Callable[[str], str]
    """SQL over a table with these columns as texts, and `line`, `rows`, `repeated` and `broken`,
    which it hands on beside job_id, job_key, user_name, account, project, team, accelerator,
    instance, region, start_s, end_s, machine_s, cpus, gpus (of one machine), skip and reject.
    `machine_s` is time of machines together, NULL if
    it is all of the line's time. [s]"""


def utc(text: str) -> str:
    """Return SQL for a moment in UTC, however the bill writes it. [s since 1970]."""
    bare = f"regexp_replace({text}, ' ?(UTC|Z)$', '')"
    american = f"epoch_us(try_strptime({text}, ['%m/%d/%Y', '%m/%d/%Y %H:%M:%S'])) // 1000000"
    day = f"epoch_us(try_strptime({text}, ['%Y-%m-%d', '%Y%m%d'])) // 1000000"
    return (
        f"CASE WHEN contains({text}, '/') THEN {american} "
        f"WHEN length({text}) <= 10 THEN {day} ELSE {moment(bare, 'UTC')} END"
    )


def tag(tags: str, names: tuple[str, ...]) -> str:
    """Return SQL for the first of these keys in tags: a JSON object, or pairs without braces."""
    document = f"CASE WHEN {tags}[1] = '\"' THEN '{{' || {tags} || '}}' ELSE {tags} END"
    keys = ", ".join(
        f"nullif(json_extract_string({document}, {literal(_path(name))}), '')" for name in names
    )
    return f"CASE WHEN json_valid({document}) THEN coalesce({keys}) END"


def _path(name: str) -> str:
    return '$."' + name + '"'


def pair(pairs: str, names: tuple[str, ...]) -> str:
    """Return SQL for the first of these keys in a JSON list of `{"key": ..., "value": ...}`."""
    typed = '\'[{"key": "VARCHAR", "value": "VARCHAR"}]\''
    listed = f"CASE WHEN json_valid({pairs}) THEN json_transform({pairs}, {typed}) END"
    found = ", ".join(
        f"nullif(list_filter({listed}, lambda x: x.key = {literal(name)})[1].value, '')"
        for name in names
    )
    return f"coalesce({found})"


def faults(amount: str, start: str, hours: str, start_s: str) -> str:
    """Return SQL for why a line of machine-hours cannot be taken; NULL if it can."""
    return f"""CASE
        WHEN {hours} IS NULL OR NOT isfinite({hours}) THEN 'usage is ' || {shown(amount)}
            || '; expected hours'
        WHEN {hours} < 0 THEN 'usage is ' || {shown(amount)} || '; expected 0 hours or more'
        WHEN {start_s} IS NULL THEN 'start of usage is ' || {shown(start)}
            || '; expected a time such as 2024-01-31T12:00:00Z'
    END"""
