"""`POST /session/renew`, the public keys of web tokens, and in the demo `POST /demo/sign-in`."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.cookies import is_loopback, set_cookies, take_cookies_back
from api.errors import format_exception
from api.head import SESSION_COOKIE, head_of
from api.services import Services
from authz.credentials import NewSession
from database import user
from domain.errors import AdarveError, BadUserInput, Forbidden, NotFound, Unauthenticated

DEMO_DOMAIN = "@demo.example"
KEYS_SECONDS = 60
"""How long a reader of the public keys may keep them; one that meets an unknown `kid` should look again."""


def _json(status: int, body: dict[str, object]) -> Response:
    return Response(orjson.dumps(body), status, {"Cache-Control": "no-store"}, "application/json")


def _error(status: int, error: AdarveError) -> Response:
    return _json(status, {"errors": [format_exception(error)]})


def _from_elsewhere(request: Request) -> Response | None:
    """Return the refusal of a request that another site may have sent, or None."""
    head = head_of(request.scope)
    if not head.has_preflight or not head.is_same_origin:
        return _error(403, Forbidden("Send the header `Adarve-Preflight`, from a page of this server or from no page."))
    return None


def _opened(request: Request, session: NewSession) -> Response:
    services: Services = request.app.state.services
    expires = session.web_token_expires_at.isoformat()
    response = _json(200, {"email": session.email, "name": session.name, "expiresAt": expires})
    set_cookies(response, request, session, secure=services.settings.secure_cookies)
    return response


async def renew_session(request: Request) -> Response:
    """Mint the next web token of the session in the cookie."""
    refusal = _from_elsewhere(request)
    if refusal is not None:
        return refusal
    services: Services = request.app.state.services
    try:
        session = await services.credentials.renew(head_of(request.scope).cookies.get(SESSION_COOKIE, ""))
    except Unauthenticated as error:
        response = _error(401, error)
        take_cookies_back(response)
        return response
    return _opened(request, session)


async def key_set(request: Request) -> Response:
    """List the keys that verify web tokens, as a JSON Web Key Set (RFC 7517)."""
    services: Services = request.app.state.services
    body = orjson.dumps({"keys": await services.credentials.keys.published()})
    return Response(body, 200, {"Cache-Control": f"public, max-age={KEYS_SECONDS}"}, "application/jwk-set+json")


async def demo_sign_in(request: Request) -> Response:
    """Sign in as one of the demo's accounts without a password: in the demo only, from this machine only."""
    refusal = _from_elsewhere(request)
    if refusal is not None:
        return refusal
    services: Services = request.app.state.services
    client = request.client.host if request.client else None
    if not (services.is_demo and is_loopback(client) and is_loopback(request.url.hostname)):
        return _error(404, NotFound("There is nothing here."))
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        body = None
    email = body.get("email") if isinstance(body, dict) else None
    if not isinstance(email, str) or not email.endswith(DEMO_DOMAIN):
        return _error(400, BadUserInput(f"`email` must be one of the demo's accounts, as in user{DEMO_DOMAIN}."))
    row = await services.database.reader().fetch_one(user.BY_EMAIL, email=email)
    if row is None:
        return _error(404, NotFound(f"The demo has no account {email!r}."))
    return _opened(request, await services.credentials.open_session(row["user_id"], row["name"], row["email"]))
