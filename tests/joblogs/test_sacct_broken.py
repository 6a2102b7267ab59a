"""Whatever is done to a dump, it is read or refused in a line; memory does not grow with it."""

import gzip
import json
import random
import tempfile
from pathlib import Path

import pytest

from joblogs.logs import Read
from processes import WHOLE_PROOF, python
from wattprint.domain.errors import WattprintError

COLUMNS = {
    "JobID": ["7", "7.batch", "8_1", "8_[2-9%2]", "9+0", "9+1.extern", "10", "10"],
    "JobName": ["train", "batch", "a b", "", "héllo", "x,y", "naïve|pipe", "t"],
    "User": ["ada", "", "bob", "bob", "cy", "", "dé", "dé"],
    "Partition": ["gpu", "", "cpu", "cpu,gpu", "long", "", "gpu", "gpu"],
    "Account": ["a", "a", "b", "b", "c", "c", "d", "d"],
    "State": ["COMPLETED", "COMPLETED", "FAILED", "PENDING", "RUNNING", "", "REQUEUED", "TIMEOUT"],
    "Submit": ["2024-03-01T09:00:00"] * 7 + ["Unknown"],
    "Start": ["2024-03-01T10:00:00"] * 3 + ["Unknown"] + ["2024-03-31T02:30:00"] * 4,
    "End": ["2024-03-01T12:00:00"] * 3 + ["Unknown"] * 3 + ["2024-04-01T00:00:00"] * 2,
    "Elapsed": [
        "02:00:00",
        "02:00:00",
        "1-00:00:00",
        "00:00:00",
        "05:30.250",
        "",
        "1:0:0",
        "01:00:00",
    ],
    "NNodes": ["1", "1", "2", "1", "4", "4", "1", "1"],
    "AllocCPUS": ["8", "8", "64", "0", "1K", "", "2", "2"],
    "TotalCPU": ["04:00:00", "04:00:00", "9-00:00:00", "00:00:00", "00:00.5", "", "INVALID", "1:0"],
    "ReqMem": ["32G", "", "1.50T", "0", "4000Mc", "", "2Gn", "UNLIMITED"],
    "MaxRSS": ["", "1024K", "", "", "", "0", "", "9E"],
    "ConsumedEnergy": ["1.5M", "1K", "0", "", "18446744073709551614", "", "-5", "2G"],
    "AllocTRES": [
        "cpu=8,gres/gpu:a100=2,gres/gpu=2,mem=32G,node=1",
        "cpu=8",
        "billing=64,cpu=64,energy=5K,mem=128000M,node=2",
        "",
        "gres/gpu:1g.5gb=3",
        "",
        "gres/mps=50",
        "cpu=2,gres/gpu=1",
    ],
}


def barred(generator, delimiter="|"):
    names = list(COLUMNS)
    generator.shuffle(names)
    names = names[: generator.randint(3, len(names))]
    rows = zip(*(COLUMNS[name] for name in names), strict=True)
    return "\n".join(delimiter.join(row) for row in [names, *rows]) + "\n"


def fixed(generator):
    names = generator.sample(list(COLUMNS), generator.randint(3, 8))
    rows = list(zip(*(COLUMNS[name] for name in names), strict=True))
    cells = [[f"{text[:11]}+" if len(text) > 12 else f"{text:>12}" for text in row] for row in rows]
    heads = [f"{name:>12}"[:12] for name in names]
    return "\n".join(" ".join(row) for row in [heads, ["-" * 12] * len(names), *cells]) + "\n"


def flip(generator, log):
    broken = bytearray(log)
    for _ in range(generator.randint(1, 30)):
        broken[generator.randrange(len(broken))] = generator.randrange(256)
    return bytes(broken)


def cut(generator, log):
    return log[: generator.randrange(len(log))] + log[generator.randrange(len(log)) :]


def mix_lines(generator, log):
    lines = log.split(b"\n")
    generator.shuffle(lines)
    return b"\n".join(lines)


def encode(generator, log):
    text = log.decode("utf-8", "replace")
    return text.encode(generator.choice(["utf-16", "utf-16-le", "latin-1", "utf-8-sig"]), "replace")


def pack(generator, log):
    packed = gzip.compress(log)
    return generator.choice(
        [packed, packed[: generator.randrange(1, len(packed))], flip(generator, packed)]
    )


def repeat(generator, log):
    return log * generator.randint(2, 50)


def mutated(seed):
    generator = random.Random(seed)
    make = generator.choice([barred, fixed, lambda g: barred(g, ","), lambda g: barred(g, "\t")])
    log = make(generator).encode()
    for change in generator.choices([flip, cut, mix_lines, encode, repeat, pack], k=2):
        log = change(generator, log or b"x")
    return log


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(2000 if WHOLE_PROOF else 12))
def test_a_broken_dump_is_read_or_refused_in_a_line(seed, tmp_path):
    try:
        read = Read(tmp_path, mutated(seed))  # which checks that each row became one thing
    except WattprintError as refused:
        assert "\n" not in str(refused)
        assert not (tmp_path / "out").exists()
    else:
        assert all(reason.isprintable() and len(reason) < 250 for reason in read.reasons)


MEASURE = """
import json, sys
from pathlib import Path
from wattprint.joblogs.read import read_logs

log, rows = Path(sys.argv[1]), int(sys.argv[2])
tail = "ada|gpu|COMPLETED|2024-03-01T10:00:{:02d}|01:00:00|8|cpu=8,gres/gpu:a100=2,mem=32G,node=1"
with log.open("w") as file:
    file.write("JobID|User|Partition|State|Start|Elapsed|AllocCPUS|AllocTRES\\n")
    for job in range(rows // 2):
        row = tail.format(job % 60)
        file.write(f"{job}|{row}\\n{job}.batch|{row}\\n")
logs = read_logs([log], folder=log.parent / "out")
assert logs.counts[:3] == (rows, rows // 2, rows // 2), logs.counts
# Of this program alone: ru_maxrss begins with what the program that started it held.
peak = next(l for l in Path("/proc/self/status").read_text().splitlines() if l.startswith("VmHWM"))
print(json.dumps(int(peak.split()[1]) / 1024))
"""


@pytest.mark.proof
def test_memory_does_not_grow_with_the_log(tmp_path):
    # The fewer are some pieces as well: an engine that has read one holds less than later on.
    few, many = (1_000_000, 4_000_000) if WHOLE_PROOF else (500_000, 1_000_000)
    used_mb = [min(measured_mb(tmp_path, rows) for _ in range(2)) for rows in (few, many)]
    assert used_mb[1] < 450
    assert used_mb[1] - used_mb[0] < 60, used_mb


def measured_mb(folder, rows):
    """The most memory that reading so many rows took; two threads meet in other ways each time."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        done = python(MEASURE, Path(own) / "log.txt", rows, home=folder)
    assert done.stderr == ""
    return json.loads(done.stdout)
