"""The head of a request or of a WebSocket, read once at the door and handed on.

Everything that later steps ask of it is here: media types, who the client says it is, through which role it looks, of
which day it wants the schema, and whether another site may have sent it. Of several headers with one name the first
counts. Sources: RFC 9110; the GraphQL over HTTP specification, section 5, for media types.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from starlette.requests import cookie_parser
from starlette.types import Scope

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
MULTIPART = "multipart/form-data"
EVENT_STREAM = "text/event-stream"
HTML = "text/html"
TOKEN_COOKIE, SESSION_COOKIE, USER_COOKIE = "token", "session", "user"
PREFLIGHT = "adarve-preflight"
CLIENT_NAMES = ("adarve-client-name", "apollographql-client-name")
PREVIEW = "preview"
MOST_DIGITS = 20
"""Those of a length that is announced; of longer ones what comes is counted."""
_KEY = "adarve.head"


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a request says."""

    method: str
    media_type: str
    """That of the body, without parameters, in small letters."""
    accepted: tuple[str, ...]
    """The media types of `Accept`, the most wanted first."""
    response_type: str | None
    """The media type to answer an operation with; None if the client takes neither of ours."""
    authorization: str | None
    cookies: Mapping[str, str]
    has_preflight: bool
    """Whether it has the header `Adarve-Preflight`, which no page of another site can add unasked."""
    is_same_origin: bool
    """Whether it comes from a page of our own, or from no page at all."""
    view_as: str | None
    """The role through which it looks."""
    preview: str | None
    """The day as of which it wants the schema."""
    client_name: str
    """The name that the client gives itself; empty if it gives none."""
    request_id: str | None
    length: int | None
    """How many bytes of a body are announced; None where that is not said, or not well."""
    is_chunked: bool

    @property
    def wants_page(self) -> bool:
        """Whether it is a GET of a browser that wants a page."""
        others = GRAPHQL_RESPONSE in self.accepted or JSON in self.accepted
        return self.method == "GET" and HTML in self.accepted and not others

    @property
    def streams(self) -> bool:
        """Whether the client takes results as an event stream."""
        return EVENT_STREAM in self.accepted

    @property
    def may_use_cookies(self) -> bool:
        """Whether the cookie counts: on GET and multipart, which a browser sends unasked, only beside the preflight."""
        if self.method == "GET" or self.media_type != JSON:
            return self.has_preflight
        return True


def head_of(scope: Scope) -> Head:
    """Return the head of an ASGI scope; whoever asks first reads it for all."""
    found: Head | None = scope.get(_KEY)
    if found is None:
        found = scope[_KEY] = read_head(scope)
    return found


def read_head(scope: Scope) -> Head:
    """Read the head of a request or of a WebSocket."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}
    cookie = "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
    accept, length = headers.get("accept", ""), headers.get("content-length", "")
    query = scope.get("query_string") or b""
    named = next((headers[name] for name in CLIENT_NAMES if name in headers), "")
    return Head(
        method=scope.get("method", "GET"),
        media_type=headers.get("content-type", "").split(";")[0].strip().lower(),
        accepted=_most_wanted_first(accept),
        response_type=_response_type(_most_wanted_first(accept)),
        authorization=headers.get("authorization"),
        cookies=cookie_parser(cookie) if cookie else {},
        has_preflight=PREFLIGHT in headers,
        is_same_origin=_is_same_origin(headers),
        view_as=headers.get("adarve-view-as"),
        preview=_preview(query) if query else None,
        client_name=named,
        request_id=headers.get("x-request-id"),
        length=int(length) if length.isascii() and length.isdigit() and len(length) < MOST_DIGITS else None,
        is_chunked="transfer-encoding" in headers,
    )


@lru_cache(maxsize=256)
def _most_wanted_first(header: str) -> tuple[str, ...]:
    """Read `Accept`; clients send the same one again and again."""
    weighed = []
    for position, part in enumerate(header.split(",")):
        media_type, *parameters = (word.strip().lower() for word in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            wanted = float(weight)
        except ValueError:
            wanted = 0.0
        if media_type and wanted > 0:
            weighed.append((-wanted, position, media_type))
    return tuple(media_type for _, _, media_type in sorted(weighed))


@lru_cache(maxsize=256)
def _response_type(wanted: tuple[str, ...]) -> str | None:
    if not wanted:
        return GRAPHQL_RESPONSE
    for media_type in wanted:
        if media_type in {GRAPHQL_RESPONSE, "*/*", "application/*"}:
            return GRAPHQL_RESPONSE
        if media_type == JSON:
            return JSON
    return None


def _is_same_origin(headers: Mapping[str, str]) -> bool:
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    except ValueError:
        return False


def _preview(query: bytes) -> str | None:
    return parse_qs(query.decode("latin-1"), keep_blank_values=True).get(PREVIEW, [None])[-1]
