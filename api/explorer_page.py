"""The explorer: one page and its bundled files, under a Content-Security-Policy that lets nothing else in."""

import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

FOLDER = Path(__file__).parent.parent / "explorer" / "dist"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""Styles may stand in the page because the editor writes its own; scripts may not."""
NOT_BUILT = "The explorer is not built: run `make explorer` in the checkout. The API itself works."
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_HASHED = re.compile(r"-[A-Za-z0-9_-]{8}\.[a-z0-9]+$")


def explorer_page(_: Request) -> Response:
    """Return the explorer's page, or say how to build it."""
    page = FOLDER / "index.html"
    if not page.exists():
        return HTMLResponse(f"<!doctype html><title>Adarve</title><p>{NOT_BUILT}</p>", 503, headers=HEADERS)
    return HTMLResponse(page.read_bytes(), headers=HEADERS | {"Cache-Control": "no-cache"})


class ExplorerFiles(StaticFiles):
    """The explorer's bundled files; those with a hash in their name never change."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one file."""
        if not FOLDER.is_dir():
            await PlainTextResponse(NOT_BUILT, 503)(scope, receive, send)
            return
        kept = "public, max-age=31536000, immutable" if _HASHED.search(scope["path"]) else "no-cache"

        async def send_with_headers(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                added = HEADERS | {"Cache-Control": kept}
                headers = list(message.get("headers", ()))  # type: ignore[call-overload]  # a list of pairs
                headers += [(name.lower().encode(), value.encode()) for name, value in added.items()]
                message["headers"] = headers
            await send(message)

        await super().__call__(scope, receive, send_with_headers)  # type: ignore[arg-type]  # ASGI's own messages
