"""Pruning: what fits is deleted, a run that goes on never is."""

import os

import pytest

from made_runs import intervals, made_run, write_journal
from processes import folder_open_to_all, python_as_nobody
from wattprint.ledger.prune import Criteria, candidates, delete, rfc3339
from wattprint.ledger.runs import Ledger
from wattprint.meters.procfs import boot_id, start_ticks

NOW_S = 1_800_000_000.0
OLD = "20250101-120000-aaaaaa"
MIDDLE = "20260101-120000-bbbbbb"
NEW = "20260601-120000-cccccc"
RUNNING = "20260602-120000-dddddd"
TORN = "20240101-120000-eeeeee"


@pytest.fixture
def home(tmp_path):
    """Runs of three times, one of another project, one that goes on, one torn file."""
    ended = {OLD: ("ranker", "completed"), MIDDLE: ("parser", "failed"), NEW: ("ranker", None)}
    for run_id, (project, outcome) in ended.items():
        started_at = f"{run_id[:4]}-{run_id[4:6]}-01T12:00:00.000Z"
        run = made_run(run_id, project=project, started_at=started_at, intervals=intervals(10**6))
        write_journal(tmp_path, run, outcome)
    here = {"pid": os.getpid(), "boot_id": boot_id(), "start_ticks": start_ticks(os.getpid())}
    write_journal(tmp_path, made_run(RUNNING, process=here, started_at="2020-01-01T00:00:00.000Z"))
    make_torn(tmp_path, TORN, written_s=NOW_S - 3600)
    return tmp_path


def make_torn(home, run_id, written_s):
    path = home / "runs" / f"{run_id}.jsonl"
    path.write_text('{"line":"header","schema":"wattpr')
    os.utime(path, (written_s, written_s))


def chosen(home, **criteria):
    ledger = Ledger(home)
    newest_first = ledger.run_ids()[::-1]
    return candidates(ledger, Criteria(**criteria), newest_first, clock_s=lambda: NOW_S)


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({}, [NEW, MIDDLE, OLD]),
        ({"older_than": "2026-01-01T12:00:00.000Z"}, [OLD]),
        ({"older_than": "2026-01-01T12:00:00.001Z"}, [MIDDLE, OLD]),
        ({"older_than": "2019-01-01T00:00:00.000Z"}, []),
        ({"state": "completed"}, [OLD]),
        ({"state": "failed"}, [MIDDLE]),
        ({"state": "interrupted"}, [NEW]),
        ({"state": "unreadable"}, [TORN]),
        ({"state": "unreadable", "project": "ranker"}, []),
        ({"project": "ranker"}, [NEW, OLD]),
        ({"project": "ranker", "keep": 1}, [OLD]),
        ({"project": "ranker", "state": "completed", "keep": 1}, []),
        ({"keep": 2}, [OLD]),
        ({"keep": 9}, []),
    ],
    ids=repr,
)
def test_what_fits_all_criteria_is_chosen_newest_first(home, criteria, expected):
    assert [candidate.run_id for candidate in chosen(home, **criteria)] == expected


def test_a_file_without_a_header_counts_from_when_it_was_written(home):
    (torn,) = chosen(home, state="unreadable")
    assert (torn.state, torn.project, torn.size_bytes) == ("unreadable", None, 33)
    assert torn.started_at == rfc3339(NOW_S - 3600) == "2027-01-15T07:00:00.000Z"
    assert chosen(home, state="unreadable", older_than="2027-01-15T07:00:00.000Z") == []


@pytest.mark.parametrize(("age_s", "count"), [(299, 0), (301, 1)], ids=["just made", "left"])
def test_a_file_whose_header_may_be_just_being_written_is_left_alone(tmp_path, age_s, count):
    (tmp_path / "runs").mkdir()
    make_torn(tmp_path, TORN, written_s=NOW_S - age_s)
    assert len(chosen(tmp_path, state="unreadable")) == count


@pytest.mark.parametrize(
    "content",
    ['{"line":"header","schema":"wattprint.run/9"}\n', '{"line":"header"}\n{"line":"interval"}\n'],
    ids=["a later version", "a wrong line"],
)
def test_a_journal_that_only_we_cannot_read_is_never_chosen(home, content):
    path = home / "runs" / f"{TORN}.jsonl"
    path.write_text(content)
    os.utime(path, (1.0, 1.0))
    everything = {c.run_id for state in (None, "unreadable") for c in chosen(home, state=state)}
    assert TORN not in everything


def test_deletion_frees_what_was_chosen_and_leaves_the_rest(home):
    doomed = chosen(home, project="ranker")
    size_bytes = sum(Ledger(home).path(c.run_id).stat().st_size for c in doomed)
    pruned = delete(Ledger(home), doomed)
    assert (pruned.deleted, pruned.freed_bytes) == (tuple(doomed), size_bytes)
    assert (pruned.changed, pruned.refused) == ((), {})
    assert Ledger(home).run_ids() == [TORN, MIDDLE, RUNNING]


def test_a_run_that_vanished_meanwhile_is_fine(home):
    doomed = chosen(home, project="ranker")
    Ledger(home).path(OLD).unlink()
    pruned = delete(Ledger(home), doomed)
    assert [candidate.run_id for candidate in pruned.deleted] == [NEW]
    assert (pruned.changed, pruned.refused) == ((), {})


def test_a_run_that_is_written_to_after_all_is_left_alone(home):
    # As one of a machine that slept, shares this folder and seemed to be gone.
    doomed = chosen(home, state="interrupted")
    with Ledger(home).path(NEW).open("a") as file:
        file.write('{"line":"fault","at_s":12.0,"meter":"clock","message":"slept"}\n')
    pruned = delete(Ledger(home), doomed)
    assert (pruned.deleted, pruned.changed) == ((), tuple(doomed))
    assert NEW in Ledger(home).run_ids()


def test_a_hard_link_elsewhere_keeps_its_content(home, tmp_path):
    kept = tmp_path / "kept.jsonl"
    kept.hardlink_to(Ledger(home).path(OLD))
    delete(Ledger(home), chosen(home, state="completed"))
    assert kept.read_text("utf-8").endswith("\n")


def test_a_journal_that_may_not_be_deleted_is_named():
    script = """
from wattprint.ledger.prune import Criteria, candidates, delete
from wattprint.ledger.runs import Ledger
ledger = Ledger(sys.argv[1])
pruned = delete(ledger, candidates(ledger, Criteria(), ledger.run_ids()))
print(len(pruned.deleted), pruned.refused)
"""
    with folder_open_to_all() as folder:
        write_journal(folder, made_run(OLD), "completed").chmod(0o644)
        (folder / "runs").chmod(0o555)
        done = python_as_nobody(script, folder, home=folder)
        (folder / "runs").chmod(0o755)
    assert done.stdout.startswith(f"0 {{'{OLD}': \"[Errno 13] Permission denied"), done
