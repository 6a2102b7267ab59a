"""Wrong input: status 2, one line of three parts on standard error, nothing on standard output."""

import re

import pytest

from processes import folder_open_to_all, python_as_nobody

THREE_PARTS = re.compile(r"wattprint: (?P<given>.+); (?P<allowed>.+?)\.( Nearest: '.+'\.)?")


def assert_refused(done, *words):
    """Assert the refusal of a command, and words that its message must hold."""
    assert (done.returncode, done.stdout) == (2, ""), done
    (line,) = done.stderr.splitlines()
    assert THREE_PARTS.fullmatch(line), line
    for word in words:
        assert word in line


V100 = "estimate --accelerator V100"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (f"{V100} --hours -1", ["hours is -1.0", "0 "]),
        (f"{V100} --hours nan", ["hours is nan", "finite number"]),
        (f"{V100} --device-hours -5", ["device_hours is -5.0"]),
        (f"{V100} --hours 1 --pue 0.99", ["pue is 0.99", "1 or more"]),
        (f"{V100} --hours 1 --pue good", ["pue is 'good'", "'provider'"]),
        (f"{V100} --hours 1 --utilization 1.1", ["utilization is 1.1", "0 to 1"]),
        ("estimate --power-w inf --hours 1", ["power_w is inf", "finite number"]),
        ("estimate --accelerator A1OO --hours 1", ["accelerator 'A1OO' is unknown", "Nearest"]),
        (f"{V100} --hours 1 --zone DEX", ["zone 'DEX' is unknown", "'DE'"]),
        (f"{V100} --hours 1 --zone Germny", ["zone 'Germny' is unknown", "Germany"]),
        (f"{V100} --hours 1 --region aws/us-est-1", ["region 'aws/us-est-1'", "us-east-1"]),
        (f"{V100} --hous 1", ["option '--hous' is unknown", "'--hours'"]),
        (f"{V100} --hours 1 --zone FR --region aws/us-east-1", ["different places"]),
        (f"{V100} --hours 1 --zone FR --year 1850", ["year is 1850", "1990"]),
        (f"{V100} --hours 1 --count 1.5", ["count is 1.5", "whole number"]),
        (f"{V100} --hours 1 --count 0", ["count is 0", "whole number"]),
        (f"{V100} --hours ten", ["'--hours'", "'ten'", "wattprint estimate --help"]),
        (f"{V100} --hours 1 --basis wind", ["basis is 'wind'", "direct, lifecycle"]),
        (f"{V100} --hours 1 --intensity -3", ["intensity is -3.0"]),
        (f"{V100} --hours 1 --device-hours 3", ["device_hours is 3.0", "count x hours"]),
        (f"{V100} --hours 1 --repeats 0", ["repeats is 0.0", "expected a finite number, 1 "]),
        (f"{V100} --hours 1 --host labtop", ["host 'labtop' is unknown", "none", "'laptop'"]),
        (f"{V100} --hours 1 --instance p4d", ["instance 'p4d' is unknown", "aws/p4d.24xlarge"]),
        (V100, ["no duration is given", "hours"]),
        ("estimate", ["nothing is given that draws power"]),
        ("estimate --energy-kwh 3", ["energy_kwh is 3.0", "energy_at"]),
        ("estimate --energy-kwh 3 --energy-at wall", ["energy_at is 'wall'", "facility"]),
        ("estimate --cpu Xeon --hours 1", ["'Xeon'"]),
        ("estimat --hours 1", ["command 'estimat' is unknown", "'estimate'"]),
        ("--quiet", ["option '--quiet' is unknown"]),
        ("show 20990101", ["run '20990101' is unknown", "`wattprint runs`"]),
        ("show 20260101-130000-bbbbbd", ["is unknown", "'20260101-130000-bbbbbb'"]),
        ("show 20260101", ["run '20260101' is not unique", "20260101-130000-bbbbbb"]),
        ("show last --zone DEX", ["zone 'DEX' is unknown"]),
        ("report last --format gif", ["format is 'gif'", "latex"]),
        ("report last other", ["unexpected extra argument"]),
        ("runs --limit 0", ["--limit", "x>=1"]),
        ("runs --limt 3", ["option '--limt' is unknown", "'--limit'"]),
        ("track", ["COMMAND"]),
        ("track --stage training -- true", ["stage is 'training'", "pretrain"]),
        ("track --interval 0 -- true", ["interval_s is 0.0", "0.1"]),
        ("track --tag seed -- true", ["tag 'seed' is not a pair", "KEY=VALUE"]),
        ("track --zon FR -- true", ["option '--zon' is unknown", "'--zone'"]),
        ("factors", ["command", "wattprint factors --help"]),
        ("factors find v100", ["'find'", "wattprint factors --help"]),
        ("factors list gpu", ["kind is 'gpu'", "accelerator"]),
        ("factors show zone DEX", ["zone 'DEX' is unknown", "'DE'"]),
        ("factors show source nobody", ["source 'nobody' is unknown", "factors list source"]),
        ("factors show zone", ["NAME"]),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_wrong_input_is_refused_in_one_line(wattprint, recorded, arguments, words):
    assert_refused(wattprint(*arguments.split()), *words)


def test_a_run_of_an_empty_ledger_is_refused_with_the_way_to_record_one(wattprint):
    assert_refused(wattprint("show", "last"), "is empty", "wattprint track -- COMMAND")


@pytest.mark.parametrize("command", ["runs", "show", "report", "track"])
def test_a_home_of_a_user_that_does_not_exist_is_refused(wattprint, command):
    child = ["--", "true"] if command == "track" else []
    done = wattprint(command, "--home", "~nobody-at-all/w", *child)
    assert_refused(done, "home folder '~nobody-at-all/w' cannot be used", "WATTPRINT_HOME")


@pytest.mark.parametrize("arguments", [["runs"], ["show"], ["report"]])
def test_a_home_that_the_user_may_not_read_is_refused(arguments):
    script = f"wattprint.cli.main.main({arguments!r})"
    with folder_open_to_all() as folder:
        (folder / "ledger").mkdir(mode=0o000)
        ledger = str(folder / "ledger")
        done = python_as_nobody(script, home=folder, WATTPRINT_HOME=ledger)
    assert_refused(done, f"home folder '{ledger}' cannot be used: Permission denied", "--home")


def test_a_refused_setting_is_refused_before_the_command_runs(wattprint, home):
    done = wattprint("track", "--zone", "DEX", "--", "touch", home / "ran")
    assert_refused(done, "zone 'DEX' is unknown")
    assert not (home / "ran").exists()
