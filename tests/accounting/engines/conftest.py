from pathlib import Path

import pytest

from accounting.engines import servers


def pytest_collection_modifyitems(items):
    """Keep these tests in one process: each other one would start a cluster of its own."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group("engines"))


@pytest.fixture(scope="package")
def spark_master(tmp_path_factory):
    """A cluster whose settings every driver of these tests reads."""
    if missing := servers.spark_missing():
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch, servers.spark_cluster(folder) as master:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        patch.setenv("SPARK_LOCAL_IP", servers.LOOPBACK)
        yield master


@pytest.fixture(scope="package")
def spark(spark_master, tmp_path_factory):
    """One driver for all: each takes seconds to start."""
    from wattprint.accounting.engines.opening import open_engine

    engine = open_engine(spark_master, tmp_path_factory.mktemp("shared [1]"))
    yield engine
    engine.close()


@pytest.fixture(scope="package")
def postgres_address():
    if missing := servers.postgres_missing():
        pytest.skip(missing)
    with servers.postgres_server() as address:
        yield address


@pytest.fixture
def engine_of(request, tmp_path):
    """Open an engine by name; it is closed after the test, all but the shared one."""
    from wattprint.accounting.engines.opening import open_engine

    opened = []

    def of(name):
        if name == "spark":
            return request.getfixturevalue("spark")
        address = name if name == "duckdb" else request.getfixturevalue("postgres_address")
        opened.append(open_engine(address, tmp_path / f"overflow of {name}"))
        return opened[-1]

    yield of
    for engine in opened:
        engine.close()
