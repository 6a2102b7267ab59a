"""The queries that turn objects of Kubernetes into jobs."""

import json

from wattprint.domain.jobs import NOTE_BITS, PARSED_COLUMNS
from wattprint.joblogs.base import LogSettings
from wattprint.joblogs.readers import kube_values as values
from wattprint.joblogs.sql import literal

_EXPRESSION = {"key": "VARCHAR", "operator": "VARCHAR", "values": ["VARCHAR"]}
_CONTAINER = {"resources": {"requests": "JSON", "limits": "JSON"}}
_REQUIRED = {"nodeSelectorTerms": [{"matchExpressions": [_EXPRESSION]}]}
_POD_SPEC = {
    "nodeSelector": "JSON",
    "affinity": {
        "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": _REQUIRED},
    },
    "containers": [_CONTAINER],
    "initContainers": [_CONTAINER],
    "overhead": "JSON",
}
_TERMINATED = {"startedAt": "VARCHAR", "finishedAt": "VARCHAR", "reason": "VARCHAR"}
_CONDITION = {
    "type": "VARCHAR",
    "status": "VARCHAR",
    "reason": "VARCHAR",
    "message": "VARCHAR",
    "lastTransitionTime": "VARCHAR",
}
_DOCUMENT = {
    "kind": "VARCHAR",
    "metadata": {
        "name": "VARCHAR",
        "namespace": "VARCHAR",
        "uid": "VARCHAR",
        "creationTimestamp": "VARCHAR",
        "labels": "JSON",
        "annotations": "JSON",
        "ownerReferences": [{"kind": "VARCHAR", "uid": "VARCHAR"}],
    },
    "spec": {
        "parallelism": "VARCHAR",
        "completions": "VARCHAR",
        "queueName": "VARCHAR",
        "podSets": [{"count": "VARCHAR", "template": {"spec": _POD_SPEC}}],
    },
    "status": {
        "phase": "VARCHAR",
        "reason": "VARCHAR",
        "startTime": "VARCHAR",
        "completionTime": "VARCHAR",
        "active": "VARCHAR",
        "conditions": [_CONDITION],
        "containerStatuses": [{"state": {"terminated": _TERMINATED}}],
        "admission": {
            "clusterQueue": "VARCHAR",
            "podSetAssignments": [{"flavors": "JSON"}],
        },
    },
}
"""What is taken of an object; all else is left unread."""

_LABELS = {
    "user_name": ("user", "username", "owner", "created-by", "submitter"),
    "project": ("project", "app.kubernetes.io/part-of"),
    "team": ("team", "app.kubernetes.io/team", "cost-center"),
    "partition_name": ("kueue.x-k8s.io/queue-name", "queue"),
}
"""Column -> labels and annotations that may hold it, best first."""

_POOLS = ("cloud.google.com/gke-nodepool", "eks.amazonaws.com/nodegroup", "karpenter.sh/nodepool")

_OWN = {"uid": "VARCHAR", "owner_uid": "VARCHAR", "object": "VARCHAR", "seen_s": "BIGINT"}

NO_ROWS = "CREATE OR REPLACE TABLE kube_rows ({})".format(
    ", ".join(
        [f"{c.name} {c.sql_type}" for c in PARSED_COLUMNS]
        + [f"{name} {sql_type}" for name, sql_type in _OWN.items()]
    )
)

COUNTED = """
WITH pods_of AS (SELECT DISTINCT owner_uid AS uid FROM kube_rows WHERE object = 'Pod'),
jobs_of AS (SELECT uid FROM kube_rows WHERE object = 'Job' UNION SELECT uid FROM pods_of),
last AS (SELECT max(greatest(start_s, end_s, seen_s)) AS at_s FROM kube_rows)
SELECT * EXCLUDE (uid, owner_uid, object, seen_s) REPLACE (
    CASE WHEN state = 'running' THEN greatest(at_s - start_s, 0) ELSE elapsed_s END AS elapsed_s,
    CASE WHEN reject IS NOT NULL THEN skip
        WHEN object = 'Job' AND uid IN (SELECT uid FROM pods_of WHERE uid IS NOT NULL)
            THEN 'jobs that are counted by their pods'
        WHEN object = 'Workload' AND owner_uid IN (SELECT uid FROM jobs_of WHERE uid IS NOT NULL)
            THEN 'workloads that are counted by their jobs'
        ELSE skip END AS skip
) FROM kube_rows, last
"""


