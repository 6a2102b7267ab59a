"""Mutations of valid files: no traceback, no hang, no figure that is none, bounded memory.

Ten thousand in `make proof`, a seeded sample of them in `make test`.
"""

import gzip
import json
import random
import resource
import time
from itertools import islice

import pytest

from importers.sources import SOURCES
from processes import WHOLE_PROOF
from wattprint.domain.errors import WattprintError
from wattprint.domain.imported import ImportedRecord
from wattprint.importers.files import Asked, import_file
from wattprint.ledger.imports import Imports

COUNT = 10_000 if WHOLE_PROOF else 1_000
LONGEST_S = 10.0
MOST_MORE_BYTES = 200 << 20
NUMBERS = [
    *("nan", "inf", "-inf", "-1", "1e308", "1e-320", "9" * 400, "0x10", "1_0", "١٢"),
    *("", " ", "-", "NULL", '"', "'", "1,5", "1e", "--", "\\N", "{}", "[", "*a", "&a", "\t"),
]


def flipped(raw, dice):
    mutable = bytearray(raw)
    for _ in range(dice.randint(1, 20)):
        mutable[dice.randrange(len(mutable))] = dice.randrange(256)
    return bytes(mutable)


def truncated(raw, dice):
    return raw[: dice.randrange(len(raw))]


def cut_out(raw, dice):
    start = dice.randrange(len(raw))
    return raw[:start] + raw[start + dice.randint(1, 200) :]


def repeated(raw, dice):
    start = dice.randrange(len(raw))
    part = raw[start : start + dice.randint(1, 400)]
    return raw[:start] + part * dice.randint(2, 30) + raw[start:]


def shuffled_lines(raw, dice):
    lines = raw.split(b"\n")
    dice.shuffle(lines)
    return b"\n".join(lines)


def shuffled_columns(raw, dice):
    rows = [line.split(b",") for line in raw.split(b"\n")]
    order = list(range(max(map(len, rows))))
    dice.shuffle(order)
    return b"\n".join(b",".join(row[i] for i in order if i < len(row)) for row in rows)


def other_cells(raw, dice):
    rows = [line.split(b",") for line in raw.split(b"\n")]
    for _ in range(dice.randint(1, 5)):
        row = dice.choice(rows)
        row[dice.randrange(len(row))] = dice.choice(NUMBERS).encode()
    return b"\n".join(map(b",".join, rows))


def other_words(raw, dice):
    words = raw.split(b" ")
    for _ in range(dice.randint(1, 5)):
        words[dice.randrange(len(words))] = dice.choice(NUMBERS).encode()
    return b" ".join(words)


def other_encoding(raw, dice):
    encoding = dice.choice(["utf-16", "utf-16-le", "utf-32", "latin-1", "utf-7", "cp037"])
    return raw.decode().encode(encoding, "replace")[: dice.choice([None, -1, -3])]


def with_nuls(raw, dice):
    start = dice.randrange(len(raw))
    return raw[:start] + b"\0" * dice.randint(1, 3000) + raw[start:]


def torn_archive(raw, dice):
    packed = gzip.compress(raw, mtime=0)
    return truncated(packed, dice) if dice.random() < 0.5 else flipped(packed, dice)


def another_tail(raw, dice):
    _, other = SOURCES[dice.choice(sorted(SOURCES))]
    return truncated(raw, dice) + other.encode()


MUTATIONS = [
    *(flipped, truncated, cut_out, repeated, shuffled_lines, shuffled_columns, other_cells),
    *(other_words, other_encoding, with_nuls, torn_archive, another_tail),
]


def mutants(seed):
    """Yield a name, the kind to ask for if any, and bytes; the same ones for the same seed."""
    dice = random.Random(seed)
    kinds = sorted(SOURCES)
    while True:
        kind = dice.choice(kinds)
        name, text = SOURCES[kind]
        raw = text.encode()
        for _ in range(dice.randint(1, 2)):
            raw = dice.choice(MUTATIONS)(raw, dice) if raw.isascii() and raw else raw
        yield name, dice.choice([None, kind, dice.choice(kinds)]), raw


@pytest.mark.proof
def test_no_mutation_ends_in_anything_but_records_and_reasons(tmp_path):
    home, before = tmp_path / "home", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    imported = refused = 0
    for i, (name, kind, raw) in enumerate(islice(mutants(20261125), COUNT)):
        path = tmp_path / name
        path.write_bytes(raw)
        started_s = time.monotonic()
        outcome = import_file(
            path, Asked(kind=kind), home=home, imported_at="2026-01-31T18:00:00.000Z"
        )
        assert time.monotonic() - started_s < LONGEST_S, (i, name, kind)
        if outcome.status == "refused":
            assert outcome.reason, (i, name, kind)
            refused += 1
        elif outcome.status == "imported":
            imported += 1
            _assert_sound(Imports(home), outcome.import_id)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < MOST_MORE_BYTES
    # Else nothing would have been tried.
    assert imported > COUNT / 4
    assert refused > COUNT / 50


def _assert_sound(imports, import_id):
    stored = imports.stored(import_id)
    records = [record for _, record in imports.records(import_id)]
    assert len(records) == stored.counts.records > 0
    for record in records:
        assert ImportedRecord.from_dict(json.loads(json.dumps(record.as_dict()))) == record
    imports.remove(import_id)


def test_the_sample_is_the_same_every_time():
    assert list(islice(mutants(1), 20)) == list(islice(mutants(1), 20))


def test_an_error_of_ours_is_what_a_home_that_is_a_file_raises(tmp_path):
    home = tmp_path / "home"
    home.write_text("")
    source = tmp_path / "emissions.csv"
    source.write_text(SOURCES["codecarbon"][1])
    with pytest.raises(WattprintError, match="home folder"):
        import_file(source, Asked(), home=home, imported_at="2026-01-31T18:00:00.000Z")
