"""An operation that was seen, with its plans: one for each way in which variables decide what is selected."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from operator import eq, is_
from typing import Any

from graphql import FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from engine.conditions import NotCompiled, condition_variables, decided, unexpected
from engine.plan import Options, Plan, compile_operation
from engine.weight import weight_of_document

MOST_PLANS = 16
"""How many plans one operation may have, as variables decide what of it is selected."""
MOST_COMPILED = 4 * MOST_PLANS
"""How many plans are made of one operation at once: more would mean that each is dropped before it comes again."""
EXECUTIONS_A_PLAN = 100
"""One more may be made after so many executions, so that ways to select that are no longer used give way to others."""
MOST_COUNTED = 4 * MOST_PLANS
"""For how many ways to select it is kept how often they came, and why they are not compiled."""
BYTES_A_SIGHTING = 100_000
"""A document has to come once more for each of so many bytes before it is compiled: what compiling costs grows with it,
and is about what graphql-core takes for executing it as often."""
TOO_MANY_WAYS = "variables that select in too many ways"
TOO_HEAVY = "a plan that takes too much memory"
Way = tuple[tuple[Any, ...], Options]
"""How variables decide what is selected, and what else a plan depends on."""


class KnownOperation:
    """An operation that was seen."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDetails],
        heavier: Callable[["KnownOperation"], None],
        *,
        sightings: int,
        most_bytes: int,
    ) -> None:
        """Take the operation with its document's fragments, and how much memory its plans may take.

        `heavier` is called whenever it takes more memory, or less. It is compiled at so many `sightings`, a large one
        later.
        """
        self.schema = schema
        self.operation = operation
        self.definitions = definitions_of(fragments)
        self.weight = weight_of_document((operation, *self.definitions))
        """The bytes that it takes, about."""
        self._fragments = dict(fragments)
        self._sightings = 1 + (sightings - 1) * (1 + self.weight // BYTES_A_SIGHTING)
        self._heavier = heavier
        self._most_bytes = self.weight + most_bytes
        self._found: list[str] | str | None = None
        """The variables that decide what is selected, or why none of it is compiled; None until it is looked for."""
        self._seen: Counter[Way] = Counter()
        self._left: dict[Way, str] = {}
        """Why ways to select are left to graphql-core."""
        self._executed = 0
        self._compiled = 0
        self._plans: OrderedDict[Way, Plan] = OrderedDict()

    def is_of(self, definitions: Sequence[FragmentDefinitionNode]) -> bool:
        """Whether it was seen with these fragments."""
        return len(definitions) == len(self.definitions) and all(map(is_, self.definitions, definitions))

    def is_same(self, operation: OperationDefinitionNode, definitions: Sequence[FragmentDefinitionNode]) -> bool:
        """Whether it is the same, parsed again of the same text."""
        if len(definitions) != len(self.definitions):
            return False
        try:
            return all(map(eq, (self.operation, *self.definitions), (operation, *definitions)))
        except RecursionError:  # it is nested too deeply to be compared
            return False

    def plan(self, variable_values: VariableValues, options: Options) -> Plan | None:
        """Return its plan for these variables; None where it has not come often enough to have one.

        Raises NotCompiled where graphql-core has to execute it.
        """
        self._executed += 1
        way = (decided(self._conditions(), variable_values.coerced), options)
        plan = self._plans.get(way)
        if plan is not None:
            if plan.failure is None:
                self._plans.move_to_end(way)
                return plan
            self._leave(way, plan.failure)
        if way in self._left:
            raise NotCompiled(self._left[way])
        if not self._is_seen_enough(way):
            return None
        if self._compiled >= MOST_COMPILED + self._executed // EXECUTIONS_A_PLAN:
            raise NotCompiled(TOO_MANY_WAYS)
        return self._compile(way, variable_values, options)

    def _conditions(self) -> list[str]:
        """Return the variables that decide what is selected; raise NotCompiled where nothing is compiled."""
        if self._found is None:
            try:
                self._found = condition_variables(self.operation, self._fragments)
            except NotCompiled as reason:
                self._found = str(reason)
        if isinstance(self._found, str):
            raise NotCompiled(self._found)
        return self._found

    def _is_seen_enough(self, way: Way) -> bool:
        if len(self._seen) >= MOST_COUNTED:
            self._seen.clear()
        self._seen[way] += 1
        return self._seen[way] >= self._sightings

    def _compile(self, way: Way, variable_values: VariableValues, options: Options) -> Plan:
        self._compiled += 1
        try:
            plan = compile_operation(self.schema, self.operation, self._fragments, variable_values, options)
        except NotCompiled as reason:
            self._leave(way, str(reason))
            raise
        except Exception as error:
            self._leave(way, unexpected(error))
            raise NotCompiled(self._left[way]) from None
        plan.heavier = self._add
        self._plans[way] = plan
        if len(self._plans) > MOST_PLANS:
            self._drop(next(iter(self._plans)))
        self._add(plan.weight)
        return plan

    def _add(self, weight: int) -> None:
        self.weight += weight
        while self.weight > self._most_bytes and len(self._plans) > 1:
            self._drop(next(iter(self._plans)))
        if self.weight > self._most_bytes:
            self._leave(next(iter(self._plans)), TOO_HEAVY)
        self._heavier(self)

    def _leave(self, way: Way, reason: str) -> None:
        """Leave a way to select to graphql-core."""
        if len(self._left) >= MOST_COUNTED:
            self._left.clear()
        self._left[way] = reason
        if way in self._plans:
            self._drop(way)
            self._heavier(self)

    def _drop(self, way: Way) -> None:
        unused = self._plans.pop(way)
        unused.heavier = None
        self.weight -= unused.weight


def definitions_of(fragments: Mapping[str, FragmentDetails]) -> list[FragmentDefinitionNode]:
    """Return the definitions of a document's fragments."""
    return [one.definition for one in fragments.values()]
