"""How often those may ask who have no token: by the address that they ask from."""

from typing import Annotated

from fastapi import Depends, Request

from wattprint.hub.api.asked import AskedHub
from wattprint.hub.auth.attempts import network_of


def take_by_address(request: Request, hub: AskedHub) -> None:
    """Count a request of its address.

    Raises:
        ProblemError: There were too many.
    """
    hub.limit.take(f"address {network_of(request.client.host if request.client else '')}")


ByAddress = Annotated[None, Depends(take_by_address)]
