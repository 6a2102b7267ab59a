"""Factors as the text reads them: columns of a table, and numbers in the text itself.

Most factors of a site are the same for all of its jobs: the PUE, the intensity of its year, what a
gigabyte draws. An engine multiplies a column by a number in a third of the time that it takes to
multiply it by what a join found, and leaves out whole terms that are nothing.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from wattprint.accounting.coefficients import INTEGER_COLUMNS
from wattprint.accounting.engines.base import Engine

FACTORS = "factors"
"""The table."""
FactorRow = Mapping[str, float | int | None]
"""What `Coefficients.row` gives."""
_KEY = "factor_key"


class FactorColumns(NamedTuple):
    """Where each factor is."""

    differing: Sequence[str]
    """Columns of the table, its key first."""
    alike: Mapping[str, str]
    """The others, of one value for all jobs, as SQL."""


def hold_factors(engine: Engine, rows: Sequence[FactorRow]) -> FactorColumns:
    """Make the table of the factors that differ, and say which ones do not.

    Args:
        engine: What is to hold it.
        rows: One for each kind and year, at least one.
    """
    alike = {
        name: _number(engine, name, value)
        for name, value in rows[0].items()
        if name != _KEY and all(row[name] == value for row in rows)
    }
    columns = {
        name: "BIGINT" if name in INTEGER_COLUMNS else "DOUBLE"
        for name in rows[0]
        if name not in alike
    }
    engine.table(FACTORS, columns, ([row[name] for name in columns] for row in rows))
    return FactorColumns(tuple(columns), alike)


def _number(engine: Engine, name: str, value: float | int | None) -> str:
    """Return a number as SQL of the very same one: engines read texts to the last bit."""
    sql_type = "BIGINT" if name in INTEGER_COLUMNS else engine.double
    return f"CAST({'NULL' if value is None else repr(str(value))} AS {sql_type})"
