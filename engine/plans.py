"""Plans kept for operations that come again, bounded by the memory that they take.

An operation is compiled when it is seen the second time: compiling what never comes back would cost more than it
saves. graphql-core executes it the first time, and whatever is not compiled.
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass, field

from graphql import GraphQLSchema, OperationDefinitionNode
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from engine.known import KnownOperation
from engine.plan import AS_USUAL, Options, Plan

MOST_BYTES = 128 * 1024 * 1024
"""How much memory plans and their documents may take, about; what was used longest ago goes first."""


@dataclass(slots=True)
class Counts:
    """How operations were executed."""

    compiled: int = 0
    first_seen: int = 0
    """By graphql-core, as they might not come again."""
    fallen_back: Counter[str] = field(default_factory=Counter)
    """By graphql-core, as the engine does not compile them; by the reason."""


class Plans:
    """The plans of a process, and how often they were of use."""

    def __init__(self, *, sightings: int = 2, most_bytes: int = MOST_BYTES) -> None:
        """Take at which sighting an operation is compiled, and how much memory plans may take."""
        self.counts = Counts()
        self.weight = 0
        """The bytes that all that is known takes, about."""
        self._sightings = sightings
        self._most_bytes = most_bytes
        self._known: OrderedDict[tuple[int, int], KnownOperation] = OrderedDict()
        self._counted: dict[KnownOperation, int] = {}
        """How much of each is in the sum."""

    def plan_for(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDetails],
        variable_values: VariableValues,
        options: Options = AS_USUAL,
    ) -> Plan | None:
        """Return the plan of an operation with these variables; None where graphql-core is to execute it."""
        known = self._look_up(schema, operation, fragments)
        known.seen += 1
        if known.seen < self._sightings:
            self.counts.first_seen += 1
            return None
        plan = known.plan(fragments, variable_values, options)
        if plan is None:
            self.fall_back(str(known.refusal))
        else:
            self.counts.compiled += 1
        return plan

    def fall_back(self, reason: str) -> None:
        """Count an operation that is left to graphql-core."""
        self.counts.fallen_back[reason] += 1

    def _look_up(
        self, schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: dict[str, FragmentDetails]
    ) -> KnownOperation:
        key = (id(schema), id(operation))
        definitions = [one.definition for one in fragments.values()]
        known = self._known.get(key)
        if known is None or not known.is_of(definitions):
            self._forget(key)
            known = self._known[key] = KnownOperation(schema, operation, definitions, self._count)
            self._counted[known] = 0
            self._count(known)
        else:
            self._known.move_to_end(key)
        return known

    def _count(self, known: KnownOperation) -> None:
        """Count what an operation takes by now, and forget what was used longest ago where that is too much."""
        if known not in self._counted:  # it was forgotten while it ran
            return
        self.weight += known.weight - self._counted[known]
        self._counted[known] = known.weight
        while self.weight > self._most_bytes and len(self._known) > 1:
            self._forget(next(iter(self._known)))

    def _forget(self, key: tuple[int, int]) -> None:
        forgotten = self._known.pop(key, None)
        if forgotten is not None:
            self.weight -= self._counted.pop(forgotten)
