"""Errors as clients see them: a message and `extensions.code`, and of an incident only an id.

The codes are those of `domain.errors`, and GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED and
INTERNAL_SERVER_ERROR.
"""

import secrets
from collections.abc import Sequence
from typing import Any

import orjson
import structlog
from graphql import GraphQLError, GraphQLSyntaxError

from api.refusal_json import RefusalWriter
from domain.errors import AdarveError, BadUserInput, Unavailable
from engine.errors import RefusedInEach, RunError
from engine.place import PlaceKeys

_log = structlog.get_logger(__name__)

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"


def as_validation_error(error: GraphQLError) -> GraphQLError:
    """Return a validation error with its code."""
    error.extensions = {**(error.extensions or {}), "code": VALIDATION_FAILED}
    return error


def format_error(error: GraphQLError, _debug: bool = False) -> dict[str, Any]:  # noqa: FBT001  # Ariadne's form
    """Return an error in the form of the GraphQL specification."""
    original = _original(error)
    formatted: dict[str, Any] = dict(error.formatted)
    if isinstance(original, AdarveError):
        formatted["message"] = original.message
        formatted["extensions"] = {"code": original.code, **original.details}
    elif isinstance(original, TimeoutError):
        formatted["message"] = "The request took too long and was ended. Ask for less at once."
        formatted["extensions"] = {"code": Unavailable.code}
    elif isinstance(error, GraphQLSyntaxError):
        formatted["extensions"] = {"code": PARSE_FAILED}
    elif original is None or isinstance(original, GraphQLError) or _is_coercion(error):
        code = (error.extensions or {}).get("code", BadUserInput.code)
        formatted["extensions"] = {**(error.extensions or {}), "code": code}
    else:
        formatted |= _incident(original)
    return formatted


def format_errors(errors: Sequence[RunError]) -> list[dict[str, Any] | orjson.Fragment]:
    """Return errors in the form of the GraphQL specification, to be written as JSON.

    Those that differ in their place alone are cheap. Where something is refused in each object of a list, all errors
    are JSON already, and one member of what is returned.
    """
    if any(type(one) is RefusedInEach for one in errors):
        return _written(errors)
    alike: dict[tuple[int, int], dict[str, Any]] = {}
    keys_of = PlaceKeys()
    return [format_error(one) if isinstance(one, GraphQLError) else _alike(one, alike, keys_of) for one in errors]


def _alike(error: Any, known: dict[tuple[int, int], dict[str, Any]], keys_of: PlaceKeys) -> dict[str, Any]:
    """Return the form of a field's error, which is that of another for the same reason, but for its place."""
    field, place, original = error
    first = known.get((id(field), id(original)))
    if first is None:
        first = known[id(field), id(original)] = format_error(error.located())
    return {**first, "path": keys_of(place)}


def _written(errors: Sequence[RunError]) -> list[dict[str, Any] | orjson.Fragment]:
    writer = RefusalWriter(format_error)
    written = [
        orjson.dumps(format_error(one)).decode() if isinstance(one, GraphQLError) else writer.json(one)
        for one in errors
    ]
    return [orjson.Fragment(",".join(written))]


def format_exception(error: Exception) -> dict[str, Any]:
    """Return an error that happened outside of execution in the same form; of what is not ours only an id."""
    if isinstance(error, GraphQLError):
        return format_error(error)
    if isinstance(error, AdarveError | TimeoutError):
        return format_error(GraphQLError(str(error), original_error=error))
    return _incident(error)


def _original(error: GraphQLError) -> BaseException | None:
    original: BaseException | None = error.original_error
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    return original


def _is_coercion(error: GraphQLError) -> bool:
    """Return whether a scalar or enum refused a value that the client gave: the message is for the client."""
    return error.path is None and isinstance(_original(error), ValueError | TypeError)


def _incident(error: BaseException) -> dict[str, Any]:
    """Log an unknown failure under an id and return what the client is told: that id, nothing else."""
    incident = secrets.token_hex(8)
    _log.error("incident", incident=incident, exc_info=error)
    return {
        "message": f"Something went wrong on the server. Its operator finds it in the log under {incident}.",
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "incident": incident},
    }
