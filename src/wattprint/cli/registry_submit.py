"""`wattprint registry submit`: model cards and tables of models, each row checked by the hub."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json, say
from wattprint.cli.progress import with_progress
from wattprint.client.credentials import load_credentials
from wattprint.client.errors import HubAwayError, HubError, TokenRefusedError
from wattprint.client.transport import Answer, HubSender, Sender
from wattprint.domain.errors import InputError
from wattprint.hub.registry.cards import LARGEST_CARD, read_card
from wattprint.hub.registry.table import read_table
from wattprint.ledger.home import home_folder

_BATCH = 500
_CARDS = (".md", ".markdown")
_MOST_FILES = 100_000
_LARGEST_TABLE = 64 * 1024 * 1024
_SHOWN = 20


class Told(NamedTuple):
    """What became of a row."""

    source: str
    line: int
    verdict: str
    model_id: str | None
    reasons: tuple[str, ...]


class _Row(NamedTuple):
    source: str
    line: int
    said: dict[str, Any]


@click.command(epilog="Example: wattprint registry submit models.csv cards/")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--accept", is_flag=True, help="Accept what was stored, as a maintainer may.")
@home_option
@json_option
def submit(*, files: tuple[str, ...], accept: bool, home: str | None, as_json: bool) -> int:
    """Send each FILE: a table (.csv), a model card (.md), or a folder of cards.

    Each row stands for itself: one that is refused is shown with its line and the reason, and the
    others are stored. The same files again change nothing.
    """
    credentials = load_credentials(home_folder(home))
    sender = HubSender(credentials.url, credentials.token)
    rows, told = _read(files)
    batches = [rows[i : i + _BATCH] for i in range(0, len(rows), _BATCH)]
    for batch in with_progress(batches, "Submitting models"):
        told += _send(sender, batch)
    accepted = _accept(sender, told) if accept else 0
    _print(sorted(told), accepted, as_json=as_json)
    return 0 if any(one.verdict in ("created", "duplicate") for one in told) else 2


def _read(files: Sequence[str]) -> tuple[list[_Row], list[Told]]:
    """Return what the files say, and rows that no hub need see to refuse."""
    rows: list[_Row] = []
    told: list[Told] = []
    for path in _paths(files):
        if path.suffix.casefold() == ".csv":
            for row in read_table(_text(path, _LARGEST_TABLE)):
                if row.said is None:
                    told.append(Told(str(path), row.line, "refused", None, (row.fault,)))
                else:
                    rows.append(_Row(str(path), row.line, row.said))
            continue
        try:
            name = path.parent.name if path.stem.casefold() == "readme" else path.stem
            rows.append(_Row(str(path), 1, read_card(_text(path, 4 * LARGEST_CARD), name)))
        except InputError as error:
            told.append(Told(str(path), 1, "refused", None, (str(error),)))
    return rows, told


def _paths(files: Sequence[str]) -> Iterator[Path]:
    for name in files:
        path = Path(name)
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.casefold() in _CARDS)
            if len(inside) > _MOST_FILES:
                raise InputError(
                    f"{name!r} holds {len(inside):,} cards", f"expected {_MOST_FILES:,} or fewer"
                )
            yield from (p for p in inside if p.is_file() and not p.is_symlink())
        elif path.suffix.casefold() not in (".csv", *_CARDS):
            raise InputError(f"{name!r} is no table or card", "expected .csv, .md or a folder")
        else:
            yield path


def _text(path: Path, most_bytes: int) -> str:
    with path.open("rb") as file:
        found = file.read(most_bytes + 1)
    if len(found) > most_bytes:
        raise InputError(f"{str(path)!r} is too large", f"expected {most_bytes:,} bytes or fewer")
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{str(path)!r} is no UTF-8", "expected a text") from None


def _send(sender: Sender, batch: Sequence[_Row]) -> list[Told]:
    sent = {"models": [row.said for row in batch]}
    answer = _checked(sender.send("POST", "/api/v1/registry/models:batch", sent))
    return [
        Told(row.source, row.line, one["verdict"], one["id"], tuple(one["reasons"]))
        for row, one in zip(batch, answer.document["rows"], strict=True)
    ]


def _checked(answer: Answer) -> Answer:
    if answer.status == 200:
        return answer
    if answer.status in (429, 503, 507):
        raise HubAwayError(f"the hub cannot take it now: {answer.detail()}")
    if answer.status in (401, 403):
        raise TokenRefusedError(
            f"the hub refuses: {answer.detail().rstrip('.')}", "log in: `wattprint login URL`"
        )
    raise HubError(f"the hub refuses: {answer.detail()}")


def _accept(sender: Sender, told: Sequence[Told]) -> int:
    ids = [one.model_id for one in told if one.verdict in ("created", "duplicate")]
    accepted = 0
    for i in range(0, len(ids), 5000):
        said = {"ids": ids[i : i + 5000], "decision": "accepted", "reason": ""}
        answer = _checked(sender.send("POST", "/api/v1/registry/models:review", said))
        accepted += sum(state == "accepted" for state in answer.document["models"].values())
    return accepted


def _print(told: Sequence[Told], accepted: int, *, as_json: bool) -> None:
    counts = Counter(one.verdict for one in told)
    if as_json:
        rows = [one._asdict() for one in told]
        print_json({"counts": dict(counts), "accepted": accepted, "rows": rows})
        return
    words = ", ".join(f"{counts[name]:,} {name}" for name in sorted(counts)) or "nothing found"
    click.echo(f"{words}; {accepted:,} accepted." if accepted else f"{words}.")
    refused = [one for one in told if one.verdict in ("refused", "conflict")]
    for one in refused[:_SHOWN]:
        reason = one.reasons[0] if one.reasons else "another entry has this id"
        say(f"{one.verdict}: {one.source} line {one.line}: {reason}")
    if len(refused) > _SHOWN:
        say(f"... and {len(refused) - _SHOWN:,} more; --json lists all.")
    warned = sum(bool(one.reasons) for one in told if one.verdict == "created")
    if warned:
        say(f"{warned:,} are stored with something odd about them, for whoever reviews them.")
