"""Whatever is done to a log of any kind, it is read or refused in a line."""

import random

import pytest

from joblogs.logs import Read
from joblogs.small_logs import LOGS
from processes import WHOLE_PROOF
from wattprint.domain.errors import WattprintError

SEEDS = 1000 if WHOLE_PROOF else 6


def flip(generator, log):
    for _ in range(generator.randint(1, 20)):
        at = generator.randrange(len(log))
        log[at : at + 1] = bytes([generator.randrange(256)])
    return log


def cut(generator, log):
    return log[: generator.randrange(len(log))]


def drop(generator, log):
    start = generator.randrange(len(log))
    del log[start : start + generator.randint(1, 200)]
    return log


def double(generator, log):
    start = generator.randrange(len(log))
    part = log[start : start + generator.randint(1, 400)]
    return log[:start] + part * generator.randint(2, 60) + log[start:]


def shuffle(generator, log):
    mark = generator.choice([b",", b" ", b":", b"\n", b";", b'"'])
    parts = bytes(log).split(mark)
    generator.shuffle(parts)
    return bytearray(mark.join(parts))


def recode(generator, log):
    encoding = generator.choice(["utf-16", "utf-16-be", "utf-32", "utf-8-sig", "cp500"])
    return bytearray(bytes(log).decode("latin-1").encode(encoding, "replace"))


def poison(generator, log):
    words = [b"NaN", b"-1", b"1e308", b"9" * 40, b"''", b'"', b"\\", b"{", b"[" * 3000, b"\r", b""]
    number = generator.choice([b"0", b"1", b"7", b"2"])
    return bytearray(bytes(log).replace(number, generator.choice(words), generator.randint(1, 9)))


BREAKS = (flip, cut, drop, double, shuffle, recode, poison)


def broken(kind, seed):
    log = LOGS[kind]
    generator = random.Random(f"{kind}-{seed}")
    changed = bytearray(log if isinstance(log, bytes) else log.encode())
    for change in generator.sample(BREAKS, generator.randint(1, 2)):
        changed = change(generator, changed) or bytearray(b" ")
    return bytes(changed)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("kind", LOGS)
def test_a_broken_log_is_read_or_refused_in_a_line(kind, seed, tmp_path):
    asked = {"aws": "billing", "azure": "billing", "gcp": "billing", "parquet": "table"}
    asked |= {"sacct-json": "sacct"}
    named = asked.get(kind, kind) if seed % 2 else None
    try:
        read = Read(tmp_path, broken(kind, seed), kind=named)
    except WattprintError as refused:
        assert "\n" not in str(refused)
        assert not (tmp_path / "out").exists()
    else:
        assert all(reason.isprintable() and len(reason) < 300 for reason in read.reasons)
