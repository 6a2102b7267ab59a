"""Google Cloud's billing export from BigQuery: CSV, JSON or Parquet, standard or detailed.

A machine is billed as its cores, its memory and its accelerators: cores are what is counted.
Source: Google Cloud, "Structure of standard data export" and "of detailed data export" (2024).
"""

from wattprint.joblogs.readers.bill import Bill, faults, pair, tag, utc

_COLUMNS = {
    "service": ("servicedescription", "service"),
    "sku": ("skudescription", "sku"),
    "start_text": ("usagestarttime",),
    "end_text": ("usageendtime",),
    "project_text": ("projectid", "projectname"),
    "region_text": ("locationregion",),
    "resource": ("resourcename", "resourceglobalname"),
    "amount": ("usageamount",),
    "unit": ("usageunit",),
    "labels": ("labels",),
    "system": ("systemlabels",),
    "account_text": ("billingaccountid",),
}

_INCLUDED = "^(a2|a3|a4|a4x|g2|g4)-"
"""Families of machines whose type says which accelerators they have."""

_ONLY_THERE = "(A100|H100|H200|B200|GB200|GB300|[ ]L4|RTX PRO 6000)"
"""Accelerators that no other family has."""

_CORE = "regexp_matches(sku, '(Core|CPU|Cpu)([ ,]|$)') AND NOT regexp_matches(sku, 'Ram|RAM')"
_CARD = "regexp_matches(sku, '( GPU |GPU$|TPU|Tpu)')"

_NAME = (
    "trim(regexp_replace(regexp_replace(sku, '^(Spot |Preemptible )*', ''), "
    "'( GPU)?( (running|attached|in|to|v?CPU).*)?$', ''))"
)


def _label(column: str, names: tuple[str, ...]) -> str:
    return f"coalesce({pair(column, names)}, {tag(column, names)})"


def _query(source: str) -> str:
    cores = f"try_cast({_label('system', ('compute.googleapis.com/cores',))} AS DOUBLE)"
    spec = _label("system", ("compute.googleapis.com/machine_spec",))
    used_s = (
        "try_cast(amount AS DOUBLE) * "
        "CASE WHEN unit = 'seconds' THEN 1 WHEN unit IN ('hour', 'hours') THEN 3600 END"
    )
    start, end = utc("start_text"), utc("end_text")
    window = "greatest(end_s - start_s, 1)"
    included = (
        f"(regexp_matches(spec, '{_INCLUDED}') OR "
        f"spec IS NULL AND system IS NOT NULL AND regexp_matches(sku, '{_ONLY_THERE}'))"
    )
    inner = f"""
SELECT *, {spec} AS spec, {cores} AS cores, {used_s} AS used_s,
    {start} AS start_s, {end} AS end_s,
    coalesce({_CARD} AND service IN ('Compute Engine', 'Cloud TPU', 'TPU'), FALSE) AS is_card,
    coalesce(service = 'Compute Engine' AND {_CORE}, FALSE) AS is_core"""
    return f"""
SELECT line, rows, repeated, broken, resource AS job_id,
    concat_ws('|', resource, project_text, sku, start_text, end_text, amount) AS job_key,
    {_label("labels", ("user", "owner"))} AS user_name, account_text AS account,
    coalesce({_label("labels", ("project",))}, project_text) AS project,
    {_label("labels", ("team", "department", "cost-center"))} AS team,
    CASE WHEN is_card THEN {_NAME} END AS accelerator,
    CASE WHEN NOT is_card THEN 'gcp/' || spec END AS instance,
    'gcp/' || region_text AS region, start_s, end_s,
    CASE WHEN NOT is_card AND cores > 0 THEN used_s / cores END AS machine_s,
    CASE WHEN NOT is_card THEN CASE WHEN cores > 0 THEN cores ELSE used_s / {window} END END
        AS cpus,
    CASE WHEN is_card THEN used_s / {window} WHEN spec IS NULL THEN 0 END AS gpus,
    CASE
        WHEN contains(sku, 'Commitment') OR amount IS NULL THEN 'fees, taxes, credits and discounts'
        WHEN is_card AND {included} THEN 'accelerators of machines that are counted'
        WHEN is_card OR is_core THEN NULL
        WHEN service = 'Compute Engine' AND regexp_matches(sku, ' (Ram|RAM)( |$)')
            THEN 'memory of machines that are counted'
        ELSE 'services other than machines' END AS skip,
    {faults("concat_ws(' ', amount, unit)", "start_text", "used_s", "start_s")} AS reject
FROM ({inner} FROM {source})"""


BILL = Bill(_COLUMNS, ("sku", "start_text", "amount", "unit"), _query)
