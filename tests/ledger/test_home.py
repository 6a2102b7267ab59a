"""The home folder: where it is, and when it is refused."""

from pathlib import Path

import pytest

from processes import folder_open_to_all, python, python_as_nobody
from wattprint.domain.errors import HomeError, InputError
from wattprint.ledger.home import home_folder, runs_folder

SAY_HOME = """
import sys
from wattprint.ledger.home import home_folder
print(home_folder(*sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("given", "variables", "expected"),
    [
        ([], {}, "{home}/.wattprint"),
        ([], {"WATTPRINT_HOME": "/data/ledger"}, "/data/ledger"),
        ([], {"WATTPRINT_HOME": "~/ledger"}, "{home}/ledger"),
        (["/elsewhere"], {"WATTPRINT_HOME": "/data/ledger"}, "/elsewhere"),
        (["~/mine"], {}, "{home}/mine"),
    ],
    ids=["default", "variable", "variable with ~", "given goes before", "given with ~"],
)
def test_the_home_is_what_was_given_then_the_variable_then_the_users(
    given, variables, expected, tmp_path
):
    done = python(SAY_HOME, *given, home=tmp_path, **variables)
    assert done.stdout == expected.format(home=tmp_path) + "\n", done.stderr


def test_a_folder_is_made_only_where_it_is_asked_for(tmp_path):
    home = tmp_path / "a" / "b"
    assert runs_folder(home) == home / "runs"
    assert not home.exists()
    assert runs_folder(home, create=True).is_dir()


@pytest.mark.parametrize(
    ("place", "reason"),
    [("a file", "it is a file"), ("below a file", "Not a directory")],
)
def test_a_home_that_cannot_be_made_is_refused_in_three_parts(tmp_path, place, reason):
    file = tmp_path / "file"
    file.write_text("")
    home = file if place == "a file" else file / "home"
    with pytest.raises(
        HomeError, match=rf"cannot be used: ({reason}); expected a folder"
    ) as raised:
        runs_folder(home, create=True)
    assert isinstance(raised.value, (InputError, OSError))
    assert "WATTPRINT_HOME or --home" in str(raised.value)


def test_a_home_whose_runs_are_a_file_is_refused(tmp_path):
    (tmp_path / "runs").write_text("")
    with pytest.raises(HomeError, match="Not a directory"):
        runs_folder(tmp_path)


@pytest.mark.parametrize("given", [3, b"/data", ["/data"]], ids=repr)
def test_a_home_that_is_no_path_is_refused(given):
    with pytest.raises(HomeError, match=r"cannot be used: .* choose one with WATTPRINT_HOME"):
        home_folder(given)


def test_a_user_that_does_not_exist_has_no_home():
    with pytest.raises(HomeError, match=r"home folder '~nobody-at-all/w' cannot be used"):
        home_folder("~nobody-at-all/w")


def test_a_process_whose_user_has_no_home_is_told_so(tmp_path):
    # As in a container that runs under a number of its own, without HOME.
    script = """
import os, sys
from wattprint.domain.errors import HomeError
from wattprint.ledger.home import home_folder
import pwd
del os.environ["HOME"]
unnamed = next(n for n in range(40000, 60000) if n not in {user.pw_uid for user in pwd.getpwall()})
if os.getuid() != 0:
    sys.exit("not root")
os.setuid(unnamed)
try:
    home_folder()
except HomeError as error:
    print(error)
"""
    done = python(script, home=tmp_path)
    if done.stderr == "not root\n":
        pytest.skip("only root can become a user without a name")
    assert done.stdout.startswith("home folder '~/.wattprint' cannot be used"), done.stderr


@pytest.mark.parametrize(
    ("mode", "create"),
    [(0o000, False), (0o000, True), (0o444, False), (0o555, True)],
    ids=["closed, to read", "closed, to write", "not to be entered", "read-only, to write"],
)
def test_a_home_that_the_user_may_not_use_is_refused(mode, create):
    script = """
from pathlib import Path
from wattprint.domain.errors import HomeError
from wattprint.ledger.home import runs_folder
try:
    runs_folder(Path(sys.argv[1]), create=sys.argv[2] == "True")
except HomeError as error:
    print(error)
"""
    with folder_open_to_all() as folder:
        runs = folder / "home" / "runs"
        runs.mkdir(parents=True)
        runs.chmod(mode)
        done = python_as_nobody(script, runs.parent, create, home=folder)
        runs.chmod(0o755)
    assert f"home folder '{folder}/home' cannot be used: Permission denied" in done.stdout, done


def test_a_home_that_may_only_be_read_is_read():
    script = """
from pathlib import Path
from wattprint.ledger.home import runs_folder
print(runs_folder(Path(sys.argv[1])))
"""
    with folder_open_to_all() as folder:
        (folder / "runs").mkdir()
        (folder / "runs").chmod(0o555)
        done = python_as_nobody(script, folder, home=folder)
        (folder / "runs").chmod(0o755)
    assert done.stdout == f"{folder / 'runs'}\n", done.stderr


def test_the_home_may_be_a_path(tmp_path):
    assert home_folder(Path(tmp_path)) == tmp_path
