"""The list of sweeps: those that have run lately, and what each comes to."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from wattprint.hub import run_list, sweeps
from wattprint.hub.api.asked import AskedHub, Hub
from wattprint.hub.pages import asked, sweep_words
from wattprint.hub.pages.asked import Text
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.runs import midnight_ms
from wattprint.hub.pages.sharing import shared_page
from wattprint.hub.pages.visitor import Member, Visitor

router = APIRouter(include_in_schema=False)
_ROWS = 20


class Asked(NamedTuple):
    """Which sweeps."""

    runs: run_list.Asked
    query: dict[str, str]
    """The parts of the address that say so."""


async def asked_of(project: Text = "", since: Text = "", until: Text = "") -> Asked:
    """Return which sweeps are asked for, by the address.

    Raises:
        InputError: A day that is none.
    """
    wanted = run_list.Asked(
        project=asked.exact(project),
        since_ms=midnight_ms("since", since, 0),
        until_ms=midnight_ms("until", until, 1),
    )
    return Asked(wanted, {"project": project, "since": since, "until": until})


AskedSweeps = Annotated[Asked, Depends(asked_of)]


@router.get("/sweeps")
async def get_sweeps(
    request: Request,
    hub: AskedHub,
    member: Member,
    of: AskedSweeps,
    cursor: Annotated[str, asked.Query(max_length=2000)] = "",
) -> Response:
    """List sweeps."""
    return await shared_page(request, member, lambda who: _sweeps(request, hub, who, of, cursor))


def _sweeps(request: Request, hub: Hub, member: Visitor, of: Asked, cursor: str) -> Response:
    found = sweeps.listed(hub.database, member.org_id, of.runs, cursor=cursor or None, limit=_ROWS)
    return page(
        request,
        member,
        "sweeps.html.jinja",
        asked=of,
        found=found,
        words=sweep_words,
        cursor=cursor,
        looked=f"{sum(run_list.STRETCHES):,}",
        most_of_each=f"{sweeps.MOST_RUNS_OF_EACH:,}",
        projects=run_list.choices(hub.database, member.org_id)["project"],
        is_filtered=any(of.query.values()),
    )
