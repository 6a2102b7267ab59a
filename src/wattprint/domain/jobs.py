"""`wattprint.jobs/1`: a cluster's jobs as one table, whatever log they were written in.

Readers of logs fill the table, accounting reads it. Times are whole seconds since 1970 in UTC,
memory is in GB of 2**30 bytes as machines are sold with it. What a log does not say is NULL.
"""

from typing import NamedTuple

SCHEMA = "wattprint.jobs/1"


class Column(NamedTuple):
    """A column of the table: its name, its type in SQL, and what it holds."""

    name: str
    sql_type: str
    meaning: str


class Note(NamedTuple):
    """Something that was adjusted in a job which is accounted for all the same: one bit."""

    bit: int
    name: str
    words: str


STATES = (
    "completed",
    "failed",
    "cancelled",
    "timeout",
    "out_of_memory",
    "node_failed",
    "preempted",
    "running",
    "unknown",
)
"""How a job ended, or that it goes on."""

WASTED_STATES = ("failed", "cancelled", "timeout", "out_of_memory", "node_failed")
"""Ends after which the work is usually lost."""

PARSED_COLUMNS = (
    Column("job_id", "VARCHAR", "id in its log, with the index of its array"),
    Column("job_key", "VARCHAR", "what tells one execution from all others: requeues differ"),
    Column("cluster", "VARCHAR", "cluster that ran it"),
    Column("user_name", "VARCHAR", "who ran it"),
    Column("account", "VARCHAR", "account that is charged"),
    Column("project", "VARCHAR", "project"),
    Column("team", "VARCHAR", "team"),
    Column("partition_name", "VARCHAR", "partition or queue"),
    Column("accelerator", "VARCHAR", "name of its accelerators, as the log has it"),
    Column("instance", "VARCHAR", "cloud instance, 'aws/p4d.24xlarge'"),
    Column("region", "VARCHAR", "cloud region, 'aws/us-east-1'"),
    Column("state", "VARCHAR", "one of STATES"),
    Column("start_s", "BIGINT", "start [s since 1970]"),
    Column("end_s", "BIGINT", "end [s since 1970]"),
    Column("elapsed_s", "BIGINT", "time that it ran, suspensions excluded [s]"),
    Column("nodes", "DOUBLE", "machines"),
    Column("cpus", "DOUBLE", "CPUs set aside, as the log counts them: hardware threads or cores"),
    Column("cpu_s", "DOUBLE", "CPU time used [s]"),
    Column("gpus", "DOUBLE", "accelerators set aside"),
    Column("gpus_requested", "DOUBLE", "accelerators asked for"),
    Column("gpu_load", "DOUBLE", "share of time in which its accelerators worked [0 to 1]"),
    Column("memory_gb", "DOUBLE", "memory set aside [GB]"),
    Column("memory_used_gb", "DOUBLE", "most memory used at once [GB]"),
    Column("node_energy_j", "DOUBLE", "metered energy of its machines [J]"),
    Column("accelerator_energy_j", "DOUBLE", "metered energy of its accelerators [J]"),
    Column("notes", "BIGINT", "bits of NOTES"),
    Column("line", "BIGINT", "line or row in its file, from 1"),
    Column("log_rows", "BIGINT", "rows of the log that it was merged from, steps included"),
    Column("skip", "VARCHAR", "what its `log_rows` rows are that are no jobs; NULL for jobs"),
    Column("reject", "VARCHAR", "why the row cannot be accounted for; NULL if it can"),
)
"""What a reader of logs gives for every row; what waits to start has the state 'pending'."""

_NOT_ACCOUNTED = ("job_key", "log_rows", "skip", "reject")

JOB_COLUMNS = (
    *(column for column in PARSED_COLUMNS if column.name not in _NOT_ACCOUNTED),
    Column("file", "BIGINT", "which of the files it is from, from 1"),
    Column("kind", "BIGINT", "row of the table of kinds: where and on what it ran"),
    Column("year", "BIGINT", "year in which it began, 0 if not known"),
    Column("month", "BIGINT", "month in which it began, 202401; 0 if not known"),
    Column("day", "BIGINT", "day in which it began, 20240131; 0 if not known"),
)
"""What accounting reads: rejected rows are left out, starts, ends and times are settled."""

KIND_COLUMNS = (
    Column("kind", "BIGINT", "its number, from 1"),
    Column("cluster", "VARCHAR", "cluster"),
    Column("partition_name", "VARCHAR", "partition or queue"),
    Column("accelerator", "VARCHAR", "name of the accelerators, as the log has it"),
    Column("instance", "VARCHAR", "cloud instance"),
    Column("region", "VARCHAR", "cloud region"),
    Column("jobs", "BIGINT", "jobs of this kind"),
    Column("elapsed_s", "BIGINT", "time that they ran together [s]"),
    Column("most_cpus_per_node", "DOUBLE", "most CPUs of one machine that a job had"),
    Column("most_gpus_per_node", "DOUBLE", "most accelerators of one machine that a job had"),
    Column("most_memory_gb_per_node", "DOUBLE", "most memory of one machine that a job had [GB]"),
    Column("first_s", "BIGINT", "start of the first of them [s since 1970]"),
    Column("last_s", "BIGINT", "end of the last of them [s since 1970]"),
)
"""Where and on what jobs ran, and what their requests say of the machines there."""

NOTES = tuple(
    Note(1 << i, name, words)
    for i, (name, words) in enumerate(
        (
            ("start_from_submit", "no start in the log: taken to have started when submitted"),
            ("start_unknown", "no time in the log: charged at the newest year"),
            ("still_running", "still running: charged for the time until the log was written"),
            ("cpu_time_capped", "more CPU time than its CPUs had: taken as fully busy"),
            ("cpu_time_unknown", "no CPU time in the log: a convention stands in"),
            ("memory_unknown", "no memory in the log: its share of the machine's"),
            ("energy_implausible", "metered energy is impossible: modelled instead"),
            ("partition_unknown", "partition is not described: hardware by convention"),
            ("cpus_unknown", "no CPUs in the log: the share of its machines that it had, else one"),
            ("end_before_start", "ends before it starts: charged for its elapsed time"),
            ("gpus_in_part", "a part of an accelerator: charged by its share"),
            ("gpus_as_asked", "no accelerators given in the log: charged for those asked for"),
        )
    )
)
"""In this order for ever: the bits are kept in files."""

NOTE_BITS = {note.name: note.bit for note in NOTES}


class Kind(NamedTuple):
    """Where and on what jobs ran: a row of `KIND_COLUMNS`, '' and 0 where the log says nothing."""

    kind: int
    cluster: str = ""
    partition_name: str = ""
    accelerator: str = ""
    instance: str = ""
    region: str = ""
    jobs: int = 0
    elapsed_s: int = 0
    most_cpus_per_node: float = 1.0
    most_gpus_per_node: float = 0.0
    most_memory_gb_per_node: float = 0.0
    first_s: int | None = None
    last_s: int | None = None
