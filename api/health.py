"""`/health/live`, `/health/ready` and `/schema.graphql`."""

import asyncio

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from api.schema import schema_text
from api.services import Services
from database.user import COUNT

READY_SECONDS = 3
_log = structlog.get_logger(__name__)


async def live(_: Request) -> Response:
    """Say that the process answers."""
    return JSONResponse({"status": "live"})


async def ready(request: Request) -> Response:
    """Say whether requests can be served: the database answers."""
    services: Services = request.app.state.services
    try:
        async with asyncio.timeout(READY_SECONDS):
            await services.database.reader().fetch(COUNT)
    except Exception as error:  # whatever it is, the server is not ready
        _log.warning("not_ready", error=str(error))
        return JSONResponse({"status": "unavailable", "database": "unreachable"}, 503)
    return JSONResponse({"status": "ready", "database": "reachable"})


async def schema_page(_: Request) -> Response:
    """Return the contract as SDL."""
    return PlainTextResponse(schema_text(), headers={"Cache-Control": "public, max-age=60"})
