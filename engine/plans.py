"""Plans kept for operations that come again, bounded by the memory that they take.

An operation is compiled when it is seen the second time, a large one later: compiling what never comes back would cost
more than it saves. graphql-core executes it until then, and whatever is not compiled. It is seen again where the same
document comes again, or another that was parsed of the same text.
"""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from graphql import FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode, SourceLocation
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from engine.conditions import NotCompiled
from engine.known import KnownOperation, definitions_of
from engine.plan import AS_USUAL, Options, Plan

MOST_BYTES = 128 * 1024 * 1024
"""How much memory plans and their documents may take, about; what was used longest ago goes first."""


@dataclass(slots=True)
class Counts:
    """How operations were executed."""

    compiled: int = 0
    first_seen: int = 0
    """By graphql-core, as they had not come often enough."""
    fallen_back: Counter[str] = field(default_factory=Counter)
    """By graphql-core, as the engine does not compile them; by the reason."""


SHARE = 4
"""One operation may take so small a part of all that plans may take."""
Identity = tuple[int, int]
Text = tuple[int, str, str, SourceLocation, int]


class Plans:
    """The plans of a process, and how often they were of use."""

    def __init__(self, *, sightings: int = 2, most_bytes: int = MOST_BYTES) -> None:
        """Take at which sighting an operation is compiled, and how much memory plans may take."""
        self.counts = Counts()
        self.weight = 0
        """The bytes that all that is known takes, about."""
        self._sightings = sightings
        self._most_bytes = most_bytes
        self._known: OrderedDict[Identity, KnownOperation] = OrderedDict()
        self._by_text: dict[Text, Identity] = {}
        """Those whose whole document is one text, by the schema, the text, its name, and where the operation begins."""
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
        try:
            plan = known.plan(variable_values, options)
        except NotCompiled as reason:
            self.fall_back(str(reason))
            return None
        if plan is None:
            self.counts.first_seen += 1
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
        definitions = definitions_of(fragments)
        known = self._known.get(key)
        if known is not None and known.is_of(definitions):
            self._known.move_to_end(key)
            return known
        text = _text_of(schema, operation, definitions)
        same = self._by_text.get(text) if text is not None else None
        if same is not None and self._known[same].is_same(operation, definitions):
            self._known.move_to_end(same)
            return self._known[same]
        self._forget(key)
        return self._begin(key, text, schema, operation, fragments)

    def _begin(
        self,
        key: Identity,
        text: Text | None,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDetails],
    ) -> KnownOperation:
        known = self._known[key] = KnownOperation(
            schema,
            operation,
            fragments,
            self._count,
            sightings=self._sightings,
            most_bytes=self._most_bytes // SHARE,
        )
        if text is not None:
            self._by_text[text] = key
        self._counted[known] = 0
        self._count(known)
        return known

    def _count(self, known: KnownOperation) -> None:
        """Count what an operation takes by now, and forget what was used longest ago where that is too much."""
        if known not in self._counted:  # it was forgotten while it ran
            return
        self.weight += known.weight - self._counted[known]
        self._counted[known] = known.weight
        while self.weight > self._most_bytes:
            self._forget(next(iter(self._known)))

    def _forget(self, key: Identity) -> None:
        forgotten = self._known.pop(key, None)
        if forgotten is None:
            return
        self.weight -= self._counted.pop(forgotten)
        text = _text_of(forgotten.schema, forgotten.operation, forgotten.definitions)
        if text is not None and self._by_text.get(text) == key:
            del self._by_text[text]


def _text_of(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Sequence[FragmentDefinitionNode]
) -> Text | None:
    """Return the text that an operation with all its fragments was parsed of; None where there is no such text.

    What was changed since keeps the text, so that it does not tell all.
    """
    if operation.loc is None or any(one.loc is None or one.loc.source is not operation.loc.source for one in fragments):
        return None
    source = operation.loc.source
    return id(schema), source.body, source.name, source.location_offset, operation.loc.start
