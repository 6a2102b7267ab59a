"""Reads a file of Parquet in a process of its own, whose memory and time end.

A small file may unpack to any size, whatever its own metadata say, and a malformed one may end the
process that reads it: neither is the hub then. The file comes on standard input; its columns go out
as JSON, or `{"refused": [status, why, faults]}`. What is longer than allowed is refused here: a
text that stands in many rows is one in the file, and would be as many outside.
"""

import json
import os
import resource
import sys
from collections.abc import Sequence
from typing import Any

MOST_MEMORY_BYTES = 3 * 1024**3
MOST_CPU_S = 20
_MOST_FAULTS = 100
COLUMNS = {"run": "text", "device": "text", "start_ms": "i", "end_ms": "i", "energy_uj": "i"}
LONGEST = {"run": 128, "device": 200}
"""Of texts, as a batch of JSON has it: tests hold the two together."""


def main(most_rows: int, most_bytes: int) -> None:
    """Read, check and answer."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    with os.fdopen(0, "rb") as given:
        body = given.read()
    # As UTF-8: escaped, a letter of another script would be six.
    answer = json.dumps(_columns(body, most_rows, most_bytes), ensure_ascii=False).encode()
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
    columns, faults = {}, []
    for name, kind in COLUMNS.items():
        if kind == "text":
            columns[name], too_long = _texts(table.column(name), LONGEST[name])
            detail = f"Expected `str` of length <= {LONGEST[name]}"
            faults += [
                {"pointer": f"/intervals/{row}/{name}", "detail": detail}
                for row in too_long[:_MOST_FAULTS]
            ]
        else:
            columns[name] = table.column(name).to_pylist()
    if faults:
        return _refused(422, "A text is longer than allowed, and nothing was stored.", faults)
    return columns


def _texts(column: Any, longest: int) -> tuple[list[Any], list[int]]:
    """Return a column's texts, each once however many rows it stands in; and rows of long ones."""
    import pyarrow.compute as pc

    found: list[Any] = []
    too_long: list[int] = []
    for chunk in column.chunks:
        its = chunk if hasattr(chunk, "dictionary") else chunk.dictionary_encode()
        lengths = pc.utf8_length(its.dictionary).to_pylist()
        long = {i for i, length in enumerate(lengths) if length is not None and length > longest}
        texts = [
            None if i in long else text.as_py()  # a long one never leaves the file's memory
            for i, text in enumerate(its.dictionary)
        ]
        indices = its.indices.to_pylist()
        too_long += [len(found) + row for row, i in enumerate(indices) if i in long]
        found += [None if i is None else texts[i] for i in indices]
    return found, too_long


def _refused(status: int, why: str, faults: Sequence[dict[str, str]] = ()) -> dict[str, Any]:
    return {"refused": [status, why, list(faults)]}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
