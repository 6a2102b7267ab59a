"""Logs for tests: written into a folder, read, and looked at as rows."""

import duckdb

from wattprint.domain.jobs import JOB_COLUMNS, NOTE_BITS
from wattprint.joblogs.base import LogSettings
from wattprint.joblogs.read import read_logs

COUNTS = ("jobs", "steps", "never_started", "duplicates", "rejected")


class Read:
    """What a log gave: the result, and its jobs as dictionaries, in order of file and line."""

    def __init__(self, folder, *logs, settings=None, **options):
        paths = []
        for number, log in enumerate(logs, 1):
            path = folder / f"log{number}.txt"
            path.write_bytes(log if isinstance(log, bytes) else log.encode())
            paths.append(path)
        out = folder / "out"
        self.logs = read_logs(paths, folder=out, settings=settings or LogSettings(), **options)
        files = [str(part) for part in self.logs.parts]
        found = duckdb.read_parquet(files).order("file, line")
        assert found.columns == [column.name for column in JOB_COLUMNS]
        self.jobs = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
        counts = self.logs.counts
        assert counts.rows == sum(counts[1:]), "each row became one thing"

    @property
    def job(self):
        (job,) = self.jobs
        return job

    @property
    def reasons(self):
        return [reason for _, _, reason in self.logs.rejected_first]


def notes(job):
    return {name for name, bit in NOTE_BITS.items() if job["notes"] & bit}
