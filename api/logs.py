"""The log: structured lines on standard error, as JSON or for people."""

import logging
import sys
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
import structlog

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the current request; every line logged meanwhile carries it."""


class RequestLines:
    """The lines of requests. There is one a request, so they are written without the steps that others go through."""

    def __init__(self) -> None:
        """Begin as structlog is before it is told how."""
        self._write: Callable[..., None] | None = structlog.get_logger("adarve.access").info

    def configure(self, form: Literal["json", "console"], *, quiet: bool) -> None:
        """Write them in a form; quiet, not at all."""
        if quiet:
            self._write = None
        else:
            self._write = _write_json if form == "json" else structlog.get_logger("adarve.access").info

    def __call__(self, **details: object) -> None:
        """Log a request."""
        if self._write is not None:
            self._write("request", **details)


log_request = RequestLines()


def configure_logs(form: Literal["json", "console"], *, quiet: bool = False) -> None:
    """Let everything log in one form; quiet, only what needs attention."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        _add_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if form == "json":
        shared += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_json)]
    else:
        shared += [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    structlog.configure(
        processors=shared,
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        cache_logger_on_first_use=False,
    )
    log_request.configure(form, quiet=quiet)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _add_request_id(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    known = request_id.get()
    if known is not None:
        event.setdefault("request_id", known)
    return event


def _write_json(event: str, **details: object) -> None:
    """Write a line as the processors would: with the request's id, the level and the time."""
    now = datetime.now(UTC).replace(tzinfo=None).isoformat() + "Z"
    line = {**details, "event": event, "request_id": request_id.get(), "level": "info", "timestamp": now}
    sys.stderr.write(_json(line) + "\n")


def _json(event: Any, **options: Any) -> str:
    """Return an event as JSON; what is none, as structlog would have it."""
    return orjson.dumps(event, default=options.get("default"), option=orjson.OPT_NON_STR_KEYS).decode()
