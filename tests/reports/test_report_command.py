"""`wattprint show` and `report` of a run with sections, and the file that a report goes to."""

import json
import os
import sys

import pytest

import processes
from made_runs import CPU, MEMORY, intervals, made_run
from reports.long_runs import busy_server, section
from wattprint.charts.theme import PAPER
from wattprint.cli.main import main
from wattprint.domain.readings import Logged
from wattprint.ledger.journal import JournalWriter
from wattprint.ledger.runs import load
from wattprint.reports.run_chart import CHARTS


@pytest.fixture
def home(tmp_path):
    """A ledger of one run of 20 s in which 40 samples were trained on."""
    run = made_run(devices=(CPU, MEMORY), intervals=intervals(1_800_000_000_000, 1_800_000_000_000))
    folder = tmp_path / "ledger" / "runs"
    folder.mkdir(parents=True)
    journal = JournalWriter(folder, run)
    for interval in run.intervals:
        logged = Logged(interval.end_s, 1, 20.0, {"loss": 0.5})
        journal.interval(interval, [section(("train",), interval, 0.5)], logged)
    journal.end("completed", 20.0, 0, (3_600_000_000_000, 1_800_000_000_000))
    journal.close()
    return tmp_path / "ledger"


@pytest.fixture
def report(home, monkeypatch, capsys):
    """Run the command in this process; return status, standard output and standard error."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([*map(str, arguments), "--home", str(home)])
        return ended.value.code, *capsys.readouterr()

    return run


def test_show_has_the_sections_and_the_units_of_a_run(report):
    status, shown, _ = report("show", "last", "--intensity", 400)
    assert status == 0
    # 1.5 kWh, half of it in the section; over 40 samples; x 400 g.
    (train,) = [line for line in shown.splitlines() if line.startswith("train")]
    assert train.split()[1:3] == ["750", "Wh"] and "50.0 %" in train and "300 g CO2e" in train
    (sample,) = [line for line in shown.splitlines() if line.startswith("sample")]
    assert sample.split()[1:3] == ["37.5", "Wh"] and "15 g CO2e" in sample


@pytest.mark.parametrize("arguments", [("show", "--json"), ("report", "--format", "json")])
def test_json_has_them_beside_the_run(report, arguments):
    _, printed, _ = report(*arguments)
    run = json.loads(printed)["run"]
    assert [row["path"] for row in run["sections"]] == [["train"], []]
    assert run["sections"][0]["share"] == pytest.approx(0.5, rel=1e-9)
    assert run["per_unit"][0]["energy_kwh"]["value"] == pytest.approx(0.0375, rel=1e-9)
    assert run["cpu_share"] is None


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "html"])
def test_every_format_has_them(report, form):
    status, document, _ = report("report", "--format", form)
    assert status == 0
    assert "train" in document and "sample" in document


def test_a_page_goes_to_a_file_whole_and_leaves_nothing_beside_it(report, tmp_path):
    file = tmp_path / "run.html"
    assert report("report", "--format", "html", "-o", file) == (0, "", "")
    assert file.read_text("utf-8").endswith("</html>\n")
    assert {path.name for path in tmp_path.iterdir()} == {"ledger", "run.html"}


def test_a_command_that_adds_the_place_names_the_ledger(report, home):
    _, page, _ = report("report", "--format", "html")
    assert f"--home {home} --zone FR --format html -o run.html" in page


def test_a_report_that_fails_leaves_the_file_as_it_was(report, tmp_path):
    file = tmp_path / "report.txt"
    file.write_text("before")
    status, _, said = report("report", "--zone", "Narnia", "-o", file)
    assert (status, file.read_text()) == (2, "before")
    assert "'Narnia' is unknown" in said
    assert {path.name for path in tmp_path.iterdir()} == {"ledger", "report.txt"}


def test_a_report_keeps_the_mode_of_the_file_and_the_link_to_it(report, tmp_path):
    file, link = tmp_path / "report.txt", tmp_path / "link.txt"
    file.write_text("before")
    file.chmod(0o640)
    link.symlink_to(file)
    assert report("report", "-o", link)[0] == 0
    assert link.is_symlink() and file.read_text().startswith("1.5 kWh")
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_report_can_be_written_to_a_pipe(home, tmp_path):
    done = processes.wattprint("report", "-o", "/dev/stdout", "--home", home, home=tmp_path)
    assert done.returncode == 0 and done.stdout.startswith("1.5 kWh")


@pytest.mark.parametrize("place", ["no/such/folder/run.html", "."], ids=["no folder", "a folder"])
def test_an_unwritable_place_is_refused_before_anything_is_computed(report, tmp_path, place):
    # The run is unknown as well, and is not looked for.
    status, printed, said = report("report", "unheard-of", "-o", tmp_path / place)
    assert (status, printed) == (1, "")
    assert str(tmp_path) in said and said.count("\n") == 1 and "unheard-of" not in said


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_read_only_file_is_not_replaced(report, tmp_path):
    file = tmp_path / "report.txt"
    file.write_text("before")
    file.chmod(0o444)
    assert report("report", "-o", file)[0] == 1
    assert file.read_text() == "before"


@pytest.mark.parametrize("package", ["jinja2", "vl_convert"])
def test_without_the_extra_one_line_names_it_before_the_run_is_looked_for(
    report, tmp_path, monkeypatch, package
):
    monkeypatch.setitem(sys.modules, package, None)
    file = tmp_path / "run.html"
    status, printed, said = report("report", "unheard-of", "--format", "html", "-o", file)
    assert (status, printed, said.count("\n")) == (2, "", 1)
    assert "pip install 'wattprint[report]'" in said
    assert not file.exists()


def test_the_other_formats_do_without_the_extra(report, monkeypatch):
    for package in ("jinja2", "vl_convert"):
        monkeypatch.setitem(sys.modules, package, None)
    for form in ("text", "json", "markdown", "latex"):
        assert report("report", "--format", form)[0] == 0


def test_a_whole_journal_comes_back_as_the_run_that_is_drawn(tmp_path):
    run = busy_server()
    bare = run._replace(sections=(), logged=(), outcome=None, exit_code=None, duration_s=0.0)
    path = write_journal_of(tmp_path, bare._replace(sections=run.sections, logged=run.logged))
    back = load(path.stem, home=tmp_path)
    assert (back.sections, back.logged, back.intervals) == (
        run.sections,
        run.logged,
        run.intervals,
    )


def write_journal_of(home, run):
    """Write a run with the sections and the progress of each interval."""
    folder = home / "runs"
    folder.mkdir()
    journal = JournalWriter(folder, run)
    for interval in run.intervals:
        sections = [row for row in run.sections if row.start_s == interval.start_s]
        logged = [log for log in run.logged if interval.start_s < log.at_s <= interval.end_s]
        journal.interval(interval, sections, logged[0] if logged else None)
    journal.close()
    return journal.path


@pytest.mark.parametrize(
    ("form", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF-")]
)
def test_a_chart_of_a_run_is_a_file(report, tmp_path, form, begins):
    file = tmp_path / f"power.{form}"
    assert report("report", "last", "--format", form, "-o", file) == (0, "", "")
    assert file.read_bytes().startswith(begins)


def test_a_chart_is_svg_unless_said_and_is_chosen_by_name(report):
    status, drawn, _ = report("report", "--chart", "components", "--dark")
    assert status == 0
    assert drawn.startswith("<svg") and "memory" in drawn and PAPER.dark in drawn


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_of_a_run_can_be_asked_for(report, name):
    status, drawn, said = report("report", "--chart", name)
    assert (status, said) == (0, "")
    assert drawn.startswith("<svg")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--chart", "powr"), "chart is 'powr'; expected one of"),
        (("--chart", "power", "--format", "latex"), "a chart has no format 'latex'; expected one"),
        (("--dark",), "--dark is of a chart; give --chart"),
        (("--format", "gif"), "format is 'gif'; expected one of"),
    ],
)
def test_a_chart_that_is_none_is_refused(report, arguments, said):
    status, written, fault = report("report", "last", *arguments)
    assert (status, written) == (2, "")
    assert said in fault
