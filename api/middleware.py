"""What surrounds every HTTP request: its id, its line in the log, and the largest body that is read."""

import re
import time
from random import getrandbits

import orjson
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import incident
from api.head import MULTIPART, head_of
from api.logs import log_request, request_id

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
DISCARDED_SHARE = 4
"""How many times the largest body is read on and thrown away before the connection is broken off."""


class BodyTooLarge(Exception):
    """More came than is read."""


class RequestLog:
    """Gives every request an id (`X-Request-Id`, taken over if it is well formed) and logs it in one line.

    What nobody else has answered is answered here, so that its incident is logged under the request's id.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = head_of(scope).request_id
        known = given if given is not None and _ID.fullmatch(given) else f"{getrandbits(64):016x}"
        header = (b"x-request-id", known.encode())
        began, status = time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        before = request_id.set(known)
        try:
            await self._app(scope, receive, send_with_id)
        except Exception as error:
            if status:  # the answer has begun: all that is left is to break it off
                raise
            await (await incident(Request(scope), error))(scope, receive, send_with_id)
        finally:
            took = round((time.perf_counter() - began) * 1000, 1)
            try:
                log_request(method=scope["method"], path=scope["path"], status=status, milliseconds=took)
            finally:
                request_id.reset(before)


class BodyLimit:
    """Refuses a body that is larger than allowed, by its announced length or while it comes."""

    def __init__(self, app: ASGIApp, *, most_json_bytes: int, most_form_bytes: int) -> None:
        """Wrap an application."""
        self._app = app
        self._most_json, self._most_form = most_json_bytes, most_form_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        head = head_of(scope)
        most = self._most_form if head.media_type == MULTIPART else self._most_json
        if head.length is not None and head.length > most:
            await _refuse(send, most)
        elif head.length is not None and not head.is_chunked:  # the server reads no more than was announced
            await self._app(scope, receive, send)
        else:
            await self._limited(scope, receive, send, most)

    async def _limited(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        """Serve a request whose length is not known beforehand."""
        read, started = 0, False

        async def receive_limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise BodyTooLarge
            return message

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive_limited, send_noting)
        except BodyTooLarge:
            await _discard(receive, most)
            if not started:
                await _refuse(send, most)


async def _discard(receive: Receive, most: int) -> None:
    """Read on for a while, so that the client gets to read the refusal instead of a broken connection."""
    discarded = 0
    while discarded <= DISCARDED_SHARE * most:
        message = await receive()
        discarded += len(message.get("body", b""))
        if not message.get("more_body", False):
            return


async def _refuse(send: Send, most: int) -> None:
    error = {
        "message": f"The body is larger than {most:,} bytes, which is the most that is read here.",
        "extensions": {"code": "BAD_USER_INPUT"},
    }
    body = orjson.dumps({"errors": [error]})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": [*headers, (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": body})
