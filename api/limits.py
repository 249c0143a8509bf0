"""What one operation may ask for: its length, its shape, its depth, its fields and, multiplied through nested lists,
its objects.

The shape is looked at before a document is validated, because validating costs time that grows with the square of how
often one name is selected; the rest after, by the schema's types, so that no fragment and no variable hides a list.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from domain.errors import BadUserInput, CostLimitExceeded
from domain.page import DEFAULT_SIZE, LARGEST_SIZE

MOST_CHARACTERS = 100_000
MOST_TOKENS = 10_000
MOST_DEPTH = 20
MOST_FIELDS = 2_000
MOST_OBJECTS = 20_000
MOST_ALIKE = 20
MOST_FRAGMENTS = 100
MOST_MUTATIONS = 20
MOST_INTROSPECTIONS = 2
WITH_PASSWORD = frozenset({"signIn", "signUp", "changePassword"})
"""Mutations that hash a password, which costs so much that an operation has one of them at most."""


def check_length(query: str) -> None:
    """Raise BadUserInput if a document is too long to be parsed."""
    if len(query) > MOST_CHARACTERS:
        raise BadUserInput(f"The document has {len(query):,} characters: at most {MOST_CHARACTERS:,}.")


def check_shape(document: DocumentNode) -> None:
    """Raise CostLimitExceeded if validating a document would cost too much."""
    fields = alike = 0
    for selections in _selections(document):
        names = Counter((one.alias or one.name).value for one in selections if isinstance(one, FieldNode))
        fields += names.total()
        alike = max(alike, *names.values(), 0)
    if fields > MOST_FIELDS:
        raise CostLimitExceeded(f"The document selects more than {MOST_FIELDS:,} fields.")
    if sum(isinstance(one, FragmentDefinitionNode) for one in document.definitions) > MOST_FRAGMENTS:
        raise CostLimitExceeded(f"The document has more than {MOST_FRAGMENTS} fragments.")
    if alike > MOST_ALIKE:
        raise CostLimitExceeded(f"The document selects one name more than {MOST_ALIKE} times in one place.")


def _selections(document: DocumentNode) -> Iterator[Sequence[SelectionNode]]:
    """Yield what is selected in each place of a document."""
    waiting: list[Any] = list(document.definitions)
    while waiting:
        selection_set = getattr(waiting.pop(), "selection_set", None)
        if selection_set is not None:
            yield selection_set.selections
            waiting += selection_set.selections


class Measure:
    """Measures one operation; fragments are followed wherever they are spread."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, object]) -> None:
        """Take a document that has passed validation, so that its fragments have no cycles."""
        self._schema = schema
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        self._variables = variables
        self._defaults: dict[str, Any] = {}
        self.by_variables = False
        """Whether a variable said how many objects a list has, so that other variables measure otherwise."""
        self._fields = 0
        self._objects = 0
        self._introspections = 0
        self._passwords = 0

    def check(self, operation: OperationDefinitionNode) -> None:
        """Raise CostLimitExceeded, saying by what, if the operation asks for too much."""
        self._defaults = {one.variable.name.value: one.default_value for one in operation.variable_definitions or ()}
        root = self._schema.get_root_type(operation.operation)
        if operation.operation is OperationType.MUTATION and len(operation.selection_set.selections) > MOST_MUTATIONS:
            raise CostLimitExceeded(f"The operation has more than {MOST_MUTATIONS} mutations.")
        self._visit(operation.selection_set, root, depth=1, objects=1)

    def _visit(
        self, selection_set: SelectionSetNode, parent: GraphQLNamedType | None, *, depth: int, objects: int
    ) -> None:
        if depth > MOST_DEPTH:
            raise CostLimitExceeded(f"The operation is nested more than {MOST_DEPTH} levels deep.")
        for selection in selection_set.selections:
            if isinstance(selection, FieldNode):
                self._visit_field(selection, parent, depth=depth, objects=objects)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = self._schema.type_map.get(condition.name.value) if condition else parent
                self._visit(selection.selection_set, inner, depth=depth, objects=objects)
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self._fragments[selection.name.value]
                inner = self._schema.type_map.get(fragment.type_condition.name.value)
                self._visit(fragment.selection_set, inner, depth=depth, objects=objects)

    def _visit_field(self, field: FieldNode, parent: GraphQLNamedType | None, *, depth: int, objects: int) -> None:
        self._fields += 1
        if self._fields > MOST_FIELDS:
            raise CostLimitExceeded(f"The operation selects more than {MOST_FIELDS:,} fields.")
        name = field.name.value
        if name in {"__schema", "__type"}:
            self._introspections += 1
            if self._introspections > MOST_INTROSPECTIONS:
                raise CostLimitExceeded(f"The operation asks for the schema more than {MOST_INTROSPECTIONS} times.")
        if name in WITH_PASSWORD and parent is self._schema.mutation_type:
            self._passwords += 1
            if self._passwords > 1:
                raise CostLimitExceeded(f"The operation has more than one of {', '.join(sorted(WITH_PASSWORD))}.")
        if field.selection_set is None:
            return
        defined = getattr(parent, "fields", {}).get(name)
        target = get_named_type(defined.type) if defined is not None else None
        below = objects
        if target is not None and target.name.endswith("Connection"):
            below = objects * self._size(field)
            self._objects += below
        if self._objects > MOST_OBJECTS:
            raise CostLimitExceeded(
                f"The operation can return more than {MOST_OBJECTS:,} objects: ask for fewer at once with `first`, "
                "or nest fewer lists."
            )
        self._visit(field.selection_set, target, depth=depth + 1, objects=below)

    def _size(self, field: FieldNode) -> int:
        """Return how many objects a list can return: the larger of `first` and `last`, as far as they are given."""
        given = [
            self._number(argument.value)
            for argument in field.arguments or ()
            if argument.name.value in {"first", "last"}
        ]
        return max((number for number in given if number is not None), default=DEFAULT_SIZE)

    def _number(self, value: object) -> int | None:
        """Return the number that an argument has, None where it is null; the largest where that is unclear."""
        if isinstance(value, VariableNode):
            self.by_variables = True
            name = value.name.value
            if name not in self._variables:
                default = self._defaults.get(name)
                return None if default is None else self._number(default)
            given = self._variables[name]
            if given is None:
                return None
            if isinstance(given, bool) or not isinstance(given, int | float) or abs(given) >= 2**31:
                return LARGEST_SIZE
            return min(max(int(given), 1), LARGEST_SIZE)
        if isinstance(value, IntValueNode):
            return min(max(int(value.value[:12]), 1), LARGEST_SIZE)
        return None
