"""An operation that was seen, with its plans: one for each way in which variables decide what is selected."""

import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from operator import eq, is_
from typing import Any

from graphql import FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from engine.conditions import NotCompiled, condition_variables, decided
from engine.plan import Options, Plan, compile_operation
from engine.weight import weight_of_document

MOST_PLANS = 16
"""How many plans one operation may have, as variables decide what of it is selected."""
MOST_COMPILED = 4 * MOST_PLANS
"""How many plans are made of one operation: more would mean that each is dropped before it comes again."""
MOST_COUNTED = 4 * MOST_PLANS
"""For how many ways to select it is counted how often they came."""
BYTES_A_SIGHTING = 100_000
"""A document has to come once more for each of so many bytes before it is compiled: what compiling costs grows with it,
and is about what graphql-core takes for executing it as often."""

_log = logging.getLogger(__name__)


class KnownOperation:
    """An operation that was seen."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Sequence[FragmentDefinitionNode],
        heavier: Callable[["KnownOperation"], None],
        *,
        sightings: int,
        most_bytes: int,
    ) -> None:
        """Take the operation with its document's fragments, and how much memory its plans may take.

        `heavier` is called whenever it takes more memory. It is compiled at so many `sightings`, a large one later.
        """
        self.schema = schema
        self.operation = operation
        self.fragments = fragments
        self.refusal: str | None = None
        """Why it is not compiled, if it is not."""
        self.weight = weight_of_document((operation, *fragments))
        """The bytes that it takes, about."""
        self._sightings = 1 + (sightings - 1) * (1 + self.weight // BYTES_A_SIGHTING)
        self._heavier = heavier
        self._most_bytes = self.weight + most_bytes
        self._conditions: list[str] | None = None
        self._seen: Counter[Any] = Counter()
        self._compiled = 0
        self._plans: OrderedDict[Any, Plan] = OrderedDict()

    def is_of(self, fragments: Sequence[FragmentDefinitionNode]) -> bool:
        """Whether it was seen with these fragments."""
        return len(fragments) == len(self.fragments) and all(map(is_, self.fragments, fragments))

    def is_same(self, operation: OperationDefinitionNode, fragments: Sequence[FragmentDefinitionNode]) -> bool:
        """Whether it is the same, parsed again of the same text."""
        same_fragments = len(fragments) == len(self.fragments) and all(map(eq, self.fragments, fragments))
        return same_fragments and self.operation == operation

    def plan(
        self, fragments: dict[str, FragmentDetails], variable_values: VariableValues, options: Options
    ) -> Plan | None:
        """Return its plan for these variables; None where it has not come often enough to have one.

        Raises NotCompiled where graphql-core has to execute it.
        """
        if self.refusal is not None:
            raise NotCompiled(self.refusal)
        try:
            if self._conditions is None:
                self._conditions = condition_variables(self.operation, fragments)
            key = (decided(self._conditions, variable_values.coerced), options)
            plan = self._plans.get(key)
            if plan is None:
                if self._is_to_be_compiled(key):
                    plan = self._compile(key, fragments, variable_values, options)
            elif plan.failure is not None:
                raise plan.failure
            else:
                self._plans.move_to_end(key)
        except NotCompiled as reason:
            self._refuse(str(reason))
            raise
        except Exception as error:
            # Nobody foresaw it: graphql-core shall do it, and those who keep the engine shall hear of it.
            _log.warning("An operation could not be compiled: %r", error, exc_info=error)
            self._refuse(f"unforeseen {type(error).__name__}")
            raise NotCompiled(str(self.refusal)) from None
        if plan is None and self._compiled == MOST_COMPILED:
            raise NotCompiled("variables that select in too many ways")
        return plan

    def _is_to_be_compiled(self, key: Any) -> bool:
        """Count a way to select that has no plan; return whether it has come often enough to have one."""
        if len(self._seen) >= MOST_COUNTED:
            self._seen.clear()
        self._seen[key] += 1
        return self._seen[key] >= self._sightings and self._compiled < MOST_COMPILED

    def _compile(
        self, key: Any, fragments: dict[str, FragmentDetails], variable_values: VariableValues, options: Options
    ) -> Plan:
        plan = compile_operation(self.schema, self.operation, fragments, variable_values, options)
        plan.heavier = self._add
        self._compiled += 1
        self._plans[key] = plan
        if len(self._plans) > MOST_PLANS:
            self._drop()
        self._add(plan.weight)
        return plan

    def _add(self, weight: int) -> None:
        self.weight += weight
        while self.weight > self._most_bytes and len(self._plans) > 1:
            self._drop()
        if self.weight > self._most_bytes:
            self._refuse("a plan that takes too much memory")
        self._heavier(self)

    def _refuse(self, reason: str) -> None:
        self.refusal = reason
        while self._plans:
            self._drop()

    def _drop(self) -> None:
        """Drop the plan that was used longest ago."""
        _, unused = self._plans.popitem(last=False)
        unused.heavier = None
        self.weight -= unused.weight
