"""What is answered where a route raises something."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.errors import format_exception
from domain.errors import Unavailable


async def refused(_: Request, error: Exception) -> Response:
    """Answer what a route refuses; GraphQL's own errors are answered by the route itself."""
    status = 503 if isinstance(error, Unavailable) else 400
    return JSONResponse({"errors": [format_exception(error)]}, status)


async def left(_: Request, __: Exception) -> Response:
    """Return an empty response: the client has hung up."""
    return Response(status_code=499)


async def incident(_: Request, error: Exception) -> Response:
    """Answer an unknown failure by its id alone."""
    return JSONResponse({"errors": [format_exception(error)]}, 500)
