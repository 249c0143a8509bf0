"""`GET /session/openid` sends a browser to the OpenID Connect provider; `/session/openid/callback` takes it back.

Both are addresses that a person's browser goes to; what goes wrong is a page that says so.
"""

from html import escape
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.cookies import is_secure, set_cookies
from api.head import SESSION_COOKIE
from api.openid_provider import OpenIdProvider
from api.services import Services
from authz.openid_account import account_of
from authz.pending_login import LIFETIME, PendingLogin
from domain.errors import AdarveError, Forbidden, NotFound, Unauthenticated, Unavailable

LOGIN_COOKIE = "openid_login"
LOGIN_PATH = "/session/openid"
CALLBACK_PATH = "/session/openid/callback"
LONGEST_ANSWER = 4096
_STATUS: dict[type[AdarveError], int] = {NotFound: 404, Unauthenticated: 401, Forbidden: 403, Unavailable: 503}
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Adarve</title>
<body style="font: 16px/1.5 system-ui, sans-serif; margin: 10vh auto; max-width: 40rem; padding: 0 1rem">
<h1>You are not signed in</h1><p>{message}</p><p><a href="/api">Back to Adarve</a></p></body></html>
"""
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


async def begin_login(request: Request) -> Response:
    """Send the browser to the provider, with a login that only this browser can end."""
    services: Services = request.app.state.services
    try:
        login = PendingLogin.begin()
        address = await _provider(services).address(login, _callback(request, services))
    except AdarveError as error:
        return _failed(error)
    response = RedirectResponse(address, 303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    response.set_cookie(
        LOGIN_COOKIE,
        login.sign(await services.credentials.keys.current()),
        max_age=int(LIFETIME.total_seconds()),
        path=LOGIN_PATH,
        secure=is_secure(request, wanted=services.settings.secure_cookies),
        httponly=True,
        samesite="lax",
    )
    return response


async def end_login(request: Request) -> Response:
    """Sign in whom the provider names, and go to the explorer."""
    services: Services = request.app.state.services
    try:
        response = await _end_login(request, services)
    except AdarveError as error:
        response = _failed(error)
    response.delete_cookie(LOGIN_COOKIE, path=LOGIN_PATH)
    return response


async def _end_login(request: Request, services: Services) -> Response:
    provider, answer = _provider(services), request.query_params
    if sum(len(value) for value in answer.values()) > LONGEST_ANSWER:
        raise Unauthenticated("The provider's answer is too long.")
    keys = await services.credentials.keys.known()
    login = PendingLogin.read(request.cookies.get(LOGIN_COOKIE, ""), answer.get("state", ""), keys)
    provider.refuse_other(answer.get("iss"))
    if "code" not in answer:
        raise Unauthenticated("You were not signed in there: the provider said no, or you did.")
    identity = await provider.identity(login, answer["code"], _callback(request, services))
    account = await account_of(
        services.database,
        identity,
        signed_in=await services.credentials.user_of_session(request.cookies.get(SESSION_COOKIE, "")),
        open_sign_up=services.settings.open_sign_up,
    )
    session = await services.credentials.open_session(account["user_id"], account["name"], account["email"])
    response = RedirectResponse("/api", 303, headers={"Cache-Control": "no-store"})
    set_cookies(response, request, session, secure=services.settings.secure_cookies)
    return response


def _provider(services: Services) -> OpenIdProvider:
    if services.openid is None:
        raise NotFound("No provider for signing in is set up here (ADARVE_OPENID_ISSUER).")
    return services.openid


def _callback(request: Request, services: Services) -> str:
    """Return the address to which the provider sends the browser back."""
    base = services.settings.public_url or str(request.base_url)
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}{CALLBACK_PATH}"


def _failed(error: AdarveError) -> Response:
    return HTMLResponse(_PAGE.format(message=escape(error.message)), _STATUS.get(type(error), 400), headers=_HEADERS)
