"""Which files logs are: as they are named, in folders, by patterns."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from wattprint.domain.errors import InputError, nearest_names

_HEAD_BYTES = 4096


def log_files(given: Sequence[str]) -> list[Path]:
    """Return the files that hold the logs, each once.

    Args:
        given: Paths, folders of logs, or patterns that no shell filled in.

    Raises:
        InputError: A path that is not there, a pattern that fits nothing, an empty folder, or the
            record of a run rather than a log of jobs.
    """
    if not given:
        raise InputError(
            "no log is given", "expected files, folders or '-': `wattprint account -h`"
        )
    found = list(dict.fromkeys(path for one in given for path in _files(one)))
    for path in found:
        _refuse_record_of_run(path)
    return found


def _files(given: str) -> Iterator[Path]:
    path = Path(given)
    if path.is_dir():
        yield from _in_folder(path)
    elif path.exists():
        yield path
    elif any(mark in given for mark in "*?["):
        yield from _fitting(given)
    else:
        beside = sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else []
        raise InputError(
            f"{given} is not there", "expected a log of jobs", nearest_names(path.name, beside, 1)
        )


def _in_folder(folder: Path) -> list[Path]:
    inside = sorted(path for path in folder.iterdir() if path.is_file())
    logs = [path for path in inside if not path.name.startswith(".")]
    if not logs:
        raise InputError(f"{folder} holds no files", "expected a log of jobs, or a folder of them")
    return logs


def _fitting(pattern: str) -> list[Path]:
    import glob

    found = sorted(Path(name) for name in glob.glob(pattern, recursive=True))  # noqa: PTH207
    logs = [path for path in found if path.is_file()]
    if not logs:
        raise InputError(f"{pattern!r} fits no file", "expected logs of jobs")
    return logs


def _refuse_record_of_run(path: Path) -> None:
    """Refuse what another tool wrote of one run: it is imported, not accounted for.

    Raises:
        InputError: It is one.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES).decode("utf-8", "replace")
    except OSError as error:
        why = error.strerror or "it cannot be opened"
        raise InputError(f"{path} cannot be read: {why}", "expected a log of jobs") from error
    what = _record_of_run(head)
    if what:
        raise InputError(
            f"{path} is {what}, the record of single runs and no log of jobs",
            f"`wattprint import {path}` takes it",
        )


def _record_of_run(head: str) -> str:
    first = head.lstrip("\ufeff \n").partition("\n")[0].lower()
    names = {name.strip().strip('"') for name in first.split(",")}
    if "emissions" in names and names & {"duration", "energy_consumed"}:
        return "a CodeCarbon emissions.csv"
    if "co2_eq_emissions" in head and (first.strip() == "---" or head.lstrip().startswith("{")):
        return "a model card"
    return ""
