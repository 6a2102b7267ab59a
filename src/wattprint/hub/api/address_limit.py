"""How often those may ask who have no token: by the address that they ask from."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Annotated

from fastapi import Depends, Request

from wattprint.hub.api.asked import AskedHub

_HOUSEHOLD_BITS = 64
"""An IPv6 household has 2^64 addresses, and asks from any of them."""


def take_by_address(request: Request, hub: AskedHub) -> None:
    """Count a request of its address.

    Raises:
        ProblemError: There were too many.
    """
    hub.limit.take(f"address {household(request.client.host if request.client else '')}")


ByAddress = Annotated[None, Depends(take_by_address)]


def household(host: str) -> str:
    """Return whose address this is: of IPv6 the network of a household.

    >>> household("192.0.2.7"), household("2001:db8::1")
    ('192.0.2.7', '2001:db8::/64')
    """
    try:
        found = ip_address(host)
    except ValueError:
        return host
    if isinstance(found, IPv6Address):
        return str(ip_network((found, _HOUSEHOLD_BITS), strict=False))
    return str(found)
