"""A parameter that a route does not have is refused, and one that is given twice.

A filter with a slip of the pen would else return everything, and look like an answer; of two of a
name all but the last would count for nothing. No route takes a list as a repeated parameter.
"""

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant

from wattprint.domain.checks import one_of
from wattprint.domain.errors import InputError


async def only_known_parameters(request: Request) -> None:
    """Check the query of a request.

    Raises:
        InputError: It names what the route does not take, or one thing twice.
    """
    if not request.query_params:
        return
    known = set(_parameters(request.scope["route"].dependant))
    for name in request.query_params:
        if not known:
            raise InputError(f"parameter {name!r} is unknown", "expected none")
        one_of("parameter", name, known)
        count = len(request.query_params.getlist(name))
        if count > 1:
            raise InputError(f"parameter {name!r} is there {count} times", "expected it once")


def _parameters(dependant: Dependant) -> Iterator[str]:
    """Yield the parameters of a route, and of all that it depends on."""
    yield from (field.alias for field in dependant.query_params)
    for below in dependant.dependencies:
        yield from _parameters(below)
