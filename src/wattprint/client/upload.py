"""From the spool to the hub, in order, until all is there or the hub is away."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from wattprint.client.errors import (
    HubAwayError,
    HubError,
    SpoolBusyError,
    TokenRefusedError,
)
from wattprint.client.spool import Spool, SpooledRow, batches
from wattprint.client.transport import Answer, Sender

BATCH = 1000
_AWAY = (408, 425, 429, 500, 502, 503, 504, 507)


class Sent(NamedTuple):
    """What became of rows."""

    stored: int = 0
    """New to the hub."""
    known: int = 0
    """There already."""
    refused: int = 0
    """Set aside with their reasons."""

    def plus(self, other: "Sent") -> "Sent":
        """Add up."""
        return Sent(*(a + b for a, b in zip(self, other, strict=True)))


def upload(
    spool: Spool, sender: Sender, *, told: Callable[[Sent], None] | None = None, batch: int = BATCH
) -> Sent:
    """Send what waits, and return what became of it.

    Args:
        spool: What waits.
        sender: Where it goes.
        told: Called after each batch.
        batch: Rows of one batch.

    Raises:
        HubAwayError: The hub did not take the rest, which waits on; or another process sends.
        TokenRefusedError: The token is not known, or may not do this; everything waits on.
    """
    total = Sent()
    with spool.sending() as is_ours:
        if not is_ours:
            raise SpoolBusyError(f"another process sends from {spool.folder}; nothing is lost.")
        for rows in batches(spool.waiting(), batch):
            total = total.plus(_send(spool, sender, rows))
            spool.mark_sent(rows)
            if told is not None:
                told(total)
    return total


def _send(spool: Spool, sender: Sender, rows: Sequence[SpooledRow]) -> Sent:
    """Send a batch; one that is refused is halved or thinned until what is wrong stands alone."""
    answer = sender.send("POST", f"/api/v1/{rows[0].kind}:batch", _body(rows))
    if answer.status == 200:
        return _counted(answer)
    if answer.status in _AWAY:
        raise HubAwayError(f"the hub cannot take it now: {answer.detail()}")
    if answer.status == 401:
        raise TokenRefusedError("the hub refuses the token", "log in again: `wattprint login URL`")
    if answer.status == 403 and len(rows) == 1:
        raise TokenRefusedError(
            f"the hub refuses: {answer.detail().rstrip('.')}", "expected a token that may write it"
        )
    if not 400 <= answer.status < 500:
        raise HubError(f"the hub answers what no hub does: {answer.detail()}")
    faults = _faults_by_row(answer, rows[0].kind, len(rows))
    if faults:
        for i, reason in faults.items():
            spool.set_aside(rows[i], reason)
        rest = [row for i, row in enumerate(rows) if i not in faults]
        sent = Sent(refused=len(faults))
        return sent.plus(_send(spool, sender, rest)) if rest else sent
    if len(rows) == 1:
        spool.set_aside(rows[0], answer.detail())
        return Sent(refused=1)
    half = len(rows) // 2
    return _send(spool, sender, rows[:half]).plus(_send(spool, sender, rows[half:]))


def _body(rows: Sequence[SpooledRow]) -> dict[str, Any]:
    sent = [row.row for row in rows]
    if rows[0].kind == "runs":
        return {"runs": sent}
    return {"project": rows[0].project, "intervals": sent}


def _counted(answer: Answer) -> Sent:
    counts = answer.document["counts"]
    stored = counts.get("created", 0) + counts.get("replaced", 0)
    return Sent(stored, sum(counts.values()) - stored)


def _faults_by_row(answer: Answer, kind: str, count: int) -> dict[int, str]:
    """Return why single rows are refused, as far as the hub says which."""
    errors = answer.document.get("errors", ()) if isinstance(answer.document, dict) else ()
    faults: dict[int, str] = {}
    for error in errors:
        steps = str(error.get("pointer", "")).split("/")
        if len(steps) >= 3 and steps[1] == kind and steps[2].isdecimal() and int(steps[2]) < count:
            faults[int(steps[2])] = f"{'/'.join(steps[3:])}: {error.get('detail')}".lstrip(": ")
    return faults
