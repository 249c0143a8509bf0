"""An operation that was seen, with its plans: one for each way in which variables decide what is selected."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from operator import is_
from typing import Any

from graphql import FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from engine.conditions import NotCompiled, condition_variables, decided
from engine.plan import Options, Plan, compile_operation
from engine.weight import weight_of_document

MOST_PLANS = 16
"""How many plans one operation may have, as variables decide what of it is selected."""


class KnownOperation:
    """An operation that was seen."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Sequence[FragmentDefinitionNode],
        heavier: Callable[["KnownOperation"], None],
    ) -> None:
        """Take the operation with its document's fragments; `heavier` is called whenever it takes more memory."""
        self.schema = schema
        self.operation = operation
        self.fragments = fragments
        self.seen = 0
        self.refusal: str | None = None
        """Why it is not compiled, if it is not."""
        self.weight = weight_of_document((operation, *fragments))
        """The bytes that it takes, about."""
        self._heavier = heavier
        self._conditions: list[str] | None = None
        self._plans: OrderedDict[Any, Plan] = OrderedDict()

    def is_of(self, fragments: Sequence[FragmentDefinitionNode]) -> bool:
        """Whether it was seen with these fragments."""
        return len(fragments) == len(self.fragments) and all(map(is_, self.fragments, fragments))

    def plan(
        self, fragments: dict[str, FragmentDetails], variable_values: VariableValues, options: Options
    ) -> Plan | None:
        """Return its plan for these variables; None where it is not compiled."""
        if self.refusal is not None:
            return None
        try:
            if self._conditions is None:
                self._conditions = condition_variables(self.operation, fragments)
            key = (decided(self._conditions, variable_values.coerced), options)
            plan = self._plans.get(key) or self._compile(key, fragments, variable_values, options)
        except NotCompiled as reason:
            self.refusal = str(reason)
            return None
        self._plans.move_to_end(key)
        return plan

    def _compile(
        self, key: Any, fragments: dict[str, FragmentDetails], variable_values: VariableValues, options: Options
    ) -> Plan:
        plan = compile_operation(self.schema, self.operation, fragments, variable_values, options)
        plan.heavier = self._add
        self._plans[key] = plan
        self._add(plan.weight)
        if len(self._plans) > MOST_PLANS:
            _, unused = self._plans.popitem(last=False)
            unused.heavier = None
            self._add(-unused.weight)
        return plan

    def _add(self, weight: int) -> None:
        self.weight += weight
        self._heavier(self)
