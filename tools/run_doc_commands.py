"""Run the `wattprint` commands of README.md and docs/, and compare what the pages show of them.

    python tools/run_doc_commands.py [--write] [PAGE...]

A command stands in a ```console block behind `$ `; what follows up to the next one is its output,
both streams together, where a line `...` stands for any lines. Commands that do not begin with
`wattprint` are not run. Each page has an empty home folder with one example run in its ledger, and
in the working folder a `train.py`, a `de.csv` of intensity, an `emissions.csv`, a `card.md`, and
the `sacct.txt` and `cluster.toml` of examples/.
With --write, shown lines are replaced by those now printed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE_RUN = ROOT / "docs" / "formats" / "20260316-080000-0005eed01.jsonl"
ANY_LINES = "..."
PROMPT = "$ "
TRAIN = "total = sum(number * number for number in range(300_000))\n"
"""What stands in for a user's training script."""
INTENSITY = """\
timestamp,g_per_kwh
2026-01-15T10:00Z,100
2026-01-15T11:00Z,120
2026-01-15T13:00Z,160
"""
"""What stands in for a user's file of intensity."""
EMISSIONS = """\
timestamp,project_name,run_id,duration,emissions,energy_consumed,country_iso_code,longitude,latitude
2024-05-02T10:00:00,parser,9b1c,1800,0.05,0.25,FRA,,
2024-05-02T10:30:00,parser,9b1c,3600,0.1,0.5,FRA,,
2024-05-03T09:00:00,parser,4d2e,7200,0.4,1.0,DEU,13.4,52.5
2024-05-04T09:00:00,parser,77aa,3600,much,0.5,DEU,,
"""
"""What stands in for another tool's file: two runs, one of three rows, and a row that is none."""
CARD = """\
---
co2_eq_emissions:
  emissions: 5.6
  source: CodeCarbon
  training_type: pre-training
  geographical_location: Germany
  hardware_used: NVIDIA A100-SXM4-40GB
---
"""
"""What stands in for a model card."""

CLUSTER = (ROOT / "examples" / "sacct.txt", ROOT / "examples" / "cluster.toml")
"""What stands in for a cluster's log, and for what is said of the cluster."""

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Shown(NamedTuple):
    """A command on a page, and the output that the page shows of it."""

    line: int
    command: str
    output: tuple[str, ...]


def pages() -> list[Path]:
    """Return README.md and every page of docs/."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def shown_commands(text: str) -> Iterator[Shown]:
    """Yield the commands of a page in their order; a line that ends in a backslash goes on."""
    for block in _BLOCK.finditer(text):
        line = text.count("\n", 0, block.start(1)) + 1
        for part in re.split(r"^(?=\$ )", block[1], flags=re.MULTILINE):
            rows = part.splitlines()
            last = next((i for i, row in enumerate(rows) if not row.endswith("\\")), 0)
            if part.startswith(PROMPT):
                command = "\n".join(rows[: last + 1]).removeprefix(PROMPT)
                yield Shown(line, command, tuple(rows[last + 1 :]))
            line += len(rows)


class Session:
    """Runs commands as a reader would: in an empty home folder, one after the other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "work"
        self._home = folder / "home"
        runs = self._home / ".wattprint" / "runs"
        runs.mkdir(parents=True)
        shutil.copy(EXAMPLE_RUN, runs)
        self._folder.mkdir()
        (self._folder / "train.py").write_text(TRAIN, encoding="utf-8")
        (self._folder / "de.csv").write_text(INTENSITY, encoding="utf-8")
        (self._folder / "emissions.csv").write_text(EMISSIONS, encoding="utf-8")
        (self._folder / "card.md").write_text(CARD, encoding="utf-8")
        for file in CLUSTER:
            shutil.copy(file, self._folder)

    def run(self, command: str) -> tuple[int, list[str]]:
        """Return the exit status of a command, and the lines that it printed."""
        programs = Path(sys.executable).parent
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self._folder,
            env={
                "HOME": str(self._home),
                "PATH": f"{programs}:{os.environ['PATH']}",
                "LANG": "C.UTF-8",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, [line.rstrip() for line in done.stdout.rstrip("\n").split("\n")]


def agree(shown: tuple[str, ...], printed: list[str]) -> bool:
    """Return whether the lines shown are those printed, `...` standing for any number of lines."""
    pattern = "".join("(?:.*\n)*?" if row == ANY_LINES else re.escape(row) + "\n" for row in shown)
    return re.fullmatch(pattern, "".join(row + "\n" for row in printed)) is not None


def complaints(page: Path) -> list[str]:
    """Run a page's commands and return what is wrong, one text a command."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        session = Session(Path(folder))
        for shown in shown_commands(page.read_text(encoding="utf-8")):
            if not shown.command.startswith("wattprint"):
                continue
            status, printed = session.run(shown.command)
            place = f"{page.relative_to(ROOT)}:{shown.line}: {shown.command}"
            if status != 0:
                found.append("\n".join([f"{place}\nexit status {status}:", *printed]))
            elif shown.output and not agree(shown.output, printed):
                found.append("\n".join([f"{place}\nprinted:", *printed]))
    return found


def rewrite(page: Path) -> None:
    """Replace the lines that a page shows of its commands by those now printed."""
    text = page.read_text(encoding="utf-8")
    rows = text.splitlines()
    with tempfile.TemporaryDirectory() as folder:
        session = Session(Path(folder))
        # Backwards in the text, so that line numbers before a change stay right.
        runs = [
            (shown, session.run(shown.command)[1])
            for shown in shown_commands(text)
            if shown.command.startswith("wattprint")
        ]
    for shown, printed in reversed(runs):
        if shown.output and not agree(shown.output, printed):
            start = shown.line - 1 + shown.command.count("\n") + 1
            rows[start : start + len(shown.output)] = renewed(shown.output, printed)
    page.write_text("\n".join(rows) + "\n", encoding="utf-8")


def renewed(shown: tuple[str, ...], printed: list[str]) -> list[str]:
    """Return the output to show: all of it, or where lines are left out, those most like before."""
    if ANY_LINES not in shown:
        return printed
    first, last = shown.index(ANY_LINES), len(shown) - shown[::-1].index(ANY_LINES)
    middle, rest = list(shown[first:last]), list(printed[first:])
    for i, row in enumerate(middle):
        if row != ANY_LINES and rest:
            middle[i] = max(rest, key=lambda line: likeness(row, line))
            rest = rest[rest.index(middle[i]) + 1 :]
    return [*printed[:first], *middle, *printed[len(printed) - (len(shown) - last) :]]


def likeness(one: str, other: str) -> tuple[int, float]:
    """Order lines by how much of their beginning is the same, then by all of their letters."""
    same = takewhile(lambda letters: letters[0] == letters[1], zip(one, other, strict=False))
    return len(list(same)), SequenceMatcher(None, one, other).ratio()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="replace what the pages show")
    parser.add_argument("pages", nargs="*", type=Path, metavar="PAGE")
    options = parser.parse_args()
    chosen = [page.resolve() for page in options.pages] or pages()
    if options.write:
        for page in chosen:
            rewrite(page)
    found = [complaint for page in chosen for complaint in complaints(page)]
    print("\n\n".join(found) or f"{len(chosen)} pages show what their commands print")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
