"""Reads a file of Parquet in a process of its own, whose memory and time end.

A small file may unpack to any size, whatever its own metadata say, and a malformed one may end the
process that reads it: neither is the hub then. The file comes on standard input; its columns go out
as JSON, or `{"refused": why}`.
"""

import json
import os
import resource
import sys
from typing import Any

MOST_MEMORY_BYTES = 3 * 1024**3
MOST_CPU_S = 20
COLUMNS = {"run": "text", "device": "text", "start_ms": "i", "end_ms": "i", "energy_uj": "i"}


def main(most_rows: int, most_bytes: int) -> None:
    """Read, check and answer."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    with os.fdopen(0, "rb") as given:
        body = given.read()
    answer = json.dumps(_columns(body, most_rows, most_bytes)).encode()
    with os.fdopen(1, "wb") as out:
        out.write(answer)


def _columns(body: bytes, most_rows: int, most_bytes: int) -> dict[str, Any]:
    import pyarrow as pa  # the limits stand before it is loaded
    import pyarrow.parquet as pq

    pa.set_cpu_count(1)
    file = pq.ParquetFile(pa.BufferReader(body))
    said = file.metadata
    size = sum(said.row_group(i).total_byte_size for i in range(said.num_row_groups))
    if said.num_rows > most_rows:
        return _refused(413, f"The file has {said.num_rows:,} rows; expected {most_rows:,}.")
    if size > most_bytes:
        return _refused(413, f"The file unpacks to {size:,} bytes; expected {most_bytes:,}.")
    names = file.schema_arrow.names
    if sorted(names) != sorted(COLUMNS):
        allowed = ", ".join(COLUMNS)
        return _refused(
            422, f"The file has the columns {', '.join(names)[:500]}; expected {allowed}."
        )
    for name, kind in COLUMNS.items():
        found = file.schema_arrow.field(name).type
        its = found.value_type if pa.types.is_dictionary(found) else found
        is_right = (
            pa.types.is_string(its) or pa.types.is_large_string(its)
            if kind == "text"
            else pa.types.is_integer(its)
        )
        if not is_right:
            wanted = "strings" if kind == "text" else "whole numbers"
            return _refused(422, f"Column {name!r} holds {found}; expected {wanted}.")
    # A text that stands in many rows is unpacked once: as texts they could be of any size.
    file = pq.ParquetFile(pa.BufferReader(body), read_dictionary=["run", "device"])
    table = file.read(use_threads=False)
    return {name: _values(table.column(name)) for name in COLUMNS}


def _values(column: Any) -> list[Any]:
    """Return a column's values; a long text repeated is one text, not as many as rows."""
    found: list[Any] = []
    for chunk in column.chunks:
        if hasattr(chunk, "dictionary"):
            texts = [text if text is None else text[:1000] for text in chunk.dictionary.to_pylist()]
            found += [None if i is None else texts[i] for i in chunk.indices.to_pylist()]
        else:
            found += chunk.to_pylist()
    return found


def _refused(status: int, why: str) -> dict[str, Any]:
    return {"refused": [status, why]}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
