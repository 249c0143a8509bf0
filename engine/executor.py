"""The engine behind graphql-core's own `execute`, and so behind Ariadne's `execution_context_class`.

    execute(schema, document, executor_class=CompiledExecutor)

Whatever the engine does not compile, graphql-core executes.
"""

from inspect import isawaitable
from types import CoroutineType
from typing import Any

from graphql import OperationType
from graphql.execution.execute import assume_not_awaitable
from graphql.execution.executor import Executor
from graphql.execution.executor_throwing_on_incremental import ExecutorThrowingOnIncremental
from graphql.execution.incremental.incremental_executor import IncrementalExecutor
from graphql.pyutils.is_awaitable import is_awaitable

from engine.conditions import NotCompiled
from engine.execution import execute_plan
from engine.plan import Options, Plan
from engine.plans import Plans
from engine.run import Run

PLANS = Plans()
"""The plans of those who do not bring their own."""


class CompilesOperations(Executor[Any]):
    """What an executor of graphql-core is mixed with, so that it executes plans."""

    plans = PLANS

    def execute_operation(self, serially: bool | None = None) -> Any:  # noqa: FBT001  # as graphql-core calls it
        """Execute the operation by its plan, or as graphql-core does where there is none."""
        plan = self._plan(serially=serially)
        if plan is None:
            return super().execute_operation(serially)
        run = Run(
            self.schema,
            self.operation,
            self.fragment_definitions,
            self.variable_values,
            root_value=self.root_value,
            context=self.context_value,
            type_resolver=self.type_resolver,
            awaitable=self.is_awaitable,
            async_iterable=self.is_async_iterable,
            middleware=self.middleware_manager,
            hide_suggestions=self.hide_suggestions,
            background=self.background_futures,
        )
        try:
            data = execute_plan(plan, run)
        except NotCompiled as reason:
            self.plans.fall_back(str(reason))
            return super().execute_operation(serially)
        return self._later(run, data, serially) if type(data) is CoroutineType else self._response(run, data)

    async def _later(self, run: Run, data: Any, serially: bool | None) -> Any:  # noqa: FBT001  # it is handed on
        try:
            return self._response(run, await data)
        except NotCompiled as reason:
            self.plans.fall_back(str(reason))
            result = super().execute_operation(serially)
            return await result if isawaitable(result) else result

    def _response(self, run: Run, data: Any) -> Any:
        self.collected_errors.errors.extend(run.graphql_errors())
        return self.build_response(data)

    def _plan(self, *, serially: bool | None) -> "Plan | None":
        is_mutation = self.operation.operation is OperationType.MUTATION
        for reason, holds in (
            ("an abort signal", self.abort_signal is not None),
            ("a test of awaitables", self.is_awaitable not in {is_awaitable, assume_not_awaitable}),
            ("an unusual order", serially is not None and serially is not is_mutation),
        ):
            if holds:
                self.plans.fall_back(reason)
                return None
        return self.plans.plan_for(
            self.schema,
            self.operation,
            self.fragments,
            self.variable_values,
            Options(
                self.field_resolver,
                calls_only=self.middleware_manager is not None,
                batches=self.is_awaitable is is_awaitable,
            ),
        )


class CompiledExecutor(CompilesOperations, IncrementalExecutor):
    """For `execute`: graphql-core's executor that also delivers incrementally."""


class CompiledSubscriptionExecutor(CompilesOperations, ExecutorThrowingOnIncremental):
    """For `subscribe`: executes the plan for each event."""


def executor_of(plans: Plans) -> type[CompiledExecutor]:
    """Return the class for `execute` that uses these plans."""
    return type("CompiledExecutor", (CompiledExecutor,), {"plans": plans})


def subscription_executor_of(plans: Plans) -> type[CompiledSubscriptionExecutor]:
    """Return the class for `subscribe` that uses these plans."""
    return type("CompiledSubscriptionExecutor", (CompiledSubscriptionExecutor,), {"plans": plans})
