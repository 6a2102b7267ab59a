"""Logs as bytes: packed, encoded and ended in every way, cut into pieces between jobs."""

import bz2
import gzip
import lzma

import pytest

from joblogs.logs import Read
from wattprint.domain.errors import InputError
from wattprint.joblogs.chunks import LONGEST_LINE_BYTES, text_chunks

HEAD = "JobID|User|State|Start|Elapsed|NCPUS"
ROWS = [f"{n}|Zoë|COMPLETED|2024-03-01T10:00:00|01:00:00|4" for n in range(1, 4)]
LOG = "\n".join([HEAD, *ROWS]) + "\n"


@pytest.mark.parametrize(
    "log",
    [
        pytest.param(LOG.encode(), id="utf-8"),
        pytest.param(LOG.encode("utf-8-sig"), id="utf-8 with a mark"),
        pytest.param(LOG.encode("utf-16"), id="utf-16 with a mark"),
        pytest.param(LOG.encode("utf-16-le"), id="utf-16-le"),
        pytest.param(LOG.encode("utf-16-be"), id="utf-16-be"),
        pytest.param(LOG.encode("latin-1"), id="latin-1"),
        pytest.param(LOG.encode("cp1252"), id="cp1252"),
        pytest.param(LOG.replace("\n", "\r\n").encode(), id="crlf"),
        pytest.param(LOG.rstrip("\n").encode(), id="no newline at the end"),
        pytest.param(LOG.replace("3|Z", "3|\0Z").encode(), id="NUL"),
        pytest.param(LOG.encode() + b"\n \n", id="blank lines at the end"),
        pytest.param(gzip.compress(LOG.encode()), id="gz"),
        pytest.param(bz2.compress(LOG.encode()), id="bz2"),
        pytest.param(lzma.compress(LOG.encode()), id="xz"),
        pytest.param(gzip.compress(LOG.encode("utf-16")), id="utf-16 in gz"),
    ],
)
def test_a_log_is_the_same_however_it_is_packed_and_encoded(log, tmp_path):
    read = Read(tmp_path, log)
    assert [(job["job_id"], job["user_name"], job["line"]) for job in read.jobs] == [
        ("1", "Zoë", 2),
        ("2", "Zoë", 3),
        ("3", "Zoë", 4),
    ]
    assert read.logs.counts.rows == 3


def test_broken_bytes_harm_no_row_but_their_own(tmp_path):
    log = LOG.encode().replace(b"2|Zo\xc3\xab", b"2|Zo\xff\xfe")
    assert [job["user_name"] for job in Read(tmp_path, log).jobs] == ["Zoë", "Zoÿþ", "Zoë"]


def test_lines_are_numbered_past_blank_ones_and_repeated_headers(tmp_path):
    log = "\n".join([HEAD, ROWS[0], "", HEAD, ROWS[1], " ", ROWS[2]])
    assert [job["line"] for job in Read(tmp_path, log).jobs] == [2, 5, 7]


def test_a_blank_line_does_not_make_up_for_bars_too_many(tmp_path):
    # Six columns take five bars: a blank line lacks five, and five rows have one too many each.
    read = Read(tmp_path, "\n".join([HEAD, ROWS[0], "", *[f"{ROWS[1]}|"] * 5, ROWS[2]]))
    assert [job["line"] for job in read.jobs] == [2, 9]
    assert read.logs.counts.rejected == 5
    assert set(read.reasons) == {"row of '7' columns; expected 6 as in its header"}


def test_a_row_with_a_column_too_few_and_one_with_one_too_many_are_both_rejected(tmp_path):
    few, many = ROWS[0].rpartition("|")[0], f"{ROWS[1]}|x"
    read = Read(tmp_path, "\n".join([HEAD, few, many, ROWS[2]]))
    assert [job["line"] for job in read.jobs] == [4]
    assert read.reasons == [f"row of '{n}' columns; expected 6 as in its header" for n in (5, 7)]


def test_a_line_of_absurd_length_is_rejected_and_the_others_are_read(tmp_path):
    long = "9|" + "x" * (3 * LONGEST_LINE_BYTES) + ROWS[1]
    read = Read(tmp_path, "\n".join([HEAD, ROWS[0], long, ROWS[2]]))
    assert [job["line"] for job in read.jobs] == [2, 4]
    assert read.reasons == [f"line of '{len(long.encode())}' bytes; expected 1 MiB at most"]


@pytest.mark.parametrize("packed", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_log_that_is_cut_short_is_refused(packed, tmp_path):
    with pytest.raises(InputError, match=r"log1.txt (is packed and damaged|cannot be read)"):
        Read(tmp_path, packed(LOG.encode() * 5000)[:-20])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("log", ["", "\n\n"])
def test_an_empty_log_is_refused(log, tmp_path):
    with pytest.raises(InputError, match=r"is empty; expected a log of jobs"):
        Read(tmp_path, log)


def test_a_log_of_no_known_kind_is_refused_with_the_kinds_there_are(tmp_path):
    with pytest.raises(InputError, match=r"is of no known kind; expected one of .*sacct"):
        Read(tmp_path, "once upon a time\nthere was a log\n")


def test_a_log_that_is_not_there_is_refused(tmp_path):
    from wattprint.joblogs.read import read_logs

    with pytest.raises(InputError, match=r"none.txt cannot be read \(No such file"):
        read_logs([tmp_path / "none.txt"], folder=tmp_path / "out", kind="sacct")


def pieces(folder, text, **options):
    path = folder / "log.txt"
    path.write_bytes(text)
    return [
        (chunk.first_line, chunk.rows, chunk.path.read_bytes())
        for chunk in text_chunks(path, folder, **options)
    ]


def job_of(line):
    return line.partition(b".")[0]


def test_pieces_are_cut_between_jobs(tmp_path):
    # 4 bytes a line; at 1 MiB, the size of a block, a piece would end within job 2.
    block = 1 << 20
    text = b"1.a\n" * (block // 4 - 2) + b"2.a\n2.b\n2.c\n2.d\n3.a\n"
    found = pieces(tmp_path, text, job_of=job_of, chunk_bytes=block)
    assert [(first, rows) for first, rows, _ in found] == [
        (1, block // 4 - 2),
        (block // 4 - 1, 5),
    ]
    assert b"".join(piece for _, _, piece in found) == text


def test_a_job_wider_than_a_piece_is_cut_all_the_same(tmp_path):
    text = b"1.abcdef\n" * 1_000_000
    found = pieces(tmp_path, text, job_of=job_of, chunk_bytes=1 << 20)
    assert len(found) > 1
    assert b"".join(piece for _, _, piece in found) == text


def test_a_piece_begins_at_each_header(tmp_path):
    text = b"JobID|x\n1|a\nJobID|y\nmy JobID\n2|b\n"
    heads = {"is_head": lambda line: line.startswith(b"JobID"), "head_mark": b"JobID"}
    found = pieces(tmp_path, text, **heads)
    assert [(first, rows) for first, rows, _ in found] == [(1, 2), (3, 3)]


def test_a_thousand_dumps_one_after_another_are_one(tmp_path):
    dumps = (f"{HEAD}\n{number}|{ROWS[0][2:]}\n" for number in range(1000))
    read = Read(tmp_path, "".join(dumps))
    assert read.logs.counts[:2] == (1000, 1000)
    assert len(read.logs.parts) == 1
