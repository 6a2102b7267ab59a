"""Bytes as lines and rows, whatever they are."""

import gzip
import io

import pytest

from wattprint.importers.csv_rows import CsvRows
from wattprint.importers.source import LONGEST_LINE, CountedBytes, lines_of, text_stream


def opened(raw, *, is_gzip=False, on_bytes=None):
    source = CountedBytes(io.BytesIO(raw), is_gzip=is_gzip, on_bytes=on_bytes)
    return text_stream(source)[0], source


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"]
)
def test_an_encoding_is_found(encoding):
    text = "timestamp,emissions\n2024,1\n"
    stream, _ = opened(text.encode(encoding))
    assert [line.text for line in lines_of(stream)] == ["timestamp,emissions", "2024,1"]


def test_one_latin_1_letter_far_into_a_file_is_read_where_it_stands():
    text = "é\n".encode() * 100_000 + b"\xe9\n"
    stream, _ = opened(text)
    assert {line.text for line in lines_of(stream)} == {"é"}


def test_an_endless_line_is_cut_and_the_next_one_read():
    stream, _ = opened(b"x" * (3 * LONGEST_LINE) + b"\nnext\n")
    first, second = lines_of(stream)
    assert (first.number, first.text, second.number, second.text) == (1, None, 2, "next")


def test_a_torn_archive_gives_what_it_holds_and_says_so():
    # Bytes that compress badly, so that half of the archive holds half of the lines.
    lines = b"".join(b"%d\n" % (i * 7919 % 1_000_003) for i in range(50_000))
    stream, source = opened(gzip.compress(lines)[:-5000], is_gzip=True)
    assert 10_000 < sum(1 for _ in lines_of(stream)) < 50_000
    assert source.broken.startswith("the compressed file is torn")


def test_an_archive_that_grows_two_hundredfold_is_cut_short():
    stream, source = opened(gzip.compress((b"0" * 1023 + b"\n") * (100 << 10)), is_gzip=True)
    count = sum(1 for _ in lines_of(stream))
    assert count < 80 << 10
    assert source.broken == "it decompresses to more than 200 times its size"


def test_the_bytes_that_were_read_are_told():
    told = []
    stream, _ = opened(b"a\n" * 100_000, on_bytes=told.append)
    list(lines_of(stream))
    assert told[-1] == 200_000
    assert told == sorted(told)


def test_a_row_that_is_too_wide_or_no_csv_is_a_fault_and_the_next_one_is_read():
    wide = "a" + "," * 300
    huge = '"' + "y" * 200_000 + '"'
    faults = [row.fault for row in CsvRows(io.StringIO(f"a,b\n{wide}\n{huge}\nc,d\n"))]
    assert faults[0] == faults[3] == ""
    assert faults[1] == "it has 301 cells"
    assert faults[2].startswith("no CSV: field larger than field limit")