def rows_query(settings: LogSettings, list_kind: str) -> str:
    """Return the query of rows of `kube_rows` over `json_rows`.

    Args:
        settings: What the list does not say.
        list_kind: What objects are that do not say it: 'Pod', 'Job', 'Workload' or ''.
    """
    kinds = " UNION ALL BY NAME ".join((_pods(), _jobs(), _workloads()))
    return f"""
WITH docs AS (
    SELECT line, fault, json_transform(doc, {literal(json.dumps(_DOCUMENT))}) AS d,
        coalesce(nullif(json_extract_string(doc, '$.kind'), ''), {literal(list_kind)}) AS object,
        json_transform(CASE object WHEN 'Pod' THEN json_extract(doc, '$.spec')
            ELSE json_extract(doc, '$.spec.template.spec') END,
            {literal(json.dumps(_POD_SPEC))}) AS pod
    FROM json_rows
),
sets AS (
    SELECT *, CASE object
        WHEN 'Pod' THEN [{{'many': 1::DOUBLE, 'spec': pod}}]
        WHEN 'Job' THEN [{{'many': {_parallel()}, 'spec': pod}}]
        WHEN 'Workload' THEN list_transform(d.spec.podSets, lambda p:
            {{'many': {_count("p.count")}, 'spec': p.template.spec}}) END AS sets
    FROM docs
),
needs AS MATERIALIZED (SELECT {_common(settings)}, d, fault, {_RESOURCES} FROM sets)
SELECT * EXCLUDE (d, fault), gpus AS gpus_requested FROM ({kinds})
UNION ALL BY NAME
SELECT line, 1 AS log_rows, fault AS reject,
    CASE WHEN fault IS NULL THEN 'objects of other kinds' END AS skip
FROM needs WHERE fault IS NOT NULL OR object NOT IN ('Pod', 'Job', 'Workload')"""


def _count(text: str, default: str = "1") -> str:
    return f"coalesce(try_cast({text} AS DOUBLE), {default})"


def _parallel() -> str:
    """Return SQL for how many pods of a job run at once."""
    most = _count("d.spec.parallelism")
    return f"least({most}, {_count('d.spec.completions', most)})"


def _in_all(each: str) -> str:
    """Return SQL for what all pods need together; `each` is what one of the set `p` needs."""
    return f"list_sum(list_transform(sets, lambda p: p.many * {each}))"


_FIRST = "sets[1].spec"
_FLAVOUR = values.at_key("d.status.admission.podSetAssignments[1].flavors", "nvidia.com/gpu")
_RESOURCES = f"""nullif({_in_all(values.pod_cpus("p.spec"))}, 0) AS cpus,
    nullif({_in_all(values.pod_memory_gb("p.spec"))}, 0) AS memory_gb,
    coalesce({_in_all(values.pod_gpus("p.spec"))}, 0) AS gpus,
    nullif({_in_all("1")}, 0) AS nodes,
    coalesce({values.accelerator(_FIRST)}, {_FLAVOUR}) AS accelerator,
    CASE WHEN {values.has_parts(_FIRST)} THEN {NOTE_BITS["gpus_in_part"]} ELSE 0 END AS notes"""


def _common(settings: LogSettings) -> str:
    cluster = literal(settings.cluster) if settings.cluster else "NULL"
    found = ", ".join(
        f"coalesce({', '.join(_labelled(names))}) AS {column}"
        for column, names in _LABELS.items()
        if column != "partition_name"
    )
    return f"""line, 1 AS log_rows, object, {cluster} AS cluster, {found},
    concat_ws('/', d.metadata.namespace, d.metadata.name) AS job_id,
    coalesce(d.metadata.uid, concat_ws('|', d.metadata.namespace, d.metadata.name,
        d.metadata.creationTimestamp)) AS job_key,
    d.metadata.namespace AS account, {_partition()} AS partition_name, d.metadata.uid AS uid,
    d.metadata.ownerReferences[1].uid AS owner_uid,
    {_moment("d.metadata.creationTimestamp")} AS seen_s,
    CASE WHEN d.metadata.name IS NULL THEN 'has no name; expected metadata.name' END AS reject"""


def _labelled(names: tuple[str, ...]) -> list[str]:
    places = ("d.metadata.labels", "d.metadata.annotations")
    return [f"nullif({values.at_key(place, name)}, '')" for name in names for place in places]


