"""Engines by the names that people write."""

import configparser
import sys

import pytest

from accounting.engines.servers import DEPLOY, free_port
from processes import python
from wattprint.accounting.engines.opening import check_engine, open_engine
from wattprint.domain.errors import InputError, UnknownNameError


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mysql://me:s3cret@host/db", "'mysql://' is unknown"),
        ("duckbd", "Nearest: 'duckdb'"),
        ("sparks://host", "Nearest: 'spark'"),
        ("me:s3cret@spark", "'spark' is unknown"),
    ],
)
def test_an_unknown_engine_is_refused_without_its_address(name, said):
    with pytest.raises(UnknownNameError, match=said) as refused:
        check_engine(name)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [("local[1]", "pyspark", "spark"), ("postgresql://host/db", "psycopg", "postgres")],
)
def test_a_missing_extra_is_named(name, package, extra, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    if extra == "spark":
        monkeypatch.setitem(sys.modules, "py4j", None)
    monkeypatch.delitem(sys.modules, f"wattprint.accounting.engines.{extra}", raising=False)
    with pytest.raises(InputError, match=rf"pip install 'wattprint\[account,{extra}\]'"):
        open_engine(name, tmp_path)


def test_missing_java_is_said(tmp_path, monkeypatch):
    pytest.importorskip("pyspark")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(InputError, match=r"needs Java, and JAVA_HOME is .*; expected Java 17"):
        open_engine("local[1]", tmp_path)


def test_a_master_that_does_not_answer_is_named(tmp_path):
    pytest.importorskip("pyspark")
    with pytest.raises(InputError, match=r"no Spark master answers at spark://|needs Java"):
        open_engine(f"spark://127.0.0.1:{free_port()}", tmp_path)


def test_duckdb_loads_neither_of_the_others(tmp_path):
    script = (
        "import sys; from pathlib import Path\n"
        "from wattprint.accounting.engines.opening import open_engine\n"
        "assert 'duckdb' not in sys.modules\n"
        f"open_engine('duckdb', Path({str(tmp_path)!r})).close()\n"
        "assert not {'pyspark', 'py4j', 'psycopg'} & set(sys.modules)\n"
    )
    done = python(script, home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("part", ["master", "worker"])
def test_a_unit_starts_the_script_beside_it(part):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(DEPLOY / f"wattprint-spark-{part}.service", "utf-8")
    script = unit["Service"]["ExecStart"].split()[0].rpartition("/")[2]
    assert script == f"{part}.sh"
    assert (DEPLOY / script).stat().st_mode & 0o111
