"""Any table with named columns: opened as what it is, read as the table `cells`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wattprint.domain.errors import InputError
from wattprint.joblogs.readers import tabular
from wattprint.joblogs.readers.tabular import Piece, header_of
from wattprint.joblogs.readers.tabular_json import json_cells, json_columns
from wattprint.joblogs.text_source import head_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class AnyTable:
    """A table of text, of Parquet or of JSON objects.

    Args:
        connection: What reads it.
        path: The file.

    Raises:
        InputError: It is none of these.
    """

    def __init__(self, connection: "DuckDBPyConnection", path: Path) -> None:
        self._connection, self._path = connection, path
        self._header = None
        self.is_parquet = tabular.is_parquet(path)
        head = "" if self.is_parquet else head_of(path)
        if self.is_parquet:
            self._columns = tabular.parquet_columns(connection, path)
        elif head.lstrip().startswith(("{", "[")):
            self._columns = json_columns(path)
        else:
            self._header = header_of(head)
            names = self._header.names if self._header else ()
            self._columns = {name: name for name in names if name}
        if not self._columns:
            raise InputError(
                f"{path} is no table with named columns",
                "expected CSV, TSV, Parquet or JSON objects",
            )
        self.names = tuple(self._columns)

    def cells(self, columns: Mapping[str, str]) -> Iterator[Piece]:
        """Yield its rows, each part when it is in the table `cells`.

        Args:
            columns: Name in `cells` -> column of the file, one of `names`.
        """
        wanted = {name: self._columns[column] for name, column in columns.items()}
        if self._header:
            return tabular.text_cells(self._connection, self._path, self._header, wanted)
        if self.is_parquet:
            return tabular.parquet_cells(self._connection, self._path, wanted)
        return json_cells(self._connection, self._path, wanted)
