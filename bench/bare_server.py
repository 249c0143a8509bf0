"""What a server costs that does nothing but answer: `python -m bench.bare_server uvicorn|httptools FILE`.

It answers every request with the bytes of a file, so that what is on top of it in a whole server is seen. Prints its
port and path.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

import httptools
import uvloop

from api import server


def answering(body: bytes) -> Any:
    """Return an ASGI application that reads a request and answers these bytes."""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return application


class Answering(asyncio.Protocol):
    """A connection of a server that is nothing but a parser: no deadline, no limit, no backpressure."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._transport.write(self._answer)


async def _serve_parser(body: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    serving = await asyncio.get_running_loop().create_server(lambda: Answering(head + body), "127.0.0.1", 0)
    print(serving.sockets[0].getsockname()[1], "/api", flush=True)
    await serving.serve_forever()


def main(kind: str, file: str) -> None:
    """Serve until a signal ends it."""
    body = Path(file).read_bytes()
    if kind == "httptools":
        server.keep_freed_memory()
        server.spare_what_stays()
        uvloop.run(_serve_parser(body))
        return
    listening = server.listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    server.serve(answering(body), listening, lambda: print(port, "/api", flush=True), trusted_proxies="127.0.0.1")


if __name__ == "__main__":
    main(*sys.argv[1:3])
