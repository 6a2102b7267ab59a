"""The Python on the pages runs."""

import doctest
import runpy
import shutil

import pytest

from docs.pages import DOCS, FORMULA_PAGES, PAGES, README, ROOT, blocks, name_of

EXAMPLE_RUN = DOCS / "formats" / "20260316-080000-0005eed01.jsonl"
CLUSTER = runpy.run_path(str(ROOT / "tools" / "run_doc_commands.py"))["CLUSTER"]
WITH_PYTHON = [page for page in [README, *PAGES] if blocks(page, "python")]


def run_sessions(source, name):
    test = doctest.DocTestParser().get_doctest(source, {}, name, name, 0)
    runner = doctest.DocTestRunner(verbose=False)
    report = []
    runner.run(test, out=report.append)
    return "".join(report)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder with one run in its ledger, and a cluster's log."""
    runs = tmp_path / ".wattprint" / "runs"
    runs.mkdir(parents=True)
    shutil.copy(EXAMPLE_RUN, runs)
    for file in CLUSTER:
        shutil.copy(file, tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("WATTPRINT_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", WITH_PYTHON, ids=name_of)
def test_the_python_of_a_page_runs(page, home):
    sessions = [block for block in blocks(page, "python") if ">>>" in block]
    scripts = [block for block in blocks(page, "python") if ">>>" not in block]
    assert run_sessions("\n".join(sessions), name_of(page)) == ""
    for script in scripts:
        exec(compile(script, name_of(page), "exec"), {"train": lambda: None})


@pytest.mark.parametrize("page", FORMULA_PAGES, ids=name_of)
def test_every_formula_page_works_its_example(page):
    assert any(">>>" in block for block in blocks(page, "python"))
