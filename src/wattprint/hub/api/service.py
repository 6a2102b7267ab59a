"""What those ask who keep the hub running: is it alive, is it ready, what has it done."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel
from sqlalchemy import select

from wattprint.hub.api.asked import AskedHub
from wattprint.hub.api.problems import MEDIA_TYPE, TITLES
from wattprint.hub.storage.schema import organisations

router = APIRouter(tags=["service"])
_AWAY = {
    "description": TITLES[503],
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class Health(BaseModel):
    """That it answers."""

    status: str = "ok"


@router.get("/healthz")
async def healthz() -> Health:
    """Whether the process answers."""
    return Health()


@router.get("/readyz", responses={503: _AWAY})
def readyz(hub: AskedHub) -> Health:
    """Whether the database answers too, with today's tables."""
    with hub.database.reading() as connection:
        connection.execute(select(organisations.c.org_id).limit(1)).first()
    return Health()


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(hub: AskedHub) -> PlainTextResponse:
    """Counters of this worker process, in Prometheus' text format; of no tenant by name."""
    return PlainTextResponse(hub.counters.text(), media_type="text/plain; version=0.0.4")
