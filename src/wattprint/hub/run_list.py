"""Runs as people look for them: by any filter, in several orders, at a bounded cost.

An order has its index, and a page is found by the key of the last row of the one before. A filter
that no index serves is tried on the next runs of that order, a stretch at a time, up to a bound:
then the page says how far it looked, and the next one goes on from there. So a search for what is
rare among a million runs takes several clicks, and never seconds.
"""

from collections.abc import Iterator, Sequence
from string import ascii_lowercase, ascii_uppercase
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, collate, func, literal, select, tuple_

from wattprint.domain.checks import one_of
from wattprint.hub.cursors import foreign, packed, unpacked
from wattprint.hub.notes import tags_of
from wattprint.hub.reading import column_of, is_tagged, projects_of_team
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.note_tables import exclusions
from wattprint.hub.storage.schema import monthly_runs, projects, runs, teams

ORDERS = {
    "started": "started_at_ms",
    "duration": "duration_ms",
    "energy": "it_j",
    "emissions": "location_ug",
}
"""Columns that runs are listed by; each has an index, and one of the runs of a parent."""
STRETCHES = (400, 3_600, 8_000)
"""Runs looked at for one page, a stretch at a time."""
EXCLUDED = ("", "no", "only")
"""Whether excluded runs are listed: among the others, not, or they alone."""


_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)


class Asked(NamedTuple):
    """Which runs are looked for."""

    project: str | None = None
    team: str | None = None
    stage: str | None = None
    outcome: str | None = None
    zone: str | None = None
    hardware: str | None = None
    tag: str | None = None
    parent: str | None = None
    """Id of the run that they are part of."""
    name: str | None = None
    """A part of the name; letters of ASCII match in either case."""
    excluded: str = ""
    since_ms: int | None = None
    until_ms: int | None = None
    is_newest_of_sweep: bool = False
    """Only runs that are part of one, and of each one's the last to start: one row for a sweep."""


class Listing(NamedTuple):
    """A part of a list."""

    rows: list[dict[str, Any]]
    """Columns of the runs, with `tags` and `is_excluded`."""
    next_cursor: str | None
    """What asks for the next part; None at the end."""
    is_cut: bool = False
    """Whether looking ended at its bound before the part was full."""


def listed(
    database: Database,
    org_id: str,
    asked: Asked,
    *,
    sort: str = "-started",
    cursor: str | None = None,
    limit: int = 50,
    is_described: bool = True,
) -> Listing:
    """Return a part of the runs that are looked for.

    Args:
        database: The hub's database.
        org_id: The tenant.
        asked: Which runs.
        sort: One of `ORDERS`; with a - before it from the largest on.
        cursor: `next_cursor` of the part before.
        limit: How many rows at most.
        is_described: Whether rows have what people said of them, too.

    Raises:
        InputError: An order that is none, or a cursor of another list.
    """
    one_of("sort", sort.removeprefix("-"), ORDERS)
    after = None if cursor is None else _key(cursor, sort)
    rows: list[dict[str, Any]] = []
    with database.reading() as connection:
        order = _Order(org_id, asked, sort)
        conditions = list(_conditions(connection, org_id, asked))
        for length in STRETCHES:
            edge = order.edge(connection, after, length)
            room = limit + 1 - len(rows)
            rows += order.rows(connection, conditions, (after, edge), room)
            after = edge
            if edge is None or len(rows) > limit:
                break
        is_more = len(rows) > limit
        rows = rows[:limit]
        if is_described:
            _describe(connection, org_id, rows)
    key = [rows[-1][column] for column in order.names] if is_more else after
    cut = not is_more and after is not None
    return Listing(rows, None if key is None else packed([sort, *key]), cut)


class _Order:
    """The order of a list, within what an index serves.

    Args:
        org_id: The tenant.
        asked: Which runs.
        sort: Their order.
    """

    def __init__(self, org_id: str, asked: Asked, sort: str) -> None:
        self._is_down = sort.startswith("-")
        column = ORDERS[sort.removeprefix("-")]
        self.names = (column, "project_id", "run_id")
        self._place: list[Any] = [runs.c[name] for name in self.names]
        self._served = [runs.c.org_id == org_id, runs.c[column].is_not(None)]
        if asked.parent is not None:
            self._served.append(runs.c.parent_id == asked.parent)
        if column == "started_at_ms":
            if asked.project is not None:
                self._served.append(runs.c.project_id == asked.project)
            if asked.since_ms is not None:
                self._served.append(runs.c.started_at_ms >= asked.since_ms)
            if asked.until_ms is not None:
                self._served.append(runs.c.started_at_ms < asked.until_ms)

    def edge(
        self, connection: Connection, after: Sequence[Any] | None, length: int
    ) -> list[Any] | None:
        """Return the key of the last run of a stretch; None if the list ends within it."""
        statement = select(*self._place).where(*self._served, *self._behind(after))
        statement = statement.order_by(*self._ordered()).offset(length - 1).limit(1)
        found = connection.execute(statement).first()
        return None if found is None else list(found)

    def rows(
        self,
        connection: Connection,
        conditions: Sequence[Any],
        between: tuple[Sequence[Any] | None, Sequence[Any] | None],
        limit: int,
    ) -> list[dict[str, Any]]:
        """Return the runs of a stretch that meet the conditions, the first ones."""
        columns = [column for column in runs.columns if column.name != "record"]
        statement = select(*columns).where(*self._served, *self._behind(between[0]), *conditions)
        if between[1] is not None:
            place, key = tuple_(*self._place), _as_row(between[1])
            statement = statement.where(place >= key if self._is_down else place <= key)
        statement = statement.order_by(*self._ordered()).limit(limit)
        return [dict(row) for row in connection.execute(statement).mappings()]

    def _behind(self, after: Sequence[Any] | None) -> list[Any]:
        if after is None:
            return []
        place, key = tuple_(*self._place), _as_row(after)
        return [place < key if self._is_down else place > key]

    def _ordered(self) -> list[Any]:
        return [column.desc() if self._is_down else column.asc() for column in self._place]


