"""A run: one execution of a plan, with what resolvers are told and the errors that occur."""

from asyncio import Future
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    default_type_resolver,
    get_argument_values,
)
from graphql.execution.values import VariableValues
from graphql.pyutils.is_awaitable import is_async_iterable, is_awaitable
from graphql.type.definition import GraphQLResolveInfoHelpers

from engine.arguments import has_containers
from engine.errors import FieldError, RefusedInEach, RunError
from engine.ground import IsAwaitable, LeavesParents, ResultPath
from engine.place import as_path
from engine.tree import Resolver, SelectedField
from engine.waiting import gather_or_cancel, settle_in_background

_new_info = tuple.__new__


class Run:
    """The state of one execution. Made by `engine.execution`, used by the functions of a plan."""

    __slots__ = (
        "_arguments",
        "background",
        "context",
        "errors",
        "hide_suggestions",
        "is_async_iterable",
        "is_awaitable",
        "levels",
        "middleware",
        "nulled",
        "root_value",
        "schema",
        "tail",
        "type_resolver",
        "variable_values",
    )

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        variable_values: VariableValues,
        *,
        root_value: object = None,
        context: object = None,
        type_resolver: Callable[..., object] = default_type_resolver,
        awaitable: IsAwaitable = is_awaitable,
        async_iterable: Callable[[object], bool] = is_async_iterable,
        middleware: Any = None,
        hide_suggestions: bool = False,
        background: set[Future[Any]] | None = None,
    ) -> None:
        """Take what graphql-core's executor takes; `background` holds what goes on unwaited for."""
        self.schema = schema
        self.variable_values = variable_values
        self.root_value: Any = root_value
        self.context: Any = context
        self.type_resolver = type_resolver
        self.is_awaitable = awaitable
        self.is_async_iterable = async_iterable
        self.middleware = middleware
        self.hide_suggestions = hide_suggestions
        self.background: set[Future[Any]] = set() if background is None else background
        self.errors: list[RunError] = []
        self.nulled: set[Any] = set()
        self.levels: LeavesParents | None = None
        self._arguments: dict[int, dict[str, Any]] = {}
        self.tail = (
            schema,
            fragments,
            root_value,
            operation,
            variable_values,
            context,
            awaitable,
            None,
            GraphQLResolveInfoHelpers(gather_or_cancel, self.track),
        )

    def info(self, field: SelectedField, place: ResultPath) -> GraphQLResolveInfo[Any]:
        """Return what a resolver is told of a field."""
        return _new_info(GraphQLResolveInfo, (*field.head, as_path(place), *self.tail))

    def arguments(self, field: SelectedField) -> dict[str, Any]:
        """Return the arguments of a field; raise GraphQLError where they are wrong."""
        if field.constants is not None:
            return field.constants
        known = self._arguments.get(field.number)
        if known is None:
            known = get_argument_values(
                field.definition, field.nodes[0], self.variable_values, None, self.hide_suggestions
            )
            if not has_containers(known):
                self._arguments[field.number] = known
        return known

    def resolver(self, field: SelectedField) -> Resolver:
        """Return the resolver of a field, with the middleware of this run around it."""
        resolver: Resolver = self.middleware.get_field_resolver(field.resolver)
        return resolver

    def collect(self, error: GraphQLError, place: ResultPath, *, leaf: bool = False) -> None:
        """Keep an error that has made a place null, unless what is above it is null already."""
        if not self.is_nulled(place):
            self.errors.append(error)
            if not leaf:
                self.nulled.add(place)

    def is_nulled(self, place: ResultPath) -> bool:
        """Whether a place, or one above it, is null because of an error."""
        if not self.nulled:
            return False
        while place is not None:
            if place in self.nulled:
                return True
            place = place[0]
        return None in self.nulled

    def track(self, values: Iterable[object]) -> None:
        """Let work go on in the background that nobody waits for any longer, so that its errors are looked at."""
        awaitables: list[Any] = [value for value in values if self.is_awaitable(value)]
        if awaitables:
            settle_in_background(self.background, awaitables)

    def graphql_errors(self) -> list[GraphQLError]:
        """Return the errors in graphql-core's form."""
        found: list[GraphQLError] = []
        for one in self.errors:
            if isinstance(one, RefusedInEach):
                found += [each.located() for each in one.each()]
            else:
                found.append(one.located() if isinstance(one, FieldError) else one)
        return found
