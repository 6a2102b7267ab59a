"""`@wattprint.tracked`: every call of a function is a run of its own."""

import functools
import inspect
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar, overload

from wattprint.domain.errors import HomeError, InputError
from wattprint.tracker.track import track

Function = TypeVar("Function", bound=Callable[..., Any])


@overload
def tracked(function: Function) -> Function: ...
@overload
def tracked(**settings: Any) -> Callable[[Function], Function]: ...
def tracked(
    function: Function | None = None, **settings: Any
) -> Function | Callable[[Function], Function]:
    """Track every call of a function as a run of its own.

    Args:
        function: The function, when used as `@tracked`.
        **settings: What `track` takes, when used as `@tracked(project="ranker")`.

    Raises:
        InputError: No function, or as `track`; when the function is defined rather than called.
    """
    if not (function is None or callable(function)):
        allowed = "expected a function: write @tracked or @tracked(project='ranker')"
        raise InputError(f"function is {function!r}", allowed)
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        allowed = "expected a function that does its work when called: use `with track()` inside"
        raise InputError(f"{getattr(function, '__qualname__', function)} is a generator", allowed)
    track(**settings)  # refuses a wrong setting or home now, not hours later
    if function is None:
        return lambda function: _tracking(function, settings)
    return _tracking(function, settings)


def _tracking(function: Function, settings: Mapping[str, Any]) -> Function:
    named = {"name": getattr(function, "__qualname__", None), **settings}  # a partial has none

    @functools.wraps(function)
    def tracking(*args: Any, **kwargs: Any) -> Any:
        with _tracking_of(named):
            return function(*args, **kwargs)

    @functools.wraps(function)
    async def tracking_awaited(*args: Any, **kwargs: Any) -> Any:
        with _tracking_of(named):
            return await function(*args, **kwargs)

    if inspect.iscoroutinefunction(function):
        return tracking_awaited  # type: ignore[return-value]  # as below
    return tracking  # type: ignore[return-value]  # wraps keeps the signature, mypy cannot see it


def _tracking_of(settings: Mapping[str, Any]) -> AbstractContextManager[Any]:
    """Return a run, or nothing where the home that was usable at the definition no longer is."""
    try:
        return track(**settings)
    except HomeError:
        return nullcontext()
