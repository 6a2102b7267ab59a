"""The first page: where one goes from here."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from wattprint.hub.api.address_limit import take_by_address
from wattprint.hub.pages.visitor import AnyVisitor

router = APIRouter(include_in_schema=False, dependencies=[Depends(take_by_address)])


@router.get("/")
def get_home(request: Request, visitor: AnyVisitor) -> Response:  # noqa: ARG001 - the limit of requests counts it
    """Send members to their dashboard, and anybody else to the calculator."""
    there = "/dashboard" if visitor.principal is not None else "/calculator"
    return RedirectResponse(there, status_code=303)
