"""The job `export`: an organisation as one zip file, kept for a week."""

import shutil
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from wattprint.hub.storage.database import Database
from wattprint.hub.transfer.export import export_organisation

KEPT_MS = 7 * 86_400_000
"""How long a file of a job is kept, by the clock of the file system. [ms]"""


def file_of(folder: Path, org_id: str, job_id: str) -> Path:
    """Return where the file of a job lies."""
    return folder / org_id / f"{job_id}.zip"


def export_file(
    database: Database,
    folder: Path,
    of: tuple[str, str],
    form: str,
    *,
    now_ms: int,
    told: Callable[[int, int], None],
) -> dict[str, Any]:
    """Export an organisation into a file; return what the job's result says.

    Args:
        database: The hub's database.
        folder: Where files of jobs lie.
        of: The tenant, and the job.
        form: 'json' or 'parquet'.
        now_ms: The time. [ms since 1970]
        told: Is told of the progress.
    """
    path = file_of(folder, *of)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    tables, partial = path.with_suffix(".tables"), path.with_suffix(".partial")
    now = datetime.fromtimestamp(now_ms / 1000, timezone.utc).isoformat()
    try:
        shutil.rmtree(tables, ignore_errors=True)  # of a worker that was killed
        manifest = export_organisation(database, of[0], tables, form, now=now, told=told)
        with ZipFile(partial, "w", ZIP_DEFLATED, compresslevel=1) as pack:
            for part in sorted(tables.iterdir()):
                pack.write(part, part.name)
        partial.chmod(0o600)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
        shutil.rmtree(tables, ignore_errors=True)
    rows = {name: table["rows"] for name, table in manifest["tables"].items()}
    return {"file": f"/api/v1/jobs/{of[1]}/file", "bytes": path.stat().st_size, "rows": rows}


def forget_old_files(folder: Path, now_ms: int) -> None:
    """Delete files of jobs that nobody fetched for a week."""
    for path in folder.glob("*/*.zip"):
        # A clock that jumped ahead would delete all: only what is old by both clocks goes.
        age_ms = now_ms - path.stat().st_mtime * 1000
        if age_ms > KEPT_MS:
            path.unlink(missing_ok=True)
