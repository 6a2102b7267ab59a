"""Build the factor tables that ship in the package, and NOTICE, from the reference tables.

    python tools/build_factors.py [--check]

Only a source listed in `<hand-entered>/sources.csv` ships; whatever else the reference holds is
counted and left out. ODbL sources go to `odbl/`, because that licence asks for a database of its
own. The same inputs give the same bytes. With --check nothing is written: each file that differs
from what is on disk is named, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from factor_build.files import built_files, differences, require_licence, write
from factor_build.tables import BuildError, Inputs, Table, read_sources

ROOT = Path(__file__).resolve().parents[1]


def report(inputs: Inputs, tables: Sequence[Table], files: Mapping[Path, bytes], out: Path) -> None:
    for table in sorted(tables, key=lambda table: table.path):
        print(f"{table.path:28} {len(table.rows):6} rows {len(files[out / table.path]):8} bytes")
    print("\nleft out:")
    for (table_name, reason), count in sorted(inputs.dropped.items()):
        print(f"  {count:5} of {table_name}: {reason}")
    print("\nremarks:")
    for remark in inputs.remarks:
        print(f"  {remark}")


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    folders = {
        "--reference": (ROOT.parent / "shared" / "reference", "folder of reference tables"),
        "--hand-entered": (ROOT / "tools" / "hand_entered", "folder of our own lists"),
        "--out": (ROOT / "src" / "wattprint" / "factors" / "tables", "folder of shipped tables"),
        "--notice": (ROOT / "NOTICE", "the file that names the sources"),
    }
    for option, (default, text) in folders.items():
        parser.add_argument(option, type=Path, default=default, help=f"{text}; default: {default}")
    parser.add_argument("--check", action="store_true", help="compare with the disk, write nothing")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    options = parsed(arguments)
    try:
        inputs = Inputs(options.reference, options.hand_entered, read_sources(options.hand_entered))
        files, tables = built_files(inputs, options.out, options.notice)
        require_licence(options.out / "odbl" / "LICENSE")
    except (BuildError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if options.check:
        found = differences(files, options.out)
        print("\n".join(found) or "all tables are as built")
        return 1 if found else 0
    write(files)
    report(inputs, tables, files, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
