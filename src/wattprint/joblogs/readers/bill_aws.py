"""AWS Cost and Usage Reports: legacy CSV, Parquet for Athena, and CUR 2.0 of Data Exports.

Source: AWS, "Cost and Usage Report data dictionary" and "CUR 2.0 table dictionary" (2024).
"""

from wattprint.joblogs.readers.bill import Bill, faults, tag, utc

_COLUMNS = {
    "line_id": ("identitylineitemid",),
    "interval": ("identitytimeinterval",),
    "account_text": (
        "lineitemusageaccountname", "lineitemusageaccountid", "billpayeraccountid",
    ),
    "line_type": ("lineitemlineitemtype",),
    "start_text": ("lineitemusagestartdate",),
    "end_text": ("lineitemusageenddate",),
    "product": ("lineitemproductcode",),
    "usage_type": ("lineitemusagetype",),
    "resource": ("lineitemresourceid",),
    "amount": ("lineitemusageamount",),
    "instance_text": ("productinstancetype",),
    "region_text": ("productregioncode", "productregion"),
    "az": ("lineitemavailabilityzone", "productavailabilityzone"),
    "unit": ("pricingunit",),
    "tags": ("resourcetags", "tags"),
    "user_tag": ("resourcetagsuseruser", "resourcetagsuserowner", "resourcetagsawscreatedby"),
    "project_tag": ("resourcetagsuserproject", "resourcetagsuserprojectname"),
    "team_tag": (
        "resourcetagsuserteam", "resourcetagsusercostcenter", "resourcetagsuserdepartment",
    ),
}  # fmt: skip

_USED = "('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')"
"""Line item types that are use; all others are fees, taxes, credits and their counterparts."""

_EC2 = "regexp_matches(usage_type, '(^|-)(BoxUsage|SpotUsage|DedicatedUsage|HeavyUsage)(:|$)')"
_ML = "regexp_matches(usage_type, ':(ml[.])[a-z0-9-]+[.][a-z0-9-]+')"
"""SageMaker writes `USE1-Train:ml.p4d.24xlarge`."""

_TYPE = "nullif(regexp_extract(usage_type, ':(?:ml[.])?([a-z0-9-]+[.][a-z0-9-]+)', 1), '')"


def _query(source: str) -> str:
    hours = (
        "CASE WHEN lower(unit) LIKE 'sec%' THEN try_cast(amount AS DOUBLE) / 3600 "
        "ELSE try_cast(amount AS DOUBLE) END"
    )
    began, ended = (f"split_part(interval, '/', {part})" for part in (1, 2))
    start = f"coalesce({utc('start_text')}, {utc(began)})"
    end = f"coalesce({utc('end_text')}, {utc(ended)})"
    bare = "regexp_replace(instance_text, '^ml[.]', '')"
    return f"""
SELECT line, rows, repeated, broken, coalesce(resource, line_id) AS job_id,
    concat_ws('|', line_id, resource, usage_type, line_type, start_text, interval, amount)
        AS job_key,
    coalesce(user_tag, {tag("tags", ("user_user", "user_owner", "user", "aws_created_by"))})
        AS user_name,
    account_text AS account,
    coalesce(project_tag, {tag("tags", ("user_project", "project", "Project"))}) AS project,
    coalesce(team_tag, {tag("tags", ("user_team", "team", "Team", "user_cost_center"))}) AS team,
    CAST(NULL AS VARCHAR) AS accelerator,
    'aws/' || coalesce({_TYPE}, {bare}, 'm1.small') AS instance,
    'aws/' || coalesce(region_text, nullif(regexp_replace(az, '[a-z]$', ''), '')) AS region,
    {start} AS start_s, {end} AS end_s, ({hours}) * 3600 AS machine_s,
    CAST(NULL AS DOUBLE) AS cpus, CAST(NULL AS DOUBLE) AS gpus,
    CASE
        WHEN line_type NOT IN {_USED} THEN 'fees, taxes, credits and discounts'
        WHEN coalesce(product = 'AmazonEC2' AND {_EC2}, FALSE) THEN NULL
        WHEN coalesce(product IN ('AmazonSageMaker', 'SageMaker') AND {_ML}, FALSE) THEN NULL
        WHEN contains(usage_type, 'UnusedBox') OR contains(usage_type, 'UnusedDed')
            THEN 'capacity that was reserved and not used'
        ELSE 'services other than machines' END AS skip,
    {faults("amount", "coalesce(start_text, interval)", f"({hours})", f"({start})")} AS reject
FROM {source}"""


BILL = Bill(_COLUMNS, ("usage_type", "amount", "product"), _query)
