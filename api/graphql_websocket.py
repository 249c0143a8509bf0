"""Subscriptions, queries and mutations over a WebSocket, by the protocol `graphql-transport-ws`.

Ariadne's handler speaks the protocol; this adds who the caller is, the limits of one connection, and the end of a
connection whose token has expired (4403).
"""

import asyncio
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from ariadne.asgi import GraphQL
from ariadne.asgi.handlers import GraphQLTransportWSHandler
from ariadne.types import Operation as RunningOperation
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from api.deprecations import preview_day
from api.documents import Operation
from api.errors import format_exception
from api.head import head_of
from api.identity import Identity, from_authorization, identify
from api.response_json import to_json
from api.services import Services
from authz.caller import Caller
from domain.errors import BadUserInput, Unauthenticated

PROTOCOL = "graphql-transport-ws"
MOST_OPERATIONS = 50
INIT_SECONDS = timedelta(seconds=10)
MOST_REASON = 123
"""The most bytes of a reason for closing (RFC 6455, section 5.5.1, less the code)."""
BAD_MESSAGE, FORBIDDEN, TOO_MANY, BAD_PROTOCOL, ALREADY_THERE = 4400, 4403, 4429, 4406, 4409


class _WebSocket(WebSocket):
    """A WebSocket whose messages are read by a parser with a limit of depth."""

    async def receive_json(self, mode: str = "text") -> Any:  # noqa: ARG002  # the overridden method has it
        return orjson.loads(await self.receive_text())

    async def send_json(self, data: object, mode: str = "text") -> None:  # noqa: ARG002  # the overridden method has it
        await self.send_text(to_json(data).decode())


class WebSocketEndpoint:
    """The ASGI endpoint of WebSockets."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket."""
        websocket = _WebSocket(scope, receive, send)
        await websocket.app.state.websockets.handle_websocket(websocket)


