"""The engine that reads logs keeps quiet, and to its own folder."""

from wattprint.joblogs.read import engine


def setting(connection, name):
    return connection.execute(f"SELECT current_setting('{name}')").fetchone()[0]


def test_nothing_is_drawn_on_standard_output_however_long_it_takes(tmp_path):
    with engine(tmp_path, threads=1, memory_mb=100) as connection:
        assert setting(connection, "enable_progress_bar") is False


def test_what_does_not_fit_into_memory_goes_to_the_folder_that_it_is_given(tmp_path):
    with engine(tmp_path, threads=1, memory_mb=100) as connection:
        assert setting(connection, "temp_directory").startswith(str(tmp_path))
