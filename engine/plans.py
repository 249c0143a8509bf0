"""Plans kept for operations that come again, bounded by the memory that they take.

An operation is compiled when it is seen the second time: compiling what never comes back would cost more than it
saves. graphql-core executes it the first time, and whatever is not compiled.
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from graphql import FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode, default_field_resolver
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from engine.conditions import NotCompiled, condition_variables, decided
from engine.plan import Plan, compile_operation
from engine.tree import Resolver

MOST_BYTES = 128 * 1024 * 1024
"""How much memory plans and their documents may take, about; what was used longest ago goes first."""
MOST_PLANS = 16
"""How many plans one operation may have, as variables decide what of it is selected."""
_BYTES_OF_DOCUMENT, _BYTES_OF_PLAN = 80, 6
"""What a character of a document takes as a tree, and one of a plan's text compiled; measured on the largest query."""


@dataclass(slots=True)
class Counts:
    """How operations were executed."""

    compiled: int = 0
    first_seen: int = 0
    """By graphql-core, as they might not come again."""
    fallen_back: Counter[str] = field(default_factory=Counter)
    """By graphql-core, as the engine does not compile them; by the reason."""


@dataclass(slots=True)
class _Known:
    """An operation that was seen."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: list[FragmentDefinitionNode]
    seen: int = 0
    conditions: list[str] | None = None
    refusal: str | None = None
    """Why it is not compiled, if it is not."""
    plans: OrderedDict[Any, Plan] = field(default_factory=OrderedDict)
    counted: int = 0
    """The weight of it that is in the sum."""

    def weight(self) -> int:
        """Return the bytes that it takes, about."""
        nodes = (self.operation, *self.fragments)
        characters = sum(one.loc.end - one.loc.start if one.loc else 1_000 for one in nodes)
        return _BYTES_OF_DOCUMENT * characters + _BYTES_OF_PLAN * sum(one.size for one in self.plans.values())

    def is_of(self, fragments: list[FragmentDefinitionNode]) -> bool:
        """Whether it was seen with these fragments."""
        return all(one is other for one, other in zip_longest(self.fragments, fragments))


class Plans:
    """The plans of a process, and how often they were of use."""

    def __init__(self, *, sightings: int = 2, most_bytes: int = MOST_BYTES) -> None:
        """Take at which sighting an operation is compiled, and how much memory plans may take."""
        self.counts = Counts()
        self.weight = 0
        """The bytes that is known takes, about."""
        self._sightings = sightings
        self._most_bytes = most_bytes
        self._known: OrderedDict[tuple[int, int], _Known] = OrderedDict()

    def plan_for(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDetails],
        variable_values: VariableValues,
        *,
        field_resolver: Resolver = default_field_resolver,
        calls_only: bool = False,
        batches: bool = True,
    ) -> Plan | None:
        """Return the plan of an operation with these variables; None where graphql-core is to execute it."""
        known = self._look_up(schema, operation, fragments)
        known.seen += 1
        if known.seen < self._sightings:
            self.counts.first_seen += 1
            return None
        if known.refusal is None:
            try:
                if known.conditions is None:
                    known.conditions = condition_variables(operation, fragments)
                key = (decided(known.conditions, variable_values.coerced), field_resolver, calls_only, batches)
                plan = known.plans.get(key) or _compiled(
                    known, key, fragments, variable_values, field_resolver, calls_only=calls_only, batches=batches
                )
            except NotCompiled as reason:
                known.refusal = str(reason)
            else:
                self.counts.compiled += 1
                return plan
        self.fall_back(known.refusal)
        return None

    def fall_back(self, reason: str) -> None:
        """Count an operation that is left to graphql-core."""
        self.counts.fallen_back[reason] += 1

    def _look_up(
        self, schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: dict[str, FragmentDetails]
    ) -> _Known:
        key = (id(schema), id(operation))
        definitions = [one.definition for one in fragments.values()]
        known = self._known.get(key)
        if known is None or not known.is_of(definitions):
            self._forget(key)
            known = self._known[key] = _Known(schema, operation, definitions)
        self._known.move_to_end(key)
        self._count(known)
        return known

    def _count(self, known: _Known) -> None:
        """Count what an operation takes by now, and forget what was used longest ago where that is too much."""
        weight = known.weight()
        self.weight += weight - known.counted
        known.counted = weight
        while self.weight > self._most_bytes and len(self._known) > 1:
            self._forget(next(iter(self._known)))

    def _forget(self, key: tuple[int, int]) -> None:
        forgotten = self._known.pop(key, None)
        if forgotten is not None:
            self.weight -= forgotten.counted


def _compiled(
    known: _Known,
    key: Any,
    fragments: dict[str, FragmentDetails],
    variable_values: VariableValues,
    field_resolver: Resolver,
    *,
    calls_only: bool,
    batches: bool,
) -> Plan:
    plan = known.plans[key] = compile_operation(
        known.schema,
        known.operation,
        fragments,
        variable_values,
        field_resolver=field_resolver,
        calls_only=calls_only,
        batches=batches,
    )
    if len(known.plans) > MOST_PLANS:
        known.plans.popitem(last=False)
    return plan
