"""`wattprint grid where`: the place that is found, and every step that led to it."""

import os
from pathlib import Path
from typing import Any

import click

from wattprint.cli.options import json_option
from wattprint.cli.output import print_json, print_table, say
from wattprint.grid.caller import Caller
from wattprint.grid.cloud import LONGEST_S, METADATA_URL, METADATA_VARIABLE, cloud_place
from wattprint.grid.ip_lookup import BASE_URL, NAME, URL_VARIABLE, ip_place, sends
from wattprint.grid.place import Found, Place, find_place
from wattprint.grid.transport import UrllibTransport


@click.command(epilog="Example: wattprint grid where")
@click.option("--zone", metavar="ZONE", help="Country, state or grid zone: FR, US-CA.")
@click.option("--region", metavar="REGION", help="Cloud region: gcp/europe-west1.")
@click.option(
    "--ask-cloud",
    is_flag=True,
    help="Ask the metadata service of this cloud instance (AWS, GCP, Azure) for its region.",
)
@click.option(
    "--ask-ip",
    is_flag=True,
    help="Ask a web service for the country of this machine's IP address. What it learns is said "
    "first.",
)
@json_option
def where(
    *, zone: str | None, region: str | None, ask_cloud: bool, ask_ip: bool, as_json: bool
) -> None:
    """Say which place is found for work in this folder, by whom, and where else was looked.

    In this order: --zone or --region; wattprint.toml and [tool.wattprint] of pyproject.toml, in
    this folder and up to the root of its repository; WATTPRINT_ZONE and WATTPRINT_REGION; and if
    asked, the cloud instance and the IP address. There is no default.
    """
    found = find_place(
        zone=zone,
        region=region,
        folder=Path.cwd(),
        environment=os.environ,
        ask_cloud=_cloud if ask_cloud else None,
        ask_ip=_ip if ask_ip else None,
    )
    if as_json:
        print_json(_dict(found))
        return
    print_table(("where was looked", "what was found"), found.steps)
    click.echo()
    if found.place is None:
        click.echo(
            'No place is found. Write `zone = "FR"` into wattprint.toml, or set WATTPRINT_ZONE.'
        )
        return
    zones = " or ".join(found.place.zones)
    click.echo(f"Place: zone {zones}, by {found.place.source}.")


def _cloud() -> Place:
    transport = UrllibTransport(connect_s=LONGEST_S, deadline_s=LONGEST_S, use_proxies=False)
    base_url = os.environ.get(METADATA_VARIABLE) or METADATA_URL
    return cloud_place(transport, base_url=base_url)


def _ip() -> Place:
    base_url = os.environ.get(URL_VARIABLE) or BASE_URL
    say(f"wattprint: --ask-ip {sends(base_url)}.")
    return ip_place(Caller(NAME, UrllibTransport()), base_url)


def _dict(found: Found) -> dict[str, Any]:
    place = found.place
    return {
        "zone": None if place is None else place.zone,
        "region": None if place is None else place.region,
        "zones": [] if place is None else list(place.zones),
        "source": None if place is None else place.source,
        "steps": [step._asdict() for step in found.steps],
    }
