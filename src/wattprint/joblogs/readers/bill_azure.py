"""Azure's usage details: exports of Cost Management, of enterprise and pay-as-you-go accounts.

Source: Microsoft, "Understand usage details fields" (2024) and the older headers that it lists.
"""

from wattprint.joblogs.readers.bill import Bill, faults, tag, utc

_COLUMNS = {
    "category": ("metercategory",),
    "subcategory": ("metersubcategory", "metersubcategoryname"),
    "meter": ("metername",),
    "amount": ("quantity", "consumedquantity", "usagequantity"),
    "unit": ("unitofmeasure", "unit"),
    "start_text": ("date", "usagedate", "usagedatetime", "usagestarttime", "usagestart"),
    "end_text": ("usageendtime", "usageend"),
    "place": (
        "resourcelocationnormalized", "resourcelocation", "location", "meterregion",
    ),
    "account_text": (
        "subscriptionname", "subscriptionid", "subscriptionguid", "entitlementid",
    ),
    "group_text": ("resourcegroup", "resourcegroupname", "resourcegroups"),
    "resource": ("resourceid", "instanceid", "instancename", "resourcename"),
    "details": ("additionalinfo",),
    "tags": ("tags",),
    "charge": ("chargetype",),
    "cost_center": ("costcenter",),
}  # fmt: skip

_DAY_S = 86400

_PLACES = {
    "euwest": "westeurope",
    "eunorth": "northeurope",
    "apeast": "eastasia",
    "apsoutheast": "southeastasia",
}
"""Older names of regions -> those of today; 'US East 2' is 'eastus2' by rule."""


def _query(source: str) -> str:
    """A quantity is in units such as `1 Hour` or `100 Hours`."""
    unit = "coalesce(try_cast(regexp_extract(unit, '^([0-9]+)', 1) AS DOUBLE), 1)"
    hours = f"try_cast(replace(amount, ',', '') AS DOUBLE) * {unit}"
    start = utc("start_text")
    return f"""
SELECT line, rows, repeated, broken,
    nullif(split_part(resource, '/', -1), '') AS job_id,
    concat_ws('|', resource, meter, start_text, amount, unit) AS job_key,
    {tag("tags", ("user", "User", "owner", "Owner"))} AS user_name, account_text AS account,
    coalesce({tag("tags", ("project", "Project"))}, group_text) AS project,
    coalesce({tag("tags", ("team", "Team", "department", "costcenter"))}, cost_center) AS team,
    CAST(NULL AS VARCHAR) AS accelerator, 'azure/' || {_size()} AS instance,
    'azure/' || {_place()} AS region,
    {start} AS start_s, coalesce({utc("end_text")}, {start} + {_DAY_S}) AS end_s,
    ({hours}) * 3600 AS machine_s, CAST(NULL AS DOUBLE) AS cpus, CAST(NULL AS DOUBLE) AS gpus,
    CASE
        WHEN charge IS NOT NULL AND lower(charge) <> 'usage'
            THEN 'fees, taxes, credits and discounts'
        WHEN lower(category) <> 'virtual machines' OR category IS NULL
            THEN 'services other than machines'
        WHEN unit IS NOT NULL AND NOT regexp_matches(unit, '(?i)hour')
            THEN 'services other than machines' END AS skip,
    {faults("amount", "start_text", f"({hours})", f"({start})")} AS reject
FROM {source}"""


def _size() -> str:
    """Return SQL for the size of a machine: 'nd96asr_v4', from its details or its meter."""
    told = tag("details", ("ServiceType", "serviceType", "VMName"))
    meter = (
        "regexp_replace(split_part(meter, '/', 1), "
        "'(?i)( ?- ?(expired|low priority|spot)| spot| low priority)+$', '')"
    )
    size = f"coalesce({told}, CASE WHEN meter NOT ILIKE '%compute hours%' THEN {meter} END)"
    bare = f"regexp_replace(lower(trim({size})), '^(standard|basic)_', '')"
    return f"replace({bare}, ' ', '_')"


def _place() -> str:
    """Return SQL for a region: 'eastus2', whether it is written so, 'East US 2' or 'US East 2'."""
    bare = "regexp_replace(lower(place), '[^a-z0-9]', '', 'g')"
    cases = " ".join(f"WHEN '{old}' THEN '{new}'" for old, new in _PLACES.items())
    turned = (
        rf"regexp_replace({bare}, '^us((?:north|south|west)?central|east|west)([0-9]?)$', '\1us\2')"
    )
    return f"CASE {bare} {cases} ELSE nullif({turned}, '') END"


BILL = Bill(_COLUMNS, ("category", "amount", "start_text"), _query)
