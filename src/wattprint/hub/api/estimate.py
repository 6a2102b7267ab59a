"""The calculator for programs: a description of work in the address, its footprint back."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from wattprint.hub.api.address_limit import take_by_address
from wattprint.hub.api.asked import problems
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.calculator.asked import Asked, asked, unread_words
from wattprint.hub.calculator.factor_link import vintage
from wattprint.hub.calculator.fields import FACTORS, FIELDS, LONGEST

router = APIRouter(prefix="/api/v1", tags=["calculator"])


class FootprintFound(BaseModel):
    """A footprint, `wattprint.footprint/1`; its JSON Schema is in the package and its docs."""

    schema_: Annotated[str, Field(alias="schema", examples=["wattprint.footprint/1"])]
    factor_set: dict[str, str]
    work: dict[str, Any]
    energy_kwh: dict[str, Any]
    emissions_kg: dict[str, Any]
    summary: str


_FACTORS = {
    "name": FACTORS,
    "in": "query",
    "description": "Factor set that is expected: a version or the beginning of its SHA-256; "
    "another one than the hub's is refused",
    "schema": {"type": "string", "maxLength": LONGEST},
}


@router.get(
    "/estimate",
    response_model=FootprintFound,
    responses={**problems()},
    dependencies=[Depends(take_by_address)],
    openapi_extra={"parameters": [*(field.as_parameter() for field in FIELDS), _FACTORS]},
)
def get_estimate(request: Request) -> Response:
    """Estimate the footprint of described work: hardware, hours and place. No token is needed."""
    query = dict(request.query_params)
    here = vintage(query.get(FACTORS, ""))
    if not here.is_here:
        detail = f"factors is {here.named!r}; this hub has {here.here}."
        raise ProblemError(422, detail, [{"parameter": FACTORS, "detail": detail}])
    found = asked(query)
    _refuse_faults(found)
    if found.footprint is None:
        detail = "Nothing is described; expected an accelerator and hours, or energy_kwh."
        raise ProblemError(422, detail, [{"parameter": "accelerator", "detail": detail}])
    body = json.dumps(found.footprint.as_dict(), ensure_ascii=True, allow_nan=False)
    return Response(body, media_type="application/json")


def _refuse_faults(found: Asked) -> None:
    faults = [
        *(_fault(name, unread_words(name)) for name in found.unread),
        *(_fault(name, fault.sentence) for name, fault in found.faults.items()),
    ]
    if faults:
        raise ProblemError(422, " ".join(fault["detail"] for fault in faults), faults)


def _fault(name: str, detail: str) -> dict[str, str]:
    return {"parameter": name, "detail": detail} if name else {"detail": detail}
