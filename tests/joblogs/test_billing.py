"""Bills of three clouds: machine-hours are jobs, all else is counted by what it is."""

import json

import pytest

from joblogs.logs import Read
from joblogs.small_logs import AWS, AZURE, GCP, gcp, parquet
from wattprint.domain.errors import InputError

AWS_HEAD = AWS.partition("\n")[0] + "\n"


def aws(usage, amount="1.0", product="AmazonEC2", line_type="Usage"):
    return (
        f"x,123,{line_type},2024-01-31T10:00:00Z,2024-01-31T11:00:00Z,{product},{usage},i-9,"
        f"{amount},us-east-1,Hrs,\n"
    )


def test_cores_are_told_before_a_comma_and_may_be_billed_in_hours(tmp_path):
    # 48 core-hours within an hour of the clock: 48 cores.
    line = gcp("E2 Instance Core, custom", 48, spec="e2-custom-48")
    line["usage"]["unit"] = "hour"
    found = Read(tmp_path, json.dumps(line) + "\n").job
    assert found["cpus"] * found["elapsed_s"] == 48 * 3600


def test_a_line_of_an_instance_of_aws_is_a_job(tmp_path):
    read = Read(tmp_path, AWS)
    job = read.job
    assert (job["instance"], job["region"]) == ("aws/p4d.24xlarge", "aws/us-east-1")
    assert (job["elapsed_s"], job["nodes"], job["team"]) == (3600, 1, "vision, big")
    assert (job["account"], job["start_s"]) == ("123", 1706695200)
    assert read.logs.skipped == {"services other than machines": 1}


def test_several_instances_on_a_line_are_several_nodes(tmp_path):
    job = Read(tmp_path, AWS_HEAD + aws("SpotUsage:g5.xlarge", "2.5")).job
    # 2.5 h within one hour are three machines, each for 50 min.
    assert (job["instance"], job["nodes"], job["elapsed_s"]) == ("aws/g5.xlarge", 3, 3000)


@pytest.mark.parametrize(
    ("line", "skip"),
    [
        (aws("EU-EBS:VolumeUsage.gp3"), "services other than machines"),
        (aws("BoxUsage:m5.large", line_type="Tax"), "fees, taxes, credits and discounts"),
        (aws("UnusedBox:m5.large"), "capacity that was reserved and not used"),
        (aws("BoxUsage:m5.large", product="ElasticMapReduce"), "services other than machines"),
    ],
)
def test_a_line_that_is_no_machine_is_counted_by_what_it_is(line, skip, tmp_path):
    read = Read(tmp_path, AWS_HEAD + line)
    assert (read.jobs, read.logs.skipped) == ([], {skip: 1})


def test_sagemakers_machines_are_those_of_ec2(tmp_path):
    line = aws("USW2-Train:ml.p4d.24xlarge", product="AmazonSageMaker")
    assert Read(tmp_path, AWS_HEAD + line).job["instance"] == "aws/p4d.24xlarge"


def test_a_report_in_parquet_is_read_by_the_names_of_cur_2(tmp_path):
    log = parquet(
        "SELECT 'a' AS identity_line_item_id, '123' AS line_item_usage_account_id, "
        "'DiscountedUsage' AS line_item_line_item_type, 'AmazonEC2' AS line_item_product_code, "
        "TIMESTAMP '2024-01-31 00:00:00' AS line_item_usage_start_date, "
        "TIMESTAMP '2024-02-01 00:00:00' AS line_item_usage_end_date, "
        "'BoxUsage:p5.48xlarge' AS line_item_usage_type, 12.0 AS line_item_usage_amount, "
        "'eu-west-1' AS product_region_code, MAP {'user_team': 'vision'} AS resource_tags"
    )
    job = Read(tmp_path, log).job
    assert (job["instance"], job["region"]) == ("aws/p5.48xlarge", "aws/eu-west-1")
    assert (job["elapsed_s"], job["team"]) == (43200, "vision")


def test_lines_that_cannot_be_read_are_named(tmp_path):
    log = AWS_HEAD + aws("BoxUsage:m5.large", "many") + aws("BoxUsage:m5.large", "-1") + "a,b\n"
    assert Read(tmp_path, log).reasons == [
        "usage is 'many'; expected hours",
        "usage is '-1'; expected 0 hours or more",
        "has 2 values; expected 12",
    ]


def test_a_machine_of_azure_is_named_by_its_details(tmp_path):
    read = Read(tmp_path, AZURE)
    job = read.job
    assert (job["instance"], job["region"]) == ("azure/nd96asr_v4", "azure/eastus2")
    assert (job["elapsed_s"], job["team"], job["project"]) == (86400, "vision", "rg")


def test_an_older_bill_of_azure_counts_in_its_unit(tmp_path):
    log = (
        "Subscription Name,Date,Meter Category,Meter Name,Consumed Quantity,Unit of Measure,"
        "Resource Location,Instance ID\n"
        "sub,2024-01-31,Virtual Machines,NC6s v3 Spot,1.2,10 Hours,EU West,/a/vm\n"
    )
    job = Read(tmp_path, log).job
    # 1.2 * 10 h within a day.
    assert (job["instance"], job["region"]) == ("azure/nc6s_v3", "azure/westeurope")
    assert (job["elapsed_s"], job["account"]) == (43200, "sub")


def test_a_machine_of_google_counts_by_its_cores(tmp_path):
    read = Read(tmp_path, GCP)
    job = read.job
    # 43,200 core seconds of 12 cores: one machine for an hour; memory and A100 are in its type.
    assert (job["instance"], job["elapsed_s"], job["nodes"]) == ("gcp/a2-highgpu-1g", 3600, 1)
    assert (job["project"], job["team"], job["region"]) == ("p1", "vision", "gcp/us-central1")
    assert read.logs.counts.skipped == 2


def test_accelerators_of_google_that_are_added_to_a_machine_count_themselves(tmp_path):
    log = json.dumps(gcp("Nvidia Tesla T4 GPU running in Iowa", 7200, spec="n1-standard-8")) + "\n"
    job = Read(tmp_path, log).job
    # 7,200 accelerator seconds within an hour are two of them.
    assert (job["accelerator"], job["gpus"], job["elapsed_s"]) == ("Nvidia Tesla T4", 2, 3600)


def test_a_table_that_is_no_bill_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no cost and usage export .*expected one of AWS"):
        Read(tmp_path, "a,b\n1,2\n", kind="billing")
