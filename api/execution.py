"""Runs prepared operations, whatever the transport."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import date
from typing import Any

from graphql import GraphQLError, GraphQLSchema

from api.documents import MOST_KEPT_BYTES, Documents, InvalidOperation, Operation
from api.errors import as_validation_error, format_error, format_errors, format_exception
from api.payloads import Payloads
from api.settings import Settings
from authz.caller import Caller
from deprecation.elements import DeprecatedElements
from deprecation.preview import gone_by, without
from engine.engine import Engine, Outcome
from engine.plans import Plans

MOST_PREVIEWS = 16
"""How many schemas of other days are kept at once: one for each day on which something goes."""
MOST_PREVIEW_BYTES = 4 * 1024 * 1024
"""How much memory the documents of each of them may take, about."""
Result = dict[str, Any]


class Execution:
    """The schema at work."""

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        seconds: float,
        most_bytes: int = MOST_KEPT_BYTES,
        plans: Plans | None = None,
    ) -> None:
        """Take the sealed schema, the time limit of one operation, and the memory that documents may take.

        Without plans graphql-core executes everything.
        """
        self.schema = schema
        self.engine = Engine(schema, plans)
        self.elements = DeprecatedElements(schema)
        self.documents = Documents(self.engine, self.elements, most_bytes=most_bytes)
        self._seconds = seconds
        self._payloads = Payloads()
        self._previews: OrderedDict[frozenset[str], Execution] = OrderedDict()

    def as_of(self, day: date | None) -> "Execution":
        """Return the schema at work as it will be on a day: without what may have gone by then."""
        gone = gone_by(self.elements, day) if day else frozenset()
        if not gone:
            return self
        found = self._previews.get(gone)
        if found is None:
            found = self._previews[gone] = _Preview(self, gone, seconds=self._seconds)
            if len(self._previews) > MOST_PREVIEWS:
                self._previews.popitem(last=False)
        self._previews.move_to_end(gone)
        return found

    def prepare(self, data: object) -> Operation | Result:
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
            outcome = await self._outcome(operation, caller)
        except Exception as error:  # whatever it is, the client is told in the one form
            return {"data": None, "errors": [format_exception(error)]}
        return self._with_deprecations(_response(outcome), operation)

    async def _outcome(self, operation: Operation, caller: Caller, event: object = None) -> Outcome:
        """Execute an operation; raise TimeoutError if it takes too long."""
        outcome = self.engine.execute(operation.executable, operation.variables, caller, event)
        if isinstance(outcome, Outcome):
            return outcome
        async with asyncio.timeout(self._seconds):
            return await outcome

    def _with_deprecations(self, result: Result, operation: Operation) -> Result:
        """Add what the operation uses that is deprecated, where the client wants to know."""
        if operation.tells_deprecations:
            told = [
                {
                    "coordinate": one.coordinate,
                    "reason": one.reason,
                    "removedAfter": one.promise.day.isoformat() if one.promise.day else None,
                    "replacement": one.promise.replacement,
                }
                for one in (self.elements.all[name] for name in sorted(operation.deprecated))
            ]
            return {**result, "extensions": {"deprecations": told}}
        return result

    async def subscribe(self, operation: Operation, caller: Caller) -> AsyncGenerator[Result, None]:
        """Yield the results of a subscription; a single result with errors if it cannot start."""
        events = await self.engine.events(operation.executable, operation.variables, caller)
        if isinstance(events, Outcome):
            yield _response(events)
            return
        async with _closing(events):
            async for event in events:
                yield self._with_deprecations(await self._payload(operation, caller, event), operation)

    async def _payload(self, operation: Operation, caller: Caller, event: object) -> Result:
        """Return the result of one event, shared with other subscribers where theirs is the same."""
        name = self._payloads.name(operation, caller, event)
        known = self._payloads.find(name)
        if known is not None:
            return known
        outcome = await self._outcome(operation, caller, event)
        result = _response(outcome)
        if name is None or not outcome.by_rights_alone:
            return result
        return self._payloads.keep(name, event, result)

    async def results(self, operation: Operation, caller: Caller) -> AsyncGenerator[Result, None]:
        """Yield the results of an operation of whatever kind."""
        if operation.kind == "subscription":
            async with aclosing(self.subscribe(operation, caller)) as results:
                async for result in results:
                    yield result
        else:
            yield await self.run(operation, caller)


class _Preview(Execution):
    """The schema at work as it will be once something has gone."""

    def __init__(self, present: Execution, gone: frozenset[str], *, seconds: float) -> None:
        super().__init__(without(present.schema, gone), seconds=seconds, most_bytes=MOST_PREVIEW_BYTES)
        self._present = present
        self._gone = gone

    def prepare(self, data: object) -> Operation | Result:
        """Return the operation, or the errors that keep it from running; for a removed element, what its mark said."""
        prepared = super().prepare(data)
        if isinstance(prepared, Operation):
            return prepared
        today = self._present.prepare(data)
        used = sorted(today.deprecated & self._gone) if isinstance(today, Operation) else []
        return {"errors": [format_error(self._has_gone(one)) for one in used]} if used else prepared

    def _has_gone(self, coordinate: str) -> GraphQLError:
        reason = self._present.elements.all[coordinate].reason
        return as_validation_error(GraphQLError(f"{coordinate} may have gone by then. {reason}"))


@asynccontextmanager
async def _closing(events: AsyncIterable[object]) -> AsyncIterator[None]:
    """Close a source of events in the end, if it can be."""
    try:
        yield
    finally:
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()


def plans_of(settings: Settings) -> Plans | None:
    """Return what compiles operations, if the settings want that."""
    return Plans() if settings.engine == "compiled" else None


def _response(outcome: Outcome) -> Result:
    """Return the outcome of an operation as a response: errors first, so that they are not overlooked."""
    if not outcome.errors:
        return {"data": outcome.data}
    errors = {"errors": format_errors(outcome.errors)}
    return {**errors, "data": outcome.data} if outcome.began else errors
