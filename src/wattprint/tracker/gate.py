"""A gate that opens once, and that may be waited for inside a signal handler."""

import threading


class Gate:
    """Opens once. A `threading.Event` holds a lock that a signal handler could wait for in vain."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()
        self._is_open = False

    @property
    def is_open(self) -> bool:
        """Whether it has been opened."""
        return self._is_open

    def open(self) -> None:
        """Let everybody through, for ever."""
        if not self._is_open:
            self._is_open = True
            self._lock.release()

    def wait(self, timeout_s: float) -> bool:
        """Wait until it opens, at most so long; return whether it is open."""
        if not self._is_open and self._lock.acquire(timeout=timeout_s):
            self._lock.release()
        return self._is_open
