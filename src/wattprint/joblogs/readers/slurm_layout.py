"""How the rows of a sacct dump are laid out: its header, told in every dress that sacct has."""

from typing import NamedTuple

from wattprint.joblogs.chunks import LONG_LINE

COLUMNS = frozenset(
    """account admincomment alloccpus allocgres allocnodes alloctres associd
    avecpu avecpufreq avediskread avediskwrite averss avepages avevmsize blockid cluster comment
    constraints consumedenergy consumedenergyraw container cputime cputimeraw dbindex
    derivedexitcode elapsed elapsedraw eligible end exitcode extra failednode flags gid group jobid
    jobidraw jobname layout licenses maxdiskread maxdiskreadnode maxdiskreadtask maxdiskwrite
    maxdiskwritenode maxdiskwritetask maxpages maxpagesnode maxpagestask maxrss maxrssnode
    maxrsstask maxvmsize maxvmsizenode maxvmsizetask mcslabel mincpu mincpunode mincputask ncpus
    nnodes nodelist ntasks partition planned plannedcpu plannedcpuraw priority qos qosraw qosreq
    reason reqcpufreq reqcpufreqgov reqcpufreqmax reqcpufreqmin reqcpus reqgres reqmem reqnodes
    reqtres reservation reservationid reserved restarts resvcpu resvcpuraw segmentsize sluid start
    state stderr stdin stdout submit submitline suspended systemcomment systemcpu timelimit
    timelimitraw totalcpu tresusageinave tresusageinmax tresusageinmaxnode tresusageinmaxtask
    tresusageinmin tresusageinminnode tresusageinmintask tresusageintot tresusageoutave
    tresusageoutmax tresusageoutmaxnode tresusageoutmaxtask tresusageoutmin tresusageoutminnode
    tresusageoutmintask tresusageouttot uid user usercpu wckey wckeyid workdir""".split()  # noqa: SIM905 - quoted one by one they fill a page
)
"""Names of sacct's fields, in small letters, of Slurm 14 to 25 (`sacct --helpformat`)."""

FREE_TEXT = (
    "jobname",
    "workdir",
    "comment",
    "admincomment",
    "systemcomment",
    "submitline",
    "extra",
)
"""Columns whose values users write: they may hold the very character that parts columns."""

_DELIMITERS = ("|", "\t", ";", ",")

_TELLING = frozenset(
    """jobid jobidraw elapsed elapsedraw state submit start end user uid partition alloccpus ncpus
    alloctres reqtres totalcpu cputime cputimeraw maxrss reqmem nnodes allocnodes consumedenergy
    consumedenergyraw""".split()  # noqa: SIM905 - as above
)
"""A header has three of these at least."""


class Layout(NamedTuple):
    """The columns of a dump, in order, and how a row is parted into them."""

    columns: tuple[str, ...]
    """Names as sacct knows them, in small letters; unknown ones as they are."""
    delimiter: str
    """Character between columns; empty where columns have a fixed width."""
    widths: tuple[int, ...] = ()
    """Characters of each column, where they are fixed."""
    trailing: bool = False
    """Whether each row ends with a delimiter, as `sacct -p` writes them."""
    mark: str = ""
    """A name, as the header spells it: what tells another header."""

    @property
    def fields(self) -> int:
        """Values of a whole row."""
        return len(self.columns) + self.trailing

    @property
    def free_text(self) -> int:
        """Place of the one column of free text, from 1; 0 if there is none or several."""
        places = [self.place(name) for name in FREE_TEXT if name in self.columns]
        return places[0] if len(places) == 1 else 0

    def part(self, line: str) -> str:
        """Return SQL for the list of a line's values, some with blanks around them."""
        if self.widths:
            return f"[{', '.join(_cuts(line, self.widths))}]"
        plain = f"string_split({line}, '{self.delimiter}')"
        if self.delimiter == "|":
            return plain
        # Exports quote what holds a delimiter: outside of quotes it becomes a mark, then parts.
        outside = (
            f"list_transform(string_split({line}, '\"'), lambda s, i: "
            f"CASE WHEN i % 2 = 1 THEN replace(s, '{self.delimiter}', chr(31)) ELSE s END)"
        )
        quoted = f"string_split(array_to_string({outside}, ''), chr(31))"
        return f"CASE WHEN contains({line}, '\"') THEN {quoted} ELSE {plain} END"

    def place(self, *names: str) -> int:
        """Return where the first of these columns is that the dump has, from 1; 0 for nowhere."""
        return next((self.columns.index(name) + 1 for name in names if name in self.columns), 0)


def layout_of(line: str, after: str = "") -> Layout | None:
    """Return the layout that a header tells, or None if it is no header.

    Args:
        line: What may be a header.
        after: The line after it: the dashes under a header of fixed width.
    """
    if len(line) > 10_000 or "sacct" in line:  # the command itself, copied with what it wrote
        return None
    widths = _widths(after)
    if widths:
        names = [cut.strip() for cut in _pieces(line, widths)]
        return _layout(names, "", widths)
    for delimiter in _DELIMITERS:
        if delimiter in line:
            names = [name.strip().strip('"') for name in line.split(delimiter)]
            trailing = names[-1] == ""
            if found := _layout(names[:-1] if trailing else names, delimiter):
                return found._replace(trailing=trailing)
    return None


def looks_like_header(line: str) -> bool:
    """Tell whether a line is a header, without the line after it."""
    words = {word.casefold() for word in line[:10_000].split()}
    return layout_of(line) is not None or len(_TELLING & words) >= 3


def is_rule(line: str) -> bool:
    """Tell whether a line is the dashes under a header of fixed width."""
    return bool(_widths(line))


def _layout(names: list[str], delimiter: str, widths: tuple[int, ...] = ()) -> Layout | None:
    columns = tuple(name.casefold().replace(" ", "").replace("_", "") for name in names)
    telling = len(_TELLING.intersection(columns))
    known = len(COLUMNS.intersection(columns))
    if telling < min(3, len(columns)) or known < 0.5 * len(columns) or telling < 2:
        return None
    marks = [name for name, column in zip(names, columns, strict=True) if column in _TELLING]
    marks.sort(key=lambda name: ("jobid" in name.casefold(), len(name)))
    return Layout(columns, delimiter, widths, mark=marks[-1])


def _widths(line: str) -> tuple[int, ...]:
    """Return the widths that a line of dashes tells; none if it is no such line."""
    dashes = line.lstrip(" ")
    if not dashes.startswith("-") or set(dashes) - {"-", " "}:
        return ()
    first, *others = map(len, dashes.split())
    return first + len(line) - len(dashes), *others


def _pieces(line: str, widths: tuple[int, ...]) -> list[str]:
    pieces, at = [], 0
    for width in widths:
        pieces.append(line[at : at + width])
        at += width + 1
    return pieces


def _cuts(line: str, widths: tuple[int, ...]) -> list[str]:
    cuts, at = [], 1
    for width in widths:
        cuts.append(f"substring({line}, {at}, {width})")
        at += width + 1
    return cuts


def is_long(line: str) -> str:
    """Return SQL that tells a line whose text was left out as absurdly long."""
    return f"starts_with({line}, chr({ord(LONG_LINE)}))"
