"""`wattprint estimate` for plans, requests, sweeps and lives: what it prints, and what it takes."""

import json

import pytest

CHAT = "--inference --parameters-b 8 --prompt-tokens 200 --output-tokens 300 --batch 32"


def shown(wattprint, *arguments):
    done = wattprint("estimate", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_figures_that_were_asked_for_are_a_table_of_their_own(wattprint):
    text = shown(wattprint, *CHAT.split(), "--requests", 1000, "--zone", "FR")
    assert "what it comes to" in text
    assert "energy per request" in text and "EcoLogits per request" in text


def test_a_plain_estimate_has_no_such_table(wattprint):
    text = shown(wattprint, "--power-w", 300, "--hours", 1)
    assert "what it comes to" not in text


def test_the_json_has_them_under_derived(wattprint):
    plan = ["--accelerator", "H100", "--train-parameters-b", 8, "--train-tokens-b", 100]
    footprint = json.loads(shown(wattprint, *plan, "--json"))
    figures = {row["quantity"]: row for row in footprint["derived"]}
    # 6 x 8e9 x 100e9 = 4.8e21 FLOP.
    assert figures["training_compute"]["value"] == 4800
    assert figures["device_hours"]["low"] < figures["device_hours"]["value"]


def test_explain_shows_how_hours_and_energy_were_worked_out(wattprint):
    plan = ["--accelerator", "A100 SXM4 80GB", "--train-parameters-b", 1, "--train-tokens-b", 20]
    text = shown(wattprint, *plan, "--mfu", 0.5, "--explain")
    assert "device-hours = training compute / (peak x MFU)" in text
    assert "accelerator energy = device-hours x accelerator tdp x utilization" in text


def test_a_sweep_shows_what_each_kind_of_run_took(wattprint):
    text = shown(wattprint, "--power-w", 1000, "--hours", 10, "--sweep", 20, "--failed", 10)
    for kind in ("final run energy", "sweep energy", "failed runs energy", "all runs energy"):
        assert kind in text


def test_a_training_can_be_a_file_that_estimate_wrote(wattprint, tmp_path):
    training = tmp_path / "training.json"
    text = shown(wattprint, "--power-w", 1000, "--hours", 1000, "--intensity", 100, "--json")
    training.write_text(text, encoding="utf-8")
    text = shown(wattprint, *CHAT.split(), "--requests", 10, "--training", training)
    assert "break even requests" in text


def test_a_training_can_be_a_run_of_the_ledger(wattprint, recorded):
    text = shown(wattprint, *CHAT.split(), "--requests", 10, "--training", "last")
    assert "break even requests" in text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{}", "is not a footprint"),
        ("not JSON", "is not a footprint"),
        ("[1]", "is not a footprint"),
    ],
)
def test_a_file_that_is_no_footprint_is_refused(wattprint, tmp_path, content, words):
    (tmp_path / "training.json").write_text(content, encoding="utf-8")
    done = wattprint(
        "estimate", *CHAT.split(), "--requests", 10, "--training", tmp_path / "training.json"
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_run_that_there_is_none_of_is_refused(wattprint):
    done = wattprint("estimate", *CHAT.split(), "--requests", 10, "--training", "nowhere.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere.json" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--inference", ["nothing says what a request takes", "requests_per_s"]),
        ("--requests 5 --power-w 1 --hours 1", ["without inference", "--inference"]),
        ("--sweep 0 --power-w 1 --hours 1", ["sweep is 0.0", "from 1"]),
        ("--failed 2 --power-w 1 --hours 1", ["failed is 2.0 of no sweep"]),
        ("--train-parameters-b 7 --accelerator H100", ["without train_tokens_b"]),
        ("--mfu 40 --train-parameters-b 7 --train-tokens-b 1 --accelerator H100", ["mfu is 40.0"]),
        ("--units 5 --power-w 1 --hours 1", ["units is 5.0 of nothing", "functional_unit"]),
        ("--training-kwh 5 --power-w 1 --hours 1", ["training_kwh is 5.0", "training_at"]),
        ("--output-token 5 --inference", ["option '--output-token' is unknown", "--output-tokens"]),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(wattprint, arguments, words):
    done = wattprint("estimate", *arguments.split())
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert all(word in line for word in words), line


def test_without_a_place_the_command_that_adds_one_is_shown(wattprint):
    text = shown(wattprint, *CHAT.split(), "--requests", 10)
    assert "For emissions add a place" in text
