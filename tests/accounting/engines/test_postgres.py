"""What PostgreSQL is asked to do, and what it is not."""

import pytest

from accounting.made import kinds_of, made_row, written
from accounting.test_text import SITE
from wattprint.accounting.account import Asked, account
from wattprint.accounting.engines.opening import open_engine
from wattprint.domain.errors import InputError


@pytest.fixture
def user(postgres_address):
    """The user's own session."""
    import psycopg

    with psycopg.connect(postgres_address, autocommit=True) as connection:
        yield connection


def one_job(folder, gpus):
    row = made_row(1, gpus=gpus)
    return Asked([written([row], folder / f"{gpus}.parquet")], kinds_of([row]), SITE)


def test_accountings_in_one_database_do_not_meet(postgres_address, tmp_path):
    one, other = (open_engine(postgres_address, tmp_path / name) for name in "ab")
    few = account(one_job(tmp_path, 1.0), one, tmp_path / "one.parquet")
    many = account(one_job(tmp_path, 4.0), other, tmp_path / "other.parquet")
    # One hour on one accelerator, and on four.
    assert few.total()["accelerator_s"] == 3600
    assert many.total()["accelerator_s"] == 14_400
    one.close()
    other.close()


def test_tables_of_the_user_are_left_alone(postgres_address, user, tmp_path):
    user.execute("CREATE TABLE jobs (mine text)")
    user.execute("INSERT INTO jobs VALUES ('kept')")
    try:
        engine = open_engine(postgres_address, tmp_path)
        account(one_job(tmp_path, 1.0), engine, tmp_path / "one.parquet")
        engine.close()
        assert user.execute("SELECT mine FROM jobs").fetchall() == [("kept",)]
        tables = "SELECT tablename FROM pg_tables WHERE schemaname NOT IN ({})"
        own = tables.format("'pg_catalog', 'information_schema'")
        assert ("jobs",) in user.execute(own).fetchall()
        assert ("footprints",) not in user.execute(own + " AND schemaname = 'public'").fetchall()
    finally:
        user.execute("DROP TABLE jobs")


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("postgresql://me:s3cret@127.0.0.1:1/db", "nothing listens there"),
        ("postgresql://me:s3cret%zz@127.0.0.1/db", "cannot be read"),
        ("postgresql://me:s3cret@127.0.0.1:99x/db", "its address is not understood"),
        ("postgresql://me:s3cret@@127.0.0.1:1/db", "cannot be used"),
        ("postgresql://me:s3cret@/db?host=/nowhere", "there is no such socket"),
    ],
)
def test_a_refusal_says_why_and_no_password(address, why, tmp_path):
    pytest.importorskip("psycopg")
    with pytest.raises(InputError, match=why) as refused:
        open_engine(address, tmp_path)
    assert "s3cret" not in str(refused.value)


def test_what_the_server_says_is_passed_on(postgres_address, tmp_path):
    address = postgres_address.replace("/postgres?", "/none?")
    with pytest.raises(InputError, match='database "none" does not exist'):
        open_engine(address, tmp_path)


def test_who_may_make_no_temporary_table_is_told_so(postgres_address, user, tmp_path):
    user.execute("CREATE ROLE poor LOGIN")
    user.execute("REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC")
    engine = open_engine(postgres_address.replace("wattprint@", "poor@"), tmp_path)
    with pytest.raises(InputError, match="GRANT TEMPORARY ON DATABASE"):
        account(one_job(tmp_path, 1.0), engine, tmp_path / "one.parquet")
    engine.close()
    user.execute("GRANT TEMPORARY ON DATABASE postgres TO PUBLIC")
