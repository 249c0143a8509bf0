"""GraphQL over HTTP at `/api`. Source: the GraphQL over HTTP specification.

GET answers queries and, to a browser, the explorer; POST takes JSON and multipart forms. With `Accept:
text/event-stream` the results stream, subscriptions among them.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.answers import left, refused
from api.cookies import set_cookies, take_cookies_back
from api.deprecations import preview_day
from api.documents import Operation
from api.errors import format_exception
from api.event_stream import event_stream
from api.execution import Execution, Result
from api.explorer_page import explorer_page
from api.head import EVENT_STREAM, GRAPHQL_RESPONSE, JSON, MULTIPART, Head, head_of
from api.identity import Identity, identify
from api.multipart import read_multipart
from api.response_json import to_json
from api.services import Services
from authz.caller import Caller
from domain.errors import AdarveError, BadUserInput, Unauthenticated

PATH = "/api"


class Refused(Exception):
    """A request that is answered without running anything."""

    def __init__(self, status: int, error: AdarveError, headers: dict[str, str] | None = None) -> None:
        super().__init__(error.message)
        self.status = status
        self.error = error
        self.headers = headers or {}


class GraphQLEndpoint:
    """The ASGI endpoint of `/api`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        try:
            response = await serve_graphql(request)
        except AdarveError as error:
            response = await refused(request, error)
        except ClientDisconnect as error:
            response = await left(request, error)
        await response(scope, receive, send)


class GraphQLFirst:
    """Takes what is posted to `/api`, as most requests are, past the routes of everything else."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app
        self._endpoint = GraphQLEndpoint()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        is_operation = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == PATH
        await (self._endpoint if is_operation else self._app)(scope, receive, send)


class _Answer(Response):
    """A response whose headers are few and known."""

    def __init__(self, body: bytes, status: int, media_type: str, more_headers: Mapping[str, str]) -> None:
        self.status_code = status
        self.body = body
        self.background = None
        self.raw_headers = [
            (b"content-length", b"%d" % len(body)),
            (b"content-type", media_type.encode()),
            (b"cache-control", b"no-store"),
            *((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in more_headers.items()),
        ]


async def serve_graphql(request: Request) -> Response:
    """Answer one request to `/api`."""
    services: Services = request.app.state.services
    if request.method == "HEAD":
        return Response(status_code=405, headers={"Allow": "GET, POST"})
    head = head_of(request.scope)
    if head.wants_page:
        return explorer_page(request)
    try:
        return await _serve(request, head, services)
    except Refused as refused:
        return _answer(head, refused.status, {"errors": [format_exception(refused.error)]}, refused.headers)


async def _serve(request: Request, head: Head, services: Services) -> Response:
    if not head.streams and head.response_type is None:
        message = f"`Accept` takes none of {GRAPHQL_RESPONSE}, {JSON} and {EVENT_STREAM}."
        raise Refused(406, BadUserInput(message))
    data = await _read(request, head, services)
    identity = await _identity(head, services)
    execution = _execution(head, services)
    prepared = execution.prepare(data)
    if not isinstance(prepared, Operation):
        return _answer(head, _request_error_status(head), prepared)
    if head.method == "GET" and prepared.kind == "mutation":
        raise Refused(405, BadUserInput("A mutation must be sent by POST."), {"Allow": "POST"})
    caller = await services.caller(identity, request.client.host if request.client else None, identity.found)
    used = _note_deprecations(head, services, prepared, identity, caller)
    if head.streams:
        return event_stream(execution, prepared, caller, used)
    if prepared.kind == "subscription":
        message = "A subscription needs a WebSocket (graphql-transport-ws) or `Accept: text/event-stream`."
        raise Refused(400, BadUserInput(message))
    result = await execution.run(prepared, caller)
    response = _answer(head, 200 if "data" in result else _request_error_status(head), result, used)
    if caller.opened_session is not None and head.may_use_cookies and head.is_same_origin:
        set_cookies(response, request, caller.opened_session, secure=services.settings.secure_cookies)
    if caller.session_ended:
        take_cookies_back(response)
    return response


async def _identity(head: Head, services: Services) -> Identity:
    """Return the identity behind a request, and the role through which it looks."""
    try:
        identity = await identify(head, services.credentials, cookies=head.may_use_cookies)
    except Unauthenticated as error:
        raise Refused(401, error, {"WWW-Authenticate": "Bearer"}) from None
    try:
        return identity.seen_as(head.view_as)
    except BadUserInput as error:
        raise Refused(400, error) from None


def _execution(head: Head, services: Services) -> Execution:
    """Return the schema at work, as of the day that the request names, if it names one."""
    try:
        return services.execution.as_of(preview_day(head))
    except BadUserInput as error:
        raise Refused(400, error) from None


def _note_deprecations(
    head: Head, services: Services, operation: Operation, identity: Identity, caller: Caller
) -> dict[str, str]:
    """Count what is used that is deprecated, and return the headers that tell of it."""
    services.count_uses(head, operation, identity, caller.subject)
    return services.deprecations.headers(operation.deprecated)


async def _read(request: Request, head: Head, services: Services) -> Any:
    if head.method == "GET":
        return _from_address(request)
    if head.media_type == MULTIPART:
        try:
            return await read_multipart(request, most_bytes=services.settings.most_upload_bytes)
        except BadUserInput as error:
            raise Refused(400, error) from None
    if head.media_type != JSON:
        raise Refused(415, BadUserInput(f"`Content-Type` must be {JSON} or {MULTIPART}."))
    return _parse(await _body(request), "The body")


async def _body(request: Request) -> bytes:
    """Return the body, which mostly comes as one piece; raise ClientDisconnect if the client is gone before its end."""
    pieces = []
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _from_address(request: Request) -> dict[str, Any]:
    parameters = request.query_params
    variables, extensions = parameters.get("variables"), parameters.get("extensions")
    return {
        "query": parameters.get("query"),
        "operationName": parameters.get("operationName"),
        "extensions": _parse(extensions.encode(), "`extensions`") if extensions else None,
        "variables": _parse(variables.encode(), "`variables`") if variables else None,
    }


def _parse(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refused(400, BadUserInput(f"{what} is not JSON: {error}.")) from None


def _request_error_status(head: Head) -> int:
    """Return the status of a request that did not run: 200 for clients of the old media type, as they expect."""
    return 200 if head.response_type == JSON else 400


def _answer(head: Head, status: int, result: Result, headers: dict[str, str] | None = None) -> Response:
    media_type = head.response_type or GRAPHQL_RESPONSE
    body = to_json(result)
    return _Answer(body, status, media_type, headers or {})
