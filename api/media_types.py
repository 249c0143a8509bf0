"""Which media types a client takes and sends. Source: the GraphQL over HTTP specification, section 5."""

from functools import lru_cache

from starlette.requests import Request

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
MULTIPART = "multipart/form-data"
EVENT_STREAM = "text/event-stream"
HTML = "text/html"


def accepted(request: Request) -> tuple[str, ...]:
    """Return the media types of `Accept`, the most wanted first."""
    return _most_wanted_first(request.headers.get("accept", ""))


@lru_cache(maxsize=256)
def _most_wanted_first(header: str) -> tuple[str, ...]:
    """Read the header; clients send the same one again and again."""
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


def response_type(request: Request) -> str | None:
    """Return the media type to answer with, or None if the client takes neither of ours."""
    return _response_type(accepted(request))


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


def wants_page(request: Request) -> bool:
    """Return whether a GET comes from a browser that wants a page."""
    wanted = accepted(request)
    return HTML in wanted and GRAPHQL_RESPONSE not in wanted and JSON not in wanted


def content_type(request: Request) -> str:
    """Return the media type of the body, without parameters."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()
