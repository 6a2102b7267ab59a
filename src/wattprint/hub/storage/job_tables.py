"""Tables of long work and of retention: jobs, and what sums still count of rows that are gone."""

from sqlalchemy import BigInteger, Column, Index, Table

from wattprint.hub.storage.columns import key, texts, wholes
from wattprint.hub.storage.metadata import METADATA
from wattprint.hub.storage.schema import roll_up_of_runs

jobs = Table(
    "jobs",
    METADATA,
    key("org_id"),
    key("job_id"),
    *texts("kind", "state", "arguments", "user_id", "token_id"),
    *wholes("done"),
    *wholes("total", nullable=True),
    *wholes("created_at_ms"),
    *wholes("started_at_ms", "ended_at_ms", nullable=True),
    *texts("worker"),
    *wholes("beat", "attempts", "is_cancelled"),
    *texts("result", "error", nullable=True),
    Index("jobs_by_time", "org_id", "created_at_ms", "job_id"),
)
"""Long work. `worker` is whoever has it, and `beat` goes up for as long as that lives: others
compare it by clocks of their own that do not jump, and take over what stands still."""

retention = Table(
    "retention",
    METADATA,
    key("org_id"),
    *wholes("intervals_until_ms", "runs_until_ms"),
)
"""Before which moments single rows were deleted: what comes later of before is not counted again.
Every organisation has its row, at first of zeros: who stores rows holds it, who moves it waits.
"""

retired_intervals = Table(
    "retired_intervals",
    METADATA,
    *(key(name) for name in ("org_id", "project_id")),
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    *wholes("intervals", "covered_ms", "energy_j", "energy_rest_uj"),
)
"""What `daily_intervals` counts of rows that retention has deleted: with the rows that are there it
is the whole sum."""

retired_runs = roll_up_of_runs("retired_runs")
"""What `daily_runs` counts of runs that retention has deleted."""
