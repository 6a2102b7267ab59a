"""The local ledger's runs: one that cannot be taken ends neither the others nor the looking."""

from sqlalchemy import select

from hub.made import admin_of, hub_of
from made_runs import intervals, made_run, write_journal
from wattprint.hub import local
from wattprint.hub.local import LocalRuns
from wattprint.hub.organisations import FIRST_ORGANISATION
from wattprint.hub.storage.schema import runs


def test_a_local_run_that_cannot_be_computed_is_passed_over(database, tmp_path, caplog):
    hub = hub_of(database)
    admin_of(hub, FIRST_ORGANISATION)
    odd = made_run("20260101-000000-aaaaaa", intervals=intervals(1), place={"pue": {"ratio": 1}})
    later = made_run("20260102-000000-bbbbbb", intervals=intervals(1), place={"host": "x"})
    for run in (odd, later):
        write_journal(tmp_path, run, "completed", 0)
    assert LocalRuns(hub, str(tmp_path)).bring() == 1
    with database.reading() as connection:
        assert list(connection.scalars(select(runs.c.run_id))) == [later.run_id]
    assert f"run {odd.run_id} of the local ledger is passed over: pue is" in caplog.text


def test_a_fault_does_not_end_the_looking(database, tmp_path, monkeypatch, caplog):
    class FailingOnce(LocalRuns):
        looked = 0

        def bring(self):
            self.looked += 1
            if self.looked == 1:
                raise RuntimeError("once")
            self._stop.set()
            return 0

    monkeypatch.setattr(local, "EVERY_S", 0.0)
    looking = FailingOnce(hub_of(database), str(tmp_path))
    looking.start()
    looking._thread.join(60)
    assert looking.looked == 2
    assert "RuntimeError: once" in caplog.text