def _moment(text: str) -> str:
    """Return SQL for a moment as RFC 3339 writes it. [s since 1970]."""
    return f"epoch_us(try_cast({text} AS TIMESTAMPTZ)) // 1000000"


def _condition(names: tuple[str, ...]) -> str:
    listed = ", ".join(literal(name) for name in names)
    return (
        f"list_filter(d.status.conditions, lambda x: x.type IN ({listed}) AND x.status = 'True')[1]"
    )


def _partition() -> str:
    """Return SQL for the queue of a job, or the pool of nodes that it runs on."""
    queues = [*_labelled(_LABELS["partition_name"]), "d.spec.queueName"]
    pools = [values.at_key(f"{_FIRST}.nodeSelector", name) for name in _POOLS]
    return f"coalesce({', '.join([*queues, 'd.status.admission.clusterQueue', *pools])})"


def _pods() -> str:
    ended = (
        "list_max(list_transform(d.status.containerStatuses, lambda s: "
        f"{_moment('s.state.terminated.finishedAt')}))"
    )
    ready = "list_filter(d.status.conditions, lambda x: x.type = 'Ready')[1].lastTransitionTime"
    failed = "list_transform(d.status.containerStatuses, lambda s: s.state.terminated.reason)"
    began = (
        "coalesce(" + _moment("d.status.startTime") + ", list_min(list_transform("
        "d.status.containerStatuses, lambda s: " + _moment("s.state.terminated.startedAt") + ")))"
    )
    return f"""
SELECT *, {began} AS start_s,
    CASE WHEN d.status.phase IN ('Succeeded', 'Failed') THEN coalesce({ended},
        {_moment(_condition(("Ready", "DisruptionTarget")) + ".lastTransitionTime")},
        {_moment(ready)})
        END AS end_s,
    CASE d.status.phase WHEN 'Succeeded' THEN 'completed' WHEN 'Running' THEN 'running'
        WHEN 'Pending' THEN 'pending'
        WHEN 'Failed' THEN CASE
            WHEN list_contains({failed}, 'OOMKilled') THEN 'out_of_memory'
            WHEN d.status.reason = 'DeadlineExceeded' THEN 'timeout'
            WHEN d.status.reason IN ('Evicted', 'Preempting', 'Preempted') THEN 'preempted'
            WHEN d.status.reason IN ('NodeLost', 'NodeShutdown', 'Terminated', 'Shutdown',
                'NodeAffinity', 'UnexpectedAdmissionError') THEN 'node_failed'
            ELSE 'failed' END
        ELSE 'unknown' END AS state
FROM needs WHERE object = 'Pod' AND fault IS NULL"""


def _jobs() -> str:
    over = _condition(("Failed",))
    return f"""
SELECT *, {_moment("d.status.startTime")} AS start_s,
    coalesce({_moment("d.status.completionTime")},
        {_moment(_condition(("Complete", "Failed")) + ".lastTransitionTime")}) AS end_s,
    CASE WHEN {_condition(("Complete", "SuccessCriteriaMet"))} IS NOT NULL
            OR d.status.completionTime IS NOT NULL THEN 'completed'
        WHEN {over}.reason = 'DeadlineExceeded' THEN 'timeout'
        WHEN {over} IS NOT NULL THEN 'failed'
        WHEN {_condition(("Suspended",))} IS NOT NULL OR d.status.startTime IS NULL THEN 'pending'
        ELSE 'running' END AS state
FROM needs WHERE object = 'Job' AND fault IS NULL"""


def _workloads() -> str:
    admitted = "list_filter(d.status.conditions, lambda x: x.type IN ('Admitted', 'QuotaReserved'))"
    start = f"list_max(list_transform({admitted}, lambda x: {_moment('x.lastTransitionTime')}))"
    end = _condition(("Finished",))
    return f"""
SELECT *,
    CASE WHEN d.status.admission IS NOT NULL OR {end} IS NOT NULL THEN {start} END AS start_s,
    {_moment(f"{end}.lastTransitionTime")} AS end_s,
    CASE WHEN {end} IS NOT NULL THEN CASE
            WHEN {end}.reason ILIKE '%fail%' OR {end}.message ILIKE '%fail%' THEN 'failed'
            ELSE 'completed' END
        WHEN {_condition(("Admitted",))} IS NOT NULL THEN 'running'
        WHEN {_condition(("Preempted", "Evicted"))} IS NOT NULL THEN 'preempted'
        ELSE 'pending' END AS state
FROM needs WHERE object = 'Workload' AND fault IS NULL"""
