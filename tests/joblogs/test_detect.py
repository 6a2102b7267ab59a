"""Which kinds of logs there are, and what is said of files that are none."""

import pytest

from wattprint.domain.errors import InputError
from wattprint.joblogs.detect import KINDS, reader_for, readers


def test_every_kind_has_a_reader_of_its_name_in_the_order_in_which_files_are_tried():
    assert tuple(readers()) == KINDS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "7|a|COMPLETED|01:00:00\n7.batch|batch|COMPLETED|01:00:00\n",
            "without their header; .*-n",
        ),
        ("JobID     User   Elapsed    NCPUS\n7    ada   01:00:00   4\n", "the line of dashes"),
        ("JobId=7 JobName=a\n   UserId=ada(1)\n", "looks like `scontrol show job`; .*sacct"),
        ("  JOBID PARTITION     NAME     USER ST  TIME\n", "looks like squeue; .*sacct"),
        ('{"jobs": [{"job_id": 7, "job_state": ["RUNNING"]}]}', "looks like `squeue --json`"),
        ("=====\nqname        all.q\nhostname     n1\n", "looks like qacct; .*accounting"),
        (
            "08/30/2012 10:19:37;0010;PBS_Server;Job;7.s;x",
            "the log of the PBS server; .*accounting",
        ),
        ('# TYPE DCGM_FI_DEV_POWER_USAGE gauge\nx{gpu="0"} 1', "one scrape .*; .*query_range"),
        ('{"status":"error","errorType":"bad_data"}', "the error that Prometheus answered"),
        ("lineItem/UsageStartDate,lineItem/UnblendedCost\n2024-01-01,1\n", "AWS .*UsageAmount"),
        ("MeterCategory,Date,SubscriptionId\nx,2024-01-15,s\n", "Azure .*Quantity"),
        ("sku.description,cost\nx,1\n", "Google Cloud .*usage.amount"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS.*git lfs pull"),
        ("../.git/annex/objects/a/b/MD5-s1--0.csv", "git-annex.*git annex get"),
    ],
)
def test_what_people_take_for_a_log_is_named_with_what_to_give_instead(text, said, tmp_path):
    path = tmp_path / "log"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        reader_for(path)


def test_other_files_are_of_no_kind(tmp_path):
    path = tmp_path / "log"
    path.write_text("dear diary\n")
    with pytest.raises(InputError, match=r"is of no known kind; expected one of sacct, pbs"):
        reader_for(path)