def _as_row(key: Sequence[Any]) -> Any:
    return tuple_(*(literal(part) for part in key))


def _conditions(connection: Connection, org_id: str, asked: Asked) -> Iterator[Any]:
    for field in ("project", "stage", "outcome", "zone", "hardware", "parent"):
        wanted = getattr(asked, field)
        if wanted is not None:
            yield runs.c[column_of(field)] == wanted
    if asked.team is not None:
        yield runs.c.project_id.in_(projects_of_team(org_id, asked.team))
    if asked.tag is not None:
        yield is_tagged(asked.tag)
    if asked.name is not None:
        yield _in_small_letters(connection, runs.c.name).contains(
            asked.name.translate(_SMALL), autoescape=True
        )
    if asked.since_ms is not None:
        yield runs.c.started_at_ms >= asked.since_ms
    if asked.until_ms is not None:
        yield runs.c.started_at_ms < asked.until_ms
    if asked.excluded:
        yield is_excluded() if asked.excluded == "only" else ~is_excluded()
    if asked.is_newest_of_sweep:
        yield _is_newest_of_sweep(asked)


def _in_small_letters(connection: Connection, text: Any) -> Any:
    """Return a text whose letters of ASCII are small; SQLite knows of no others, and no "C"."""
    is_sqlite = connection.dialect.name == "sqlite"
    return func.lower(text if is_sqlite else collate(text, "C"))


def _is_newest_of_sweep(asked: Asked) -> Any:
    """Return the condition that no other run of the same parent, and asked for, started later."""
    other = runs.alias()
    place, its_place = (
        tuple_(*(table.c[name] for name in ("started_at_ms", "project_id", "run_id")))
        for table in (other, runs)
    )
    later = [other.c.org_id == runs.c.org_id, other.c.parent_id == runs.c.parent_id]
    later.append(place > its_place)
    if asked.project is not None:
        later.append(other.c.project_id == asked.project)
    if asked.until_ms is not None:
        later.append(other.c.started_at_ms < asked.until_ms)
    return and_(runs.c.parent_id.is_not(None), ~select(other.c.run_id).where(*later).exists())


def is_excluded() -> Any:
    """Return the condition that a run is in no sum."""
    its = exclusions.c
    of_run = (its[name] == runs.c[name] for name in ("org_id", "project_id", "run_id"))
    return select(its.run_id).where(*of_run).exists()


def _describe(connection: Connection, org_id: str, rows: list[dict[str, Any]]) -> None:
    """Add to rows what people said of the runs."""
    keys = [(row["project_id"], row["run_id"]) for row in rows]
    tags = tags_of(connection, org_id, keys)
    out: set[tuple[str, str]] = set()
    if keys:
        its = exclusions.c
        of = tuple_(its.project_id, its.run_id).in_(keys)
        statement = select(its.project_id, its.run_id).where(its.org_id == org_id, of)
        out = {(row.project_id, row.run_id) for row in connection.execute(statement)}
    for row, key in zip(rows, keys, strict=True):
        row.update(tags=tags.get(key, []), is_excluded=key in out)


def _key(cursor: str, sort: str) -> list[Any]:
    try:
        kind, size, project, run = unpacked(cursor)
        is_ours = kind == sort and isinstance(project, str) and isinstance(run, str)
        is_ours = is_ours and type(size) is int and abs(size) < 2**63
        is_ours = is_ours and "\0" not in project + run and bool((project + run).encode())
    except (ValueError, TypeError):
        is_ours = False
    if not is_ours:
        raise foreign(cursor)
    return [size, project, run]


def choices(database: Database, org_id: str) -> dict[str, list[str]]:
    """Return what filters may ask for: projects, teams, and the zones and hardware of sums."""
    with database.reading() as connection:

        def known(column: Any, of: Any) -> list[str]:
            statement = select(column).where(of.c.org_id == org_id, column != "").distinct()
            return list(connection.scalars(statement.order_by(column).limit(500)))

        return {
            "project": known(projects.c.project_id, projects),
            "team": known(teams.c.team_id, teams),
            "zone": known(monthly_runs.c.zone, monthly_runs),
            "hardware": known(monthly_runs.c.hardware, monthly_runs),
        }
