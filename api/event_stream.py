"""Results as server-sent events. Source: the GraphQL over Server-Sent Events protocol, distinct connections mode."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from starlette.responses import StreamingResponse

from api.documents import Operation
from api.errors import format_exception
from api.execution import Execution, Result
from api.response_json import to_json
from authz.caller import Caller

KEEP_ALIVE_SECONDS = 12


def event_stream(
    execution: Execution, operation: Operation, caller: Caller, more_headers: Mapping[str, str]
) -> StreamingResponse:
    """Return the results of an operation as a stream of `next` events and a last `complete`."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **more_headers}
    return StreamingResponse(_events(execution, operation, caller), media_type="text/event-stream", headers=headers)


async def _events(execution: Execution, operation: Operation, caller: Caller) -> AsyncIterator[bytes]:
    """Yield events; a comment whenever nothing happens for a while, so that a gone client is noticed."""
    results = execution.results(operation, caller)
    pending: asyncio.Task[Result] | None = None
    try:
        while True:
            pending = pending or asyncio.ensure_future(anext(results))
            done, _ = await asyncio.wait({pending}, timeout=KEEP_ALIVE_SECONDS)
            if not done:
                yield b":\n\n"
                continue
            try:
                result = pending.result()
            except StopAsyncIteration:
                break
            except Exception as error:  # whatever it is, the client is told in the one form
                yield _event({"errors": [format_exception(error)]})
                break
            pending = None
            yield _event(result)
        yield b"event: complete\ndata: \n\n"
    finally:
        if pending is not None:
            pending.cancel()
            await asyncio.wait({pending})
        await results.aclose()


def _event(result: Result) -> bytes:
    return b"event: next\ndata: " + to_json(result) + b"\n\n"
