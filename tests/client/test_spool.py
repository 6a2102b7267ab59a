"""The spool loses nothing that it took, and sends it in order, each row once or once more."""

import json
import os
import signal
import subprocess
import sys

import pytest

from hub.made import Clock
from processes import DEADLINE_S, environment, run, wait_until
from wattprint.client.errors import HubAwayError, SpoolFullError, TokenRefusedError
from wattprint.client.spool import Spool
from wattprint.client.transport import Answer
from wattprint.client.upload import Sent, upload


class PlayedHub:
    """A hub that answers as it is told, and keeps the rows that it took."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.rows = []

    def send(self, method, path, document=None):
        rows = document.get("runs") or document.get("intervals")
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            return answer
        poison = [i for i, row in enumerate(rows) if row.get("poison")]
        if poison:
            kind = path.removeprefix("/api/v1/").removesuffix(":batch")
            errors = [{"pointer": f"/{kind}/{i}/poison", "detail": "no"} for i in poison]
            return Answer(422, {"detail": "refused", "errors": errors})
        self.rows += rows
        return Answer(200, {"counts": {"created": len(rows)}, "verdicts": []})


def rows(*numbers, **more):
    return [{"n": number, **more} for number in numbers]


@pytest.fixture
def spool(tmp_path):
    return Spool(tmp_path / "spool")


def test_rows_are_sent_in_their_order_and_then_are_gone(spool):
    spool.append("runs", "p", rows(1, 2))
    spool.append("intervals", "p", rows(3))
    spool.append("intervals", "q", rows(4))
    hub = PlayedHub()
    assert upload(spool, hub) == Sent(stored=4)
    assert [row["n"] for row in hub.rows] == [1, 2, 3, 4]
    assert (list(spool.waiting()), spool.size_bytes()) == ([], 0)


@pytest.mark.parametrize(
    "away", [HubAwayError("cut"), *(Answer(status, {}) for status in (429, 500, 503, 507))], ids=str
)
def test_while_the_hub_is_away_everything_waits(spool, away):
    spool.append("runs", "p", rows(*range(10)))
    hub = PlayedHub(None, away)
    with pytest.raises(HubAwayError):
        upload(spool, hub, batch=4)
    assert [row.row["n"] for row in spool.waiting()] == [4, 5, 6, 7, 8, 9]
    assert upload(spool, hub, batch=4) == Sent(stored=6)
    assert [row["n"] for row in hub.rows] == list(range(10))


def test_a_row_that_is_refused_is_set_aside_with_its_reason_and_the_others_go_on(spool):
    spool.append("runs", "p", [*rows(1), *rows(2, poison=True), *rows(3)])
    hub = PlayedHub()
    assert upload(spool, hub) == Sent(stored=2, refused=1)
    (refused,) = spool.refused()
    assert (refused["row"]["n"], refused["reason"]) == (2, "poison: no")
    assert [row["n"] for row in hub.rows] == [1, 3]


def test_a_batch_that_is_too_large_is_halved_until_it_fits(spool):
    spool.append("runs", "p", rows(1, 2, 3, 4))
    hub = PlayedHub(
        Answer(413, {"detail": "too large"}), None, Answer(413, {}), None, Answer(413, {})
    )
    assert upload(spool, hub) == Sent(stored=3, refused=1)
    assert [row["n"] for row in hub.rows] == [1, 2, 3]


def test_rows_that_no_sum_holds_are_set_aside_and_not_sent_for_ever(spool):
    spool.append("runs", "p", rows(1, 2))
    refused = Answer(422, {"detail": "the sums would exceed what they hold"})
    hub = PlayedHub(refused, refused, None)  # both together, the first alone, the second alone
    assert upload(spool, hub) == Sent(stored=1, refused=1)
    assert (list(spool.waiting()), [row["n"] for row in hub.rows]) == ([], [2])
    assert [one["reason"] for one in spool.refused()] == ["the sums would exceed what they hold"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_refused_loses_nothing(spool, status):
    spool.append("runs", "p", rows(1))
    with pytest.raises(TokenRefusedError):
        upload(spool, PlayedHub(Answer(status, {"detail": "no."})))
    assert len(list(spool.waiting())) == 1


def test_a_line_that_was_cut_short_was_never_promised(spool):
    spool.append("runs", "p", rows(1))
    (path,) = spool.folder.glob("*.rows")
    with path.open("ab") as file:
        file.write(b'{"kind": "runs", "pro')
    other = Spool(spool.folder)
    other.append("runs", "p", rows(2))
    hub = PlayedHub()
    upload(other, hub)
    assert [row["n"] for row in hub.rows] == [1, 2]
    assert list(spool.folder.glob("*.rows")) == []


def test_what_a_writer_adds_while_others_are_sent_is_not_lost(spool):
    other = Spool(spool.folder)
    spool.append("runs", "p", rows(1))
    other.append("runs", "p", rows(2))

    class Busy(PlayedHub):
        def send(self, *what):
            if not self.rows:
                spool.append("runs", "p", rows(3))
            return super().send(*what)

    hub = Busy()
    upload(spool, hub, batch=1)
    upload(spool, hub)
    assert sorted(row["n"] for row in hub.rows) == [1, 2, 3]


def test_a_full_spool_refuses_more_and_drops_nothing(tmp_path):
    spool = Spool(tmp_path / "spool", largest_bytes=100)
    spool.append("runs", "p", rows(1))
    with pytest.raises(SpoolFullError, match=r"is full \(100 bytes\); send it first"):
        spool.append("runs", "p", rows(2, 3))
    assert [row.row["n"] for row in spool.waiting()] == [1]


def test_a_clock_that_is_set_back_does_not_change_the_order(tmp_path):
    clock = Clock()
    for number in range(3):
        Spool(tmp_path, wall_clock_s=clock).append("runs", "p", rows(number))
        clock.now_s -= 1e6
    assert [row.row["n"] for row in Spool(tmp_path).waiting()] == [0, 1, 2]


def test_one_process_sends_at_a_time(spool):
    spool.append("runs", "p", rows(1))
    with (
        spool.sending(),
        pytest.raises(HubAwayError, match="another process sends"),
    ):
        upload(Spool(spool.folder), PlayedHub())


LIMITED = """
import resource, signal, sys
from pathlib import Path
from wattprint.client.spool import Spool
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
spool = Spool(Path(sys.argv[1]))
try:
    for number in range(1000):
        spool.append("runs", "p", [{"n": number}, {"n": number}])
