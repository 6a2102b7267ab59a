"""The queries that turn time series of energy and power into jobs."""

from typing import NamedTuple

from wattprint.domain.jobs import NOTE_BITS
from wattprint.joblogs.base import LogSettings
from wattprint.joblogs.readers.kube_values import at_key
from wattprint.joblogs.settle import shown
from wattprint.joblogs.sql import literal


class _Metric(NamedTuple):
    """What a metric is of: a part of a job's energy, and how it is read."""

    quantity: str
    joules: float
    """Joules of one unit of a counter; watts of one unit of a gauge."""
    gauge: bool = False


_METRICS = {
    "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION": _Metric("gpu_counter", 1e-3),
    "DCGM_FI_DEV_POWER_USAGE": _Metric("gpu_power", 1.0, True),
    "DCGM_FI_DEV_GPU_UTIL": _Metric("load", 0.01, True),
    "kepler_pod_joules_total": _Metric("pod", 1.0),
    "kepler_pod_cpu_joules_total": _Metric("pod_parts", 1.0),
    "kepler_container_joules_total": _Metric("container", 1.0),
    "kepler_container_cpu_joules_total": _Metric("container_parts", 1.0),
    "kepler_container_package_joules_total": _Metric("container_parts", 1.0),
    "kepler_container_dram_joules_total": _Metric("container_parts", 1.0),
    "kepler_container_other_joules_total": _Metric("container_parts", 1.0),
    "kepler_container_gpu_joules_total": _Metric("kepler_gpu", 1.0),
    "kepler_pod_gpu_joules_total": _Metric("kepler_gpu", 1.0),
}
"""Metrics that are taken. Kepler's `core` and `uncore` are parts of its `package`."""

_PARTS_OF_PARTS = ("core", "uncore", "pp0", "pp1")

_JOB = (
    "hpc_job",
    "label_batch_kubernetes_io_job_name",
    "label_job_name",
    "job_name",
    "slurm_job_id",
    "jobid",
    "job_id",
)
_POD = ("exported_pod", "pod", "pod_name")
_NAMESPACE = ("exported_namespace", "namespace", "pod_namespace", "container_namespace")
"""Labels, best first. `exported_` is what the exporter said before the scraper's own labels."""

_COLUMNS = {
    "user_name": ("user", "label_user", "label_owner"),
    "project": ("project", "label_project"),
    "team": ("team", "label_team"),
    "label_cluster": ("cluster", "cluster_name"),
    "uuid": ("UUID", "uuid", "gpu"),
    "host": ("Hostname", "exported_instance", "node", "instance"),
    "model": ("modelName", "model_name"),
}

_SLICE = (
    "least(try_cast(nullif(regexp_extract("
    + at_key("metric", "GPU_I_PROFILE")
    + ", '^([0-9]+)g', 1), '') AS DOUBLE), 7) / 7"
)

_STEPS_THAT_ARE_A_GAP = 2.5
"""No power is known where samples are further apart."""


def _label(names: tuple[str, ...]) -> str:
    return f"coalesce({', '.join(f'''nullif({at_key('metric', name)}, '')''' for name in names)})"


def _of_metric(values: dict[str, str], otherwise: str) -> str:
    cases = " ".join(f"WHEN {literal(name)} THEN {value}" for name, value in values.items())
    return f"CASE name {cases} ELSE {otherwise} END"


_QUANTITY = _of_metric({name: literal(m.quantity) for name, m in _METRICS.items()}, "NULL")
_UNIT = _of_metric({name: repr(m.joules) for name, m in _METRICS.items()}, "NULL")
_GAUGE = _of_metric({name: str(m.gauge).upper() for name, m in _METRICS.items()}, "FALSE")

NO_SERIES = """
CREATE OR REPLACE TABLE prom_series (
    line BIGINT, quantity VARCHAR, job VARCHAR, account VARCHAR, user_name VARCHAR,
    project VARCHAR, team VARCHAR, label_cluster VARCHAR, uuid VARCHAR, host VARCHAR,
    model VARCHAR, share DOUBLE, first_s DOUBLE, last_s DOUBLE, amount DOUBLE, mean DOUBLE)
"""

