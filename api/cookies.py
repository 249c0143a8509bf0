"""The three cookies: `session` (opaque, HttpOnly), `token` (the web token, HttpOnly) and `user` (readable)."""

import base64
import ipaddress
from datetime import datetime

import orjson
from starlette.requests import HTTPConnection
from starlette.responses import Response

from api.head import SESSION_COOKIE, TOKEN_COOKIE, USER_COOKIE
from authz.credentials import NewSession

SESSION_PATH = "/session"


def is_loopback(host: str | None) -> bool:
    """Return whether a host's name or address is this machine."""
    if host is None:
        return False
    bare = host.strip("[]").lower()
    if bare == "localhost" or bare.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def is_secure(connection: HTTPConnection, *, wanted: bool) -> bool:
    """Return whether cookies are `Secure`: always if it is wanted, but for plain HTTP on this machine."""
    plain_loopback = connection.url.scheme in {"http", "ws"} and is_loopback(connection.url.hostname)
    return wanted and not plain_loopback


def set_cookies(response: Response, connection: HTTPConnection, session: NewSession, *, secure: bool) -> None:
    """Hand a session's cookies to the client."""
    hardened = is_secure(connection, wanted=secure)

    def put(name: str, value: str, expires: datetime, path: str, *, hidden: bool) -> None:
        response.set_cookie(name, value, expires=expires, path=path, secure=hardened, httponly=hidden, samesite="lax")

    if session.secret is not None:
        put(SESSION_COOKIE, session.secret, session.expires_at, SESSION_PATH, hidden=True)
    put(TOKEN_COOKIE, session.web_token, session.web_token_expires_at, "/", hidden=True)
    shown = base64.urlsafe_b64encode(orjson.dumps({"name": session.name, "email": session.email})).decode()
    put(USER_COOKIE, shown.rstrip("="), session.expires_at, "/", hidden=False)


def take_cookies_back(response: Response) -> None:
    """Take a session's cookies back from the client."""
    response.delete_cookie(SESSION_COOKIE, path=SESSION_PATH)
    response.delete_cookie(TOKEN_COOKIE, path="/")
    response.delete_cookie(USER_COOKIE, path="/")