class _WebSockets(GraphQLTransportWSHandler):
    """Ariadne's handler with our callers and limits."""

    def __init__(self, services: Services) -> None:
        super().__init__(
            on_connect=self._identify, on_disconnect=self._let_go, connection_init_wait_timeout=INIT_SECONDS
        )
        self._services = services

    async def handle_websocket(self, websocket: WebSocket) -> None:
        if PROTOCOL not in websocket.scope.get("subprotocols", ()):
            await websocket.accept()
            await websocket.close(BAD_PROTOCOL, f"The protocol is {PROTOCOL}.")
            return
        try:
            await super().handle_websocket(websocket)
        except RuntimeError:
            if websocket.application_state is not WebSocketState.DISCONNECTED:
                raise
        except (ValueError, KeyError, TypeError):
            with suppress(RuntimeError):
                await websocket.close(BAD_MESSAGE, "A message is a JSON object in a text frame.")

    async def _identify(self, websocket: WebSocket, payload: object) -> None:
        """Find out who connects: by the `authorization` of the first message, else by the cookie."""
        shown = payload if isinstance(payload, dict) else {}
        given = shown.get("authorization", shown.get("Authorization"))
        credentials, head = self._services.credentials, head_of(websocket.scope)
        try:
            if isinstance(given, str):
                identity = await from_authorization(given, credentials)
            else:
                identity = await identify(head, credentials, cookies=head.is_same_origin)
        except Unauthenticated:
            await websocket.close(FORBIDDEN, "The token is not valid.")
            raise
        try:
            view_as = shown.get("viewAs", head.view_as)
            identity = identity.seen_as(view_as if view_as is None else str(view_as))
            execution = self._services.execution.as_of(preview_day(head))
        except BadUserInput as error:
            await websocket.close(BAD_MESSAGE, _reason(error.message))
            raise
        websocket.state.identity = identity
        websocket.state.execution = execution
        websocket.state.running = set()
        await self._watch(websocket, identity)
        ends = await identity.ends_at()
        if ends is not None:
            seconds = (ends - datetime.now(UTC)).total_seconds()
            websocket.state.closer = asyncio.create_task(_close_after(websocket, seconds), name="token expiry")

    async def _watch(self, websocket: WebSocket, identity: Identity) -> None:
        """Close the socket as soon as its session, its token or its user is gone."""
        subject = await identity.load_subject()
        if subject is None:
            return

        async def look_again() -> None:
            if await identity.load_subject() is None:
                await _close(websocket, "What let you in was revoked.")

        websocket.state.watching = ExitStack()
        websocket.state.watching.enter_context(self._services.watch.listening(subject.user_id, look_again))
        await look_again()

    @staticmethod
    async def _let_go(websocket: HTTPConnection) -> None:
        watching: ExitStack | None = getattr(websocket.state, "watching", None)
        if watching is not None:
            watching.close()
        closer: asyncio.Task[None] | None = getattr(websocket.state, "closer", None)
        if closer is not None:
            closer.cancel()
            with suppress(asyncio.CancelledError):
                await closer

    async def stop_websocket_operation(
        self,
        websocket: WebSocket,  # noqa: ARG002  # the overridden method has it
        operation_id: str,
        client_context: Any,
    ) -> None:
        """End an operation for good, also where its last message can no longer be sent."""
        operation = client_context.operations.pop(operation_id, None)
        task = client_context.operation_tasks.pop(operation_id, None)
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError, RuntimeError):
                await task
        if operation is not None:
            await operation.generator.aclose()

    async def observe_async_results(
        self, websocket: WebSocket, results_producer: Any, operation_id: str, client_context: Any
    ) -> None:
        """Send an operation's results; a socket that is closed by then ends it quietly."""
        ending: dict[str, Any] = {"type": self.GQL_COMPLETE, "id": operation_id}
        try:
            try:
                async for result in results_producer:
                    if "data" in result:
                        await websocket.send_json({"type": self.GQL_NEXT, "id": operation_id, "payload": result})
                    else:
                        ending = {"type": self.GQL_ERROR, "id": operation_id, "payload": result["errors"]}
            except (RuntimeError, WebSocketDisconnect):
                raise
            except Exception as error:  # whatever it is, the client is told in the one form
                ending = {"type": self.GQL_ERROR, "id": operation_id, "payload": [format_exception(error)]}
            client_context.operations.pop(operation_id, None)
            client_context.operation_tasks.pop(operation_id, None)
            await websocket.send_json(ending)
        except (RuntimeError, WebSocketDisconnect):
            await results_producer.aclose()

    async def handle_websocket_message(self, websocket: WebSocket, message: Any, client_context: Any) -> None:
        if not isinstance(message, dict) or not isinstance(message.get("id", ""), str):
            await websocket.close(BAD_MESSAGE, "A message is a JSON object whose id is a text.")
            return
        await super().handle_websocket_message(websocket, message, client_context)

    async def handle_websocket_subscribe(
        self, websocket: WebSocket, data: Any, operation_id: Any, client_context: Any
    ) -> None:
        if not client_context.connection_acknowledged:
            await super().handle_websocket_subscribe(websocket, data, operation_id, client_context)
            return
        if not isinstance(operation_id, str) or not operation_id:
            await websocket.close(BAD_MESSAGE, "A subscription needs an id.")
            return
        running: set[asyncio.Task[None]] = websocket.state.running
        if len(running) >= MOST_OPERATIONS:  # also those whose last message the client does not take
            await websocket.close(TOO_MANY, f"At most {MOST_OPERATIONS} operations at once.")
            return
        prepared = websocket.state.execution.prepare(data)
        if not isinstance(prepared, Operation):
            message = {"type": self.GQL_ERROR, "id": operation_id, "payload": prepared["errors"]}
            await websocket.send_json(message)
            return
        if prepared.deprecated:
            identity: Identity = websocket.state.identity
            self._services.count_uses(head_of(websocket.scope), prepared, identity, await identity.load_subject())
        if operation_id in client_context.operations:
            await websocket.close(ALREADY_THERE, _reason(f"There is an operation {operation_id} already."))
            return
        results = websocket.state.execution.results(prepared, await self.get_context_for_request(websocket, data))
        client_context.operations[operation_id] = RunningOperation(operation_id, prepared.name, results)
        task = asyncio.create_task(self.observe_async_results(websocket, results, operation_id, client_context))
        client_context.operation_tasks[operation_id] = task
        running.add(task)
        task.add_done_callback(running.discard)


def _reason(text: str) -> str:
    """Return a reason for closing that is no longer than the protocol allows."""
    return text.encode(errors="replace")[:MOST_REASON].decode(errors="ignore")


async def _close_after(websocket: WebSocket, seconds: float) -> None:
    await asyncio.sleep(max(seconds, 0))
    await _close(websocket, "The token has expired: renew it and connect again.")


async def _close(websocket: WebSocket, reason: str) -> None:
    if websocket.application_state is not WebSocketState.DISCONNECTED:
        with suppress(RuntimeError):
            await websocket.close(FORBIDDEN, reason)


def websocket_app(services: Services) -> GraphQL:
    """Return the ASGI application that serves WebSockets."""

    async def caller_of(websocket: WebSocket, _: object) -> Caller:
        identity: Identity = websocket.state.identity
        return await services.caller(identity, websocket.client.host if websocket.client else None)

    return GraphQL(
        services.execution.schema,
        context_value=caller_of,
        websocket_handler=_WebSockets(services),
    )
