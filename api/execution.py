"""Runs prepared operations, whatever the transport."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import ariadne
from graphql import GraphQLSchema

from api.documents import Documents, InvalidOperation, Operation
from api.errors import format_error, format_exception
from authz.caller import Caller

SILENT = logging.getLogger("adarve.silent")
"""Ariadne logs every error with a traceback; ours are logged by `api.errors`, and refusals not at all."""
SILENT.disabled = True

Result = dict[str, Any]


class Execution:
    """The schema at work."""

    def __init__(self, schema: GraphQLSchema, *, seconds: float) -> None:
        """Take the sealed schema and the longest that one operation may take."""
        self.schema = schema
        self.documents = Documents(schema)
        self._seconds = seconds

    def prepare(self, data: Any) -> Operation | Result:
        """Return the operation that a request asks for, or the result that says why there is none."""
        try:
            return self.documents.prepare(data)
        except InvalidOperation as invalid:
            return {"errors": [format_error(error) for error in invalid.errors]}
        except Exception as error:  # whatever it is, the client is told in the one form
            return {"errors": [format_exception(error)]}

    async def run(self, operation: Operation, caller: Caller) -> Result:
        """Run a query or mutation; a request error has no `data`."""
        try:
            async with asyncio.timeout(self._seconds):
                _, result = await ariadne.graphql(
                    self.schema,
                    operation.data,
                    context_value=caller,
                    query_document=operation.document,
                    query_validator=_already_valid,
                    error_formatter=format_error,
                    logger=SILENT,
                )
        except Exception as error:  # whatever it is, the client is told in the one form
            return {"data": None, "errors": [format_exception(error)]}
        return _ordered(dict(result))

    async def subscribe(self, operation: Operation, caller: Caller) -> AsyncIterator[Result]:
        """Yield the results of a subscription; a single result with errors if it cannot start."""
        results: Any
        started, results = await ariadne.subscribe(
            self.schema,
            operation.data,
            context_value=caller,
            query_document=operation.document,
            query_validator=_already_valid,
            error_formatter=format_error,
            logger=SILENT,
        )
        if not started:
            yield {"errors": results}
            return
        async with aclosing(results) as source:
            async for result in source:
                yield formatted(result)


def formatted(result: Any) -> Result:
    """Return one result of a subscription in the form of a response."""
    if not result.errors:
        return {"data": result.data}
    return {"errors": [format_error(error) for error in result.errors], "data": result.data}


def _ordered(result: Result) -> Result:
    """Return a result with its errors first, so that nobody overlooks them, as the specification recommends.

    The result of a request that could not run (a variable missing, say) has no `data`.
    """
    errors = result.get("errors")
    if not errors:
        return result
    if result.get("data") is None and not any("path" in error for error in errors):
        return {"errors": errors}
    return {"errors": errors, "data": result.get("data")}


def _already_valid(*_: object, **__: object) -> list[Any]:
    return []
