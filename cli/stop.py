"""Being told to stop (SIGTERM, or SIGHUP when the terminal closes) before a server listens for signals itself.

The command is left in order, so that the embedded database is stopped. An exception out of a signal handler can be
swallowed by whatever code it interrupts, so that it was asked is remembered, and looked at between the steps.
"""

import signal

_asked: list[int] = []


def install() -> None:
    """Listen from now on."""
    for one in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, _leave)


def leave_if_asked() -> None:
    """Leave with 0 if it was asked for."""
    if _asked:
        raise SystemExit(0)


def _leave(number: int, _frame: object) -> None:
    _asked.append(number)
    raise SystemExit(0)
