"""The engine's public face: executes the operations of one schema, by their plans where they have some.

engine = Engine(schema, Plans())
executable = engine.executable(document, operation)      # once a document
outcome = engine.execute(executable, variables, context)
if not isinstance(outcome, Outcome):
    outcome = await outcome
"""

from collections.abc import AsyncIterable, Coroutine
from dataclasses import dataclass, field
from inspect import isawaitable
from itertools import count
from types import CoroutineType
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    create_source_event_stream,
    execute,
    get_variable_values,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.executor_throwing_on_incremental import ExecutorThrowingOnIncremental

from engine.conditions import NotCompiled
from engine.errors import RunError
from engine.execution import execute_plan
from engine.plans import Plans
from engine.run import Run

MOST_COERCION_ERRORS = 50
_IN_PARTS = frozenset({"defer", "stream"})


@dataclass(frozen=True, slots=True)
class Executable:
    """An operation of a valid document, with what executing it asks for."""

    document: DocumentNode
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    definitions: dict[str, FragmentDefinitionNode]
    number: int = field(default_factory=count().__next__)
    """Tells it from all others, also from those that are gone."""


class Outcome(NamedTuple):
    """The result of an operation."""

    data: dict[str, Any] | None
    errors: list[RunError]
    began: bool = True
    """False if it did not run because a variable was wrong."""
    by_rights_alone: bool = False
    """True if callers with equal rights get equal results."""


class Engine:
    """Executes the operations of one schema. Without plans graphql-core executes all of them."""

    def __init__(self, schema: GraphQLSchema, plans: Plans | None) -> None:
        """Take the schema, and where plans are kept.

        Raises ValueError for a schema that lets results come in parts: an Outcome is whole. Such a one is for
        `engine.executor`.
        """
        if not _IN_PARTS.isdisjoint(one.name for one in schema.directives):
            raise ValueError("The schema has @defer or @stream, and an Engine returns whole outcomes. Leave them out.")
        self.schema = schema
        self.plans = plans

    def executable(
        self, document: DocumentNode, operation: OperationDefinitionNode, like: Executable | None = None
    ) -> Executable:
        """Return an operation of a valid document as it can be executed, again and again.

        It shares the fragments of another of the same document, `like`, if that is given.
        """
        if like is not None:
            return Executable(document, operation, like.fragments, like.definitions)
        definitions = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
        fragments = {name: FragmentDetails(one) for name, one in definitions.items()}
        return Executable(document, operation, fragments, definitions)

    def execute(
        self, executable: Executable, variables: dict[str, object], context: object, root_value: object = None
    ) -> Outcome | Coroutine[Any, Any, Outcome]:
        """Execute an operation; return its outcome, or a coroutine of it where something has to be awaited.

        For a subscription that is one of its events, the root value.
        """
        if self.plans is None:
            return self._by_graphql_core(executable, variables, context, root_value)
        operation = executable.operation
        values = get_variable_values(
            self.schema, operation.variable_definitions or (), variables, max_errors=MOST_COERCION_ERRORS
        )
        if isinstance(values, list):
            return Outcome(None, [*values], began=False)
        plan = self.plans.plan_for(self.schema, operation, executable.fragments, values)
        if plan is None:
            return self._by_graphql_core(executable, variables, context, root_value)
        run = Run(self.schema, operation, executable.definitions, values, root_value=root_value, context=context)
        try:
            data = execute_plan(plan, run)
        except NotCompiled as reason:
            self.plans.fall_back(str(reason))
            return self._by_graphql_core(executable, variables, context, root_value)
        if type(data) is CoroutineType:
            return self._later(data, run, self.plans, executable, variables)
        return Outcome(data, run.errors, by_rights_alone=plan.by_rights_alone)

    async def _later(
        self,
        data: Coroutine[Any, Any, Any],
        run: Run,
        plans: Plans,
        executable: Executable,
        variables: dict[str, Any],
    ) -> Outcome:
        try:
            return Outcome(await data, run.errors)
        except NotCompiled as reason:
            plans.fall_back(str(reason))
            return await self._by_graphql_core(executable, variables, run.context, run.root_value)

    async def events(
        self, executable: Executable, variables: dict[str, object], context: object
    ) -> AsyncIterable[Any] | Outcome:
        """Return the events of a subscription; what says why there are none where it cannot begin."""
        name = executable.operation.name
        executor = ExecutorThrowingOnIncremental.build(
            self.schema,
            executable.document,
            context_value=context,
            raw_variable_values=variables,
            operation_name=name.value if name else None,
        )
        if isinstance(executor, list):
            return Outcome(None, [*executor], began=False)
        source = create_source_event_stream(executor)
        events = await source if isawaitable(source) else source
        return Outcome(None, [*(events.errors or ())], began=False) if isinstance(events, ExecutionResult) else events

    async def _by_graphql_core(
        self, executable: Executable, variables: dict[str, object], context: object, root_value: object
    ) -> Outcome:
        name = executable.operation.name
        result = execute(
            self.schema,
            executable.document,
            root_value,
            context_value=context,
            variable_values=variables,
            operation_name=name.value if name else None,
        )
        if not isinstance(result, ExecutionResult):
            result = await result
        errors = result.errors or []
        return Outcome(result.data, [*errors], began=result.data is not None or any(one.path for one in errors))
