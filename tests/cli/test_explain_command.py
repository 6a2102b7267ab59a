"""`wattprint explain` and `estimate --methodology`: what is printed, drawn and refused."""

import json
import re
import shlex

import pytest

from cli.test_refusals import assert_refused

P4D = '--accelerator "A100 SXM4 40GB" --count 8 --hours 72 --region aws/us-east-1'
PUBLISHED = {
    "boavizta": "19.6",
    "cloud-carbon-footprint": "63.0",
    "ml-co2-impact": "85.2",
    "green-algorithms": "103.6",
}


def test_the_published_spread_is_in_the_table_and_the_words_say_why_the_first_is_low(wattprint):
    done = wattprint("explain", *shlex.split(P4D))
    assert (done.returncode, done.stderr) == (0, "")
    rows = {line.split()[0]: line.split() for line in done.stdout.splitlines() if line.split()}
    lines = done.stdout.splitlines()
    for name, kilograms in PUBLISHED.items():
        row = next(line.split() for line in lines if line.startswith(f"{name} "))
        assert kilograms in row
    assert "counts no power of the GPUs" in done.stdout
    assert "ecologits" in done.stdout and rows["Not"][1] == "applicable:"


def test_json_has_every_methodology_and_parts_that_add_up(wattprint):
    done = wattprint("explain", *shlex.split(P4D), "--json")
    document = json.loads(done.stdout)
    assert (document["schema"], done.stderr) == ("wattprint.explanation/1", "")
    for one in document["methodologies"]:
        difference = one["total_kg"] - document["wattprint"]["total_kg"]
        assert sum(one["causes_kg"].values()) == pytest.approx(difference, abs=1e-9)


@pytest.mark.parametrize(
    ("form", "begins"), [("svg", b"<svg"), ("PNG", b"\x89PNG")], ids=["svg", "png"]
)
def test_a_chart_is_written_whole_and_said(wattprint, tmp_path, form, begins):
    path = tmp_path / f"causes.{form}"
    done = wattprint("explain", *shlex.split(P4D), "--chart", str(path))
    assert (done.returncode, done.stderr) == (0, f"Chart written to {path}\n")
    assert path.read_bytes().startswith(begins)
    assert [file.name for file in tmp_path.iterdir() if "causes" in file.name] == [path.name]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (f"explain {P4D} --chart causes.pdf", ["'causes.pdf'", ".svg or .png"]),
        ("explain --accelerator V100 --hours 1", ["no place is given", "a zone"]),
        (f"explain {P4D} --methodology sci", ["option '--methodology' is unknown"]),
        ("explain --accelerator V1000 --hours 1 --zone FR", ["'V1000'", "'V100'"]),
        (f"estimate {P4D} --methodology mlco2-impact", ["'mlco2-impact'", "'ml-co2-impact'"]),
        (f"estimate {P4D} --methodology ecologits", ["requests to a language model"]),
    ],
)
def test_wrong_input_is_refused_in_one_line(wattprint, tmp_path, arguments, words):
    assert_refused(wattprint(*shlex.split(arguments)), *words)
    assert not (tmp_path / "causes.pdf").exists()


def test_a_chart_that_cannot_be_written_fails_and_leaves_nothing(wattprint, tmp_path):
    path = tmp_path / "no" / "causes.svg"
    done = wattprint("explain", *shlex.split(P4D), "--chart", str(path))
    assert (done.returncode, done.stdout) == (1, "")
    assert str(path) in done.stderr


def test_a_named_methodology_gives_its_own_exact_figure(wattprint):
    done = wattprint("estimate", *shlex.split(P4D), "--methodology", "green-algorithms", "--json")
    footprint = json.loads(done.stdout)
    located = footprint["emissions_kg"]["location_based"]
    # (8 x 300 W + 1152 GB x 0.3725 W) x 72 h x 1.2 x 0.42394 kg.
    assert located["value"] == pytest.approx(103.6259, rel=1e-5)
    assert located["low"] == located["value"] == located["high"]
    assert footprint["evidence"][0]["source"] == "green_algorithms_v3"


def test_explain_takes_every_option_that_describes_work(wattprint):
    def options(command):
        printed = wattprint(command, "--help").stdout
        return set(re.findall(r"^  (--[\w-]+)", printed, re.MULTILINE))

    of_time = {"--start", "--end", "--by-hour", "--provider", "--series-file"}
    others = {"--methodology", "--explain", *of_time}  # no other method charges by the hour
    assert options("estimate") - others <= options("explain")
