"""A first `site.toml`, written from a log: what it says stands there, what it cannot say is asked.

A line is live only where it changes no figure: the file that nobody touched gives the same totals
as none. All else is a comment with a hint.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wattprint.accounting.factors_table import factored
from wattprint.accounting.site import Site, site_of
from wattprint.domain.errors import AmbiguousNameError, InputError, UnknownNameError
from wattprint.domain.jobs import Kind
from wattprint.factors.accelerators import accelerators

HEAD = """\
# What the log does not say of the machines it is of, and of their place.
# Written by `wattprint account --init`. Lines behind a # are guesses or gaps: correct one and
# take its # away. As it stands, this file changes no figure.
"""
PLACE = """\
# Where the machines stand. Without it there is energy, and no emissions.
# zone = "FR"                  # country, state or grid zone: `wattprint factors search paris`
# pue = 1.3                    # facility over IT energy; without it cooling is missing
# market_intensity = 0         # gCO2e/kWh of the energy that is bought, if there is a contract
# lifetime_years = 4           # how long machines are kept
"""


def init_site(kinds: Sequence[Kind]) -> str:
    """Return the text of a first description of the machines that a log is of.

    Args:
        kinds: Where and on what its jobs ran.
    """
    by_partition: dict[tuple[str, str], list[Kind]] = {}
    for kind in kinds:
        if kind.partition_name:
            by_partition.setdefault((kind.cluster, kind.partition_name), []).append(kind)
    tables = [
        "\n".join([f"[{'.'.join(map(key_text, _path(*key)))}]", *_Table(key[1], some).lines()])
        for key, some in sorted(by_partition.items())
    ]
    unnamed = [kind for kind in kinds if not kind.partition_name]
    general = [] if by_partition else ["\n".join(_Table("", unnamed).lines())]
    blocks = (HEAD, PLACE, *general, *tables, _names(kinds))
    return "\n".join(block if block.endswith("\n") else f"{block}\n" for block in blocks if block)


def key_text(name: str) -> str:
    """Return a name as a key of TOML: bare where it may be, else quoted."""
    is_bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if is_bare else value_text(name)


def value_text(given: Any) -> str:
    """Return a value of a site as TOML writes it."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        return '"' + "".join(map(_escaped, given)) + '"'
    if isinstance(given, (list, tuple)):
        return "[" + ", ".join(map(value_text, given)) + "]"
    return repr(given)


def site_text(site: Site) -> str:
    """Return a whole description as TOML: read again, it is the same site."""
    own = {"name": site.name, "cluster": site.cluster}
    top = {**{name: said for name, said in own.items() if said}, **site.said}
    if site.timezone != "UTC":
        top["timezone"] = site.timezone
    tables: list[tuple[tuple[str, ...], Mapping[str, Any]]] = [
        *((("clusters", name), level) for name, level in site.clusters.items()),
        *((_path(*key), level) for key, level in site.partitions.items()),
        (("accelerators",), site.accelerators),
        (("projects",), site.projects),
        (("teams",), site.teams),
    ]
    blocks = ["".join(_lines(top))]
    blocks += [
        f"[{'.'.join(map(key_text, path))}]\n{''.join(_lines(level))}"
        for path, level in tables
        if level
    ]
    return "\n".join(block for block in blocks if block)


def _lines(level: Mapping[str, Any]) -> Iterator[str]:
    for name, given in level.items():
        yield f"{key_text(name)} = {value_text(given)}\n"


def _path(cluster: str, partition: str) -> tuple[str, ...]:
    return ("clusters", cluster, "partitions", partition) if cluster else ("partitions", partition)


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x20 or code == 0x7F else character


class _Table:
    """The table of one partition: what its log says of it, line by line.

    Args:
        partition: Its name; '' where the log names none.
        kinds: Jobs that ran there.
    """

    def __init__(self, partition: str, kinds: Sequence[Kind]) -> None:
        self._partition = partition
        self._kinds = kinds
        self._live: dict[str, Any] = {}
        self._cpus = max((k.most_cpus_per_node for k in kinds), default=0.0)
        self._gpus = max((k.most_gpus_per_node for k in kinds), default=0.0)
        self._memory_gb = max((k.most_memory_gb_per_node for k in kinds), default=0.0)

    def lines(self) -> Iterator[str]:
        """Yield what is seen, and what is to be filled in."""
        yield f"# {self._counted()}; at most of one machine: {self._most()}"
        if self._gpus:
            yield from self._accelerators()
        yield '# cpu = "AMD EPYC 7763"        # model name, as lscpu prints it'
        yield "# cpu_count = 2                # packages of one machine"
        yield self._line("cpus_per_node", int(self._cpus), "CPUs as the scheduler counts them")
        yield self._line("memory_gb_per_node", float(f"{self._memory_gb:.6g}"), "GB")
        yield '# memory_type = "ddr4"         # or ddr3, ddr5'

    def _counted(self) -> str:
        jobs, hours = (
            sum(k.jobs for k in self._kinds),
            sum(k.elapsed_s for k in self._kinds) / 3600,
        )
        return f"{jobs:,} {'job' if jobs == 1 else 'jobs'}, {hours:,.0f} h"

    def _most(self) -> str:
        parts = [f"{self._cpus:g} CPUs"]
        parts += [f"{self._gpus:g} accelerators"] if self._gpus else []
        parts += [f"{self._memory_gb:,.4g} GB of memory"] if self._memory_gb else []
        return ", ".join(parts)

    def _accelerators(self) -> Iterator[str]:
        names = list(dict.fromkeys(k.accelerator for k in self._kinds if k.accelerator))
        if len(names) == 1 and _is_known(names[0]):
            yield self._line("accelerator", names[0], "as the log names it")
        elif names:
            yield f"# accelerators in the log: {', '.join(map(value_text, names))}"
        else:
            hint = "the log does not tell: `wattprint factors search a100`"
            yield f'# accelerator = "A100 SXM4 80GB"  # {hint}'
        yield self._line("accelerators_per_node", int(self._gpus), "of one machine")

    def _line(self, key: str, given: Any, hint: str) -> str:
        """Return a line: live if it changes nothing beside those before it, else a comment."""
        if not given:
            return f"# {key} =  # {hint}"
        written = f"{key} = {value_text(given)}"
        if self._changes_nothing(key, given):
            self._live[key] = given
            return f"{written:<30} # {hint}"
        return f"# {written:<28} # {hint}; the most that a job had"

    def _changes_nothing(self, key: str, given: Any) -> bool:
        said = {**self._live, key: given}
        try:
            site = site_of({"partitions": {self._partition: said}} if self._partition else said)
        except InputError:  # a job that claims more than any machine has
            return False
        return all(_is_same(kind, site) for kind in self._kinds)


def _is_same(kind: Kind, site: Site) -> bool:
    with_it, without = factored(kind, 0, site), factored(kind, 0, Site())
    return with_it.coefficients == without.coefficients and (
        with_it.accelerator == without.accelerator
    )


def _names(kinds: Sequence[Kind]) -> str:
    unknown = dict.fromkeys(k.accelerator for k in kinds if k.accelerator)
    lines = [f'# {key_text(name)} = "A100 SXM4 80GB"' for name in unknown if not _is_known(name)]
    if not lines:
        return ""
    return "\n".join(["# Full names of what the log calls accelerators.", "[accelerators]", *lines])


def _is_known(name: str) -> bool:
    try:
        accelerators().find(name)
    except (AmbiguousNameError, UnknownNameError):
        return False
    return True
