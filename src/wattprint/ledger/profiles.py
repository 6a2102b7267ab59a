"""Node profiles of a home folder: one JSON file each, `profiles/NAME.json`."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from wattprint.domain.errors import InputError, RecordError, UnknownNameError, nearest_names
from wattprint.domain.node_profile import Machine, NodeProfile
from wattprint.ledger.home import home_folder, profiles_folder

SUFFIX = ".json"
READINGS_SUFFIX = ".readings.csv"
"""Readings that a guide has taken so far lie beside the profile that comes of them."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_NO_LETTER = re.compile(r"[^a-z0-9]+")


class Profiles:
    """The node profiles below a home folder.

    Args:
        home: Home folder; None takes $WATTPRINT_HOME, else ~/.wattprint.

    Raises:
        HomeError: The home folder cannot be read.
    """

    def __init__(self, home: str | os.PathLike[str] | None = None) -> None:
        self._home = home_folder(home)
        self._folder = profiles_folder(self._home)
        self.unreadable: dict[str, str] = {}
        """Why a profile could not be read, by name, as far as the reading has come."""

    def names(self) -> list[str]:
        """Return the names of all profiles, in the order of the alphabet."""
        if not self._folder.exists():
            return []
        files = (entry.name for entry in os.scandir(self._folder) if entry.is_file())
        names = (name.removesuffix(SUFFIX) for name in files if name.endswith(SUFFIX))
        return sorted(filter(_NAME.fullmatch, names))

    def path(self, name: str) -> Path:
        """Return the file of a profile.

        Raises:
            InputError: It is no name of a profile.
        """
        return self._folder / f"{profile_name(name)}{SUFFIX}"

    def readings_path(self, name: str) -> Path:
        """Return the file of the readings that a guide takes for a profile; its folder is made.

        Raises:
            InputError: It is no name of a profile.
            HomeError: The folder cannot be made.
        """
        return profiles_folder(self._home, create=True) / f"{profile_name(name)}{READINGS_SUFFIX}"

    def all(self) -> Iterator[NodeProfile]:
        """Yield all profiles; `unreadable` then says which could not be read."""
        self.unreadable.clear()
        for name in self.names():
            try:
                yield self._read(name)
            except FileNotFoundError:
                continue  # removed meanwhile
            except (RecordError, OSError) as error:
                self.unreadable[name] = str(error)

    def find(self, name: str) -> NodeProfile:
        """Return the profile of this name.

        Raises:
            InputError: There is none; it may be no name at all.
            RecordError: Its file is not that of a profile.
        """
        try:
            return self._read(profile_name(name))
        except FileNotFoundError:
            raise self._unknown(name) from None

    def for_machine(self, machine: Machine) -> NodeProfile | None:
        """Return the newest profile of a machine; None if it was never calibrated."""
        fitting = (profile for profile in self.all() if profile.machine == machine)
        return max(fitting, key=lambda profile: profile.fitted_at, default=None)

    def save(self, profile: NodeProfile, *, replace: bool = False) -> Path:
        """Write a profile, whole or not at all, and return its file.

        Args:
            profile: The profile.
            replace: Whether one of this name may be replaced.

        Raises:
            InputError: One of this name is there, or it is no name.
            HomeError: The folder cannot be made.
            OSError: The file cannot be written.
        """
        path = self.path(profile.name)
        if not replace:
            self.refuse_taken(profile.name)
        profiles_folder(self._home, create=True)
        beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
        try:
            with beside.open("x", encoding="utf-8") as file:
                json.dump(profile.as_dict(), file, indent=2, ensure_ascii=False, allow_nan=False)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except BaseException:  # Ctrl-C as well: half a profile is of use to nobody
            beside.unlink(missing_ok=True)
            raise
        return path

    def refuse_taken(self, name: str) -> None:
        """Refuse a name that a profile has already.

        Raises:
            InputError: There is one.
        """
        if self.path(name).exists():
            raise InputError(
                f"profile {name!r} is there already", "expected another --name, or --force"
            )

    def remove(self, name: str) -> None:
        """Delete a profile; readings that a guide took for it are kept.

        Raises:
            InputError: There is none of this name.
            OSError: It cannot be deleted.
        """
        try:
            self.path(name).unlink()
        except FileNotFoundError:
            raise self._unknown(name) from None

    def _read(self, name: str) -> NodeProfile:
        path = self._folder / f"{name}{SUFFIX}"
        try:
            record = json.loads(path.read_bytes().decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise RecordError(f"{path} is no JSON: {error}.") from error
        # A file that was renamed is found by its new name.
        return NodeProfile.from_dict(record)._replace(name=name)

    def _unknown(self, name: str) -> UnknownNameError:
        known = self.names()
        allowed = "expected one that `wattprint calibrate --list` shows"
        if not known:
            allowed = "there is none yet: `wattprint calibrate --guide` makes one"
        return UnknownNameError(
            f"profile {name!r} is unknown", allowed, nearest_names(name, known, count=1)
        )


def profile_name(given: str) -> str:
    """Return a name that a file can have, or refuse it.

    Raises:
        InputError: Anything but small letters, digits, '-' and '_', or longer than 80.
    """
    if _NAME.fullmatch(given):
        return given
    nearest = named_like(given)
    raise InputError(
        f"profile name {given!r} is none",
        "expected up to 80 small letters, digits, '-' and '_', a letter or digit first",
        (nearest,) if nearest else (),
    )


def named_like(text: str) -> str:
    """Return a name made of a text; empty where it holds no letter and no digit.

    >>> named_like("Core(TM) i9-13900K")
    'core-tm-i9-13900k'
    """
    return _NO_LETTER.sub("-", text.lower()).strip("-")[:80].strip("-")
