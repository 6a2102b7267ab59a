"""What a site says of the teams of its projects, told to the hub where nobody said it there."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from wattprint.cli.output import say
from wattprint.client.errors import MayNotReadError
from wattprint.client.fetch import ask
from wattprint.client.transport import Sender

_LONGEST_ID = 64


def tell_teams(sender: Sender, team_of: Mapping[str, str]) -> None:
    """Give projects that have no team on the hub theirs, if the token may; else leave them.

    Args:
        sender: The hub.
        team_of: Names of teams by project.

    Raises:
        HubAwayError: The hub does not answer.
    """
    try:
        found = ask(sender, "/api/v1/projects")["projects"] if team_of else []
        waiting = [row["project"] for row in found if row["team"] is None]
        known = _teams(sender) if waiting else {}
    except MayNotReadError:
        return
    for project in waiting:
        if (name := team_of.get(project)) is None:
            continue
        team = known.get(name.casefold()) or _made(sender, name, known)
        path = f"/api/v1/projects/{quote(project, safe='')}"
        if team is None or sender.send("PUT", path, {"team": team}).status != 204:
            return  # it may not, and no other either
        known[name.casefold()] = team
        say(f"Project {project!r} is of the team {name!r} on the hub now.")


def _teams(sender: Sender) -> dict[str, str]:
    """Return ids of teams by what they are called."""
    answer: Any = sender.send("GET", "/api/v1/teams").document
    rows = answer if isinstance(answer, list) else []
    return dict(_called(rows))


def _called(rows: list[Any]) -> Iterator[tuple[str, str]]:
    for row in rows:
        yield row["name"].casefold(), row["team"]
    for row in rows:  # an id goes before a name
        yield row["team"].casefold(), row["team"]


def _made(sender: Sender, name: str, known: Mapping[str, str]) -> str | None:
    """Make a team and return its id; None where the token may not, or no id is in its name."""
    team = re.sub(r"[^A-Za-z0-9._@-]+", "-", name).strip("-._@")[:_LONGEST_ID]
    if not team:
        return None
    if team.casefold() in known:  # to make it again would rename it
        return known[team.casefold()]
    status = sender.send("PUT", f"/api/v1/teams/{quote(team, safe='')}", {"name": name}).status
    return team if status == 200 else None