# A counter that falls began anew: what it shows is what came since.
SERIES = f"""
WITH docs AS (
    SELECT line, fault AS broken,
        json_transform(doc, '{{"metric": "JSON", "values": [["VARCHAR"]]}}') AS d
    FROM json_rows
),
named AS (
    SELECT line, broken, d.metric AS metric, d.values AS points,
        {at_key("d.metric", "__name__")} AS name
    FROM docs
),
series AS (
    SELECT line, broken, name, len(points) AS samples, {_QUANTITY} AS quantity, {_UNIT} AS unit,
        {_GAUGE} AS gauge, {_label(_NAMESPACE)} AS account,
        coalesce({_label(_JOB)}, {_label(_NAMESPACE)} || '/' || {_label(_POD)}, {_label(_POD)})
            AS job,
        {", ".join(f"{_label(names)} AS {column}" for column, names in _COLUMNS.items())},
        coalesce({_SLICE}, 1) AS share,
        coalesce({at_key("metric", "zone")} IN {_PARTS_OF_PARTS}, FALSE) AS part_of_part
    FROM named
),
points AS (
    SELECT line, at_s, reading, lag(at_s) OVER spot AS before_s, lag(reading) OVER spot AS before
    FROM (
        SELECT line, try_cast(p[1] AS DOUBLE) AS at_s, try_cast(p[2] AS DOUBLE) AS reading
        FROM (SELECT line, unnest(points) AS p FROM named)
    ) WHERE isfinite(at_s) AND isfinite(reading) AND at_s BETWEEN 0 AND 1e11 AND reading >= 0
    WINDOW spot AS (PARTITION BY line ORDER BY at_s)
),
steps AS (
    SELECT line, min(at_s - before_s) AS step_s FROM points WHERE at_s > before_s GROUP BY line
),
summed AS (
    SELECT line, min(at_s) AS first_s, max(at_s) AS last_s, count(*) AS good,
        sum(CASE WHEN reading < before THEN reading ELSE reading - before END) AS counted,
        sum(CASE WHEN at_s - before_s <= step_s * {_STEPS_THAT_ARE_A_GAP}
            THEN (reading + before) / 2 * (at_s - before_s) END) AS integral,
        avg(reading) AS mean
    FROM points LEFT JOIN steps USING (line) GROUP BY line
)
SELECT line, quantity, job, account, user_name, project, team, label_cluster, uuid, host, model,
    share, first_s, last_s,
    coalesce(CASE WHEN gauge THEN integral ELSE counted END, 0) * unit * share AS amount,
    mean * unit AS mean,
    CASE
        WHEN broken IS NOT NULL THEN broken
        WHEN name IS NULL THEN 'has no __name__; expected a metric asked for by its name, '
            || 'without sum() or rate() around it'
        WHEN quantity IS NULL OR job IS NULL THEN NULL
        WHEN good IS NULL THEN 'series ' || {shown("name")} || ' has no readings; expected '
            || '[[seconds, "value"], ...]'
    END AS fault,
    CASE
        WHEN name IS NULL THEN NULL
        WHEN quantity IS NULL THEN 'series of other metrics'
        WHEN job IS NULL THEN 'series of no job or pod'
        WHEN part_of_part THEN 'series that are parts of others'
    END AS skip
FROM series LEFT JOIN summed USING (line)
"""

REJECTED_SERIES = """
SELECT line, 1 AS log_rows, fault AS reject, skip FROM prom_new
WHERE fault IS NOT NULL OR skip IS NOT NULL
"""


def jobs_query(settings: LogSettings) -> str:
    """Return the query of jobs over `prom_series`, to be run when all series are there."""
    cluster = literal(settings.cluster) if settings.cluster else "NULL"
    devices = "concat_ws('/', host, uuid)"

    def energy(quantity: str) -> str:
        return f"sum(amount) FILTER (quantity = '{quantity}')"

    return f"""
SELECT job AS job_id,
    concat_ws('|', coalesce(label_cluster, {cluster}), job, CAST(min(first_s) AS BIGINT))
        AS job_key,
    coalesce(label_cluster, {cluster}) AS cluster, any_value(user_name) AS user_name,
    any_value(account) AS account, any_value(project) AS project, any_value(team) AS team,
    min(model) AS accelerator, 'unknown' AS state,
    CAST(floor(min(first_s)) AS BIGINT) AS start_s, CAST(ceil(max(last_s)) AS BIGINT) AS end_s,
    CAST(ceil(max(last_s)) - floor(min(first_s)) AS BIGINT) AS elapsed_s,
    nullif(count(DISTINCT host), 0) AS nodes,
    coalesce(any_value(devices), 0) AS gpus, coalesce(any_value(devices), 0) AS gpus_requested,
    avg(mean) FILTER (quantity = 'load') AS gpu_load,
    nullif(coalesce({energy("pod")}, {energy("container")}, {energy("pod_parts")},
        {energy("container_parts")}), 0) AS node_energy_j,
    nullif(coalesce({energy("gpu_counter")}, {energy("gpu_power")}, {energy("kepler_gpu")}), 0)
        AS accelerator_energy_j,
    CASE WHEN min(share) < 1 THEN {NOTE_BITS["gpus_in_part"]} ELSE 0 END AS notes,
    min(line) AS line, count(*) AS log_rows, NULL AS reject
FROM prom_series LEFT JOIN (
    SELECT job AS held_by, label_cluster AS held_in, sum(share) AS devices FROM (
        SELECT job, label_cluster, {devices} AS device, max(share) AS share FROM prom_series
        WHERE quantity IN ('gpu_counter', 'gpu_power', 'load') GROUP BY ALL
    ) GROUP BY ALL
) ON held_by = job AND held_in IS NOT DISTINCT FROM label_cluster
GROUP BY job, label_cluster"""