except OSError:
    print(number)
"""


def test_a_full_disk_keeps_all_that_was_taken_and_no_half_of_the_rest(tmp_path):
    done = run([sys.executable, "-c", LIMITED, tmp_path / "spool"], home=tmp_path)
    kept = [row.row["n"] for row in Spool(tmp_path / "spool").waiting()]
    assert kept == [n for n in range(int(done.stdout)) for _ in range(2)]


WRITER = """
import sys
from pathlib import Path
from wattprint.client.spool import Spool
spool = Spool(Path(sys.argv[1]))
for number in range(10**9):
    spool.append("runs", "p", [{"n": number}] * 3)
    print(number, flush=True)
"""


def test_a_writer_that_is_killed_loses_nothing_that_was_taken(tmp_path):
    said = tmp_path / "said"
    with said.open("wb") as file:
        command = [sys.executable, "-c", WRITER, str(tmp_path / "spool")]
        writer = subprocess.Popen(command, stdout=file, env=environment(tmp_path))
    wait_until(lambda: said.read_text().count("\n") > 20, "some rows")
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait(DEADLINE_S)
    taken = [int(line) for line in said.read_text().splitlines(keepends=True) if line[-1] == "\n"]
    kept = {row.row["n"] for row in Spool(tmp_path / "spool").waiting()}
    assert kept >= set(taken)
    assert json.dumps(sorted(kept)) == json.dumps(list(range(len(kept))))
