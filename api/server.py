"""The server's own loop: serves until SIGTERM or SIGINT, lets requests finish, and returns.

uvicorn's `run` raises the signal again once it has stopped, which would kill us before the embedded database is
stopped and make the exit code that of a failure.
"""

import asyncio
import ctypes
import gc
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

GRACE_SECONDS = 10
COLLECT_AFTER_OBJECTS = 50_000
"""How many more objects there are before the youngest are looked through."""
LARGEST_KEPT_BYTES, MOST_KEPT_BYTES = 16 * 1024 * 1024, 64 * 1024 * 1024
"""How large a block of memory is kept once it is free, and how much of the memory's end."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


class _Server(uvicorn.Server):
    """uvicorn's server without its signal handlers; it tells when it takes requests."""

    tell_ready: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell."""
        await super().startup(sockets)
        if self.started:
            spare_what_stays()
            self.tell_ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to us."""
        yield


def spare_what_stays() -> None:
    """Keep the garbage collector from the million objects that stay: each look at them stops every request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER_OBJECTS)


def keep_freed_memory() -> None:
    """Let the C library keep what one response has freed for the next one.

    As it comes, glibc gives large blocks back to the kernel at once, which clears each page when it is asked for again:
    of a response of half a megabyte that took more than all else. With another library nothing is done.
    Source: mallopt(3).
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, LARGEST_KEPT_BYTES)
            mallopt(_M_TRIM_THRESHOLD, MOST_KEPT_BYTES)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raise OSError if the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    listening.listen(2048)
    return listening


def serve(app: Starlette, listening: socket.socket, ready: Callable[[], None], *, trusted_proxies: str) -> None:
    """Serve an application on a socket until a signal ends it; call `ready` once requests are taken."""
    config = uvicorn.Config(
        app,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=trusted_proxies,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=1_000_000,
        ws_ping_interval=20,
        ws_ping_timeout=20,
    )
    keep_freed_memory()
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(_Server(config), listening, ready))


async def _serve(server: _Server, listening: socket.socket, ready: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if server.should_exit:
            server.force_exit = True
        server.should_exit = True

    for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(one, stop)
    server.tell_ready = ready
    try:
        await server.serve([listening])
    finally:
        listening.close()
    if not server.started:
        raise SystemExit(1)
