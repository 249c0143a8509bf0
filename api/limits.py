"""What one operation may ask for: its length, depth, fields and, multiplied through nested lists, its objects."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

from domain.errors import BadUserInput, CostLimitExceeded
from domain.page import DEFAULT_SIZE, LARGEST_SIZE

MOST_CHARACTERS = 100_000
MOST_TOKENS = 10_000
MOST_DEPTH = 20
MOST_FIELDS = 2_000
MOST_OBJECTS = 50_000

_LIST_FIELDS = frozenset({"nodes", "edges"})


class Measure:
    """Measures one operation; fragments are followed wherever they are spread."""

    def __init__(self, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        """Take a document that has passed validation, so that its fragments have no cycles."""
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        self._variables = variables
        self._fields = 0
        self._objects = 0

    def check(self, operation: OperationDefinitionNode) -> None:
        """Raise CostLimitExceeded, saying by what, if the operation asks for too much."""
        self._visit(operation.selection_set, depth=1, objects=1)

    def _visit(self, selection_set: SelectionSetNode, *, depth: int, objects: int) -> None:
        if depth > MOST_DEPTH:
            raise CostLimitExceeded(f"The operation is nested more than {MOST_DEPTH} levels deep.")
        for selection in selection_set.selections:
            if isinstance(selection, FieldNode):
                self._visit_field(selection, depth=depth, objects=objects)
            elif isinstance(selection, InlineFragmentNode):
                self._visit(selection.selection_set, depth=depth, objects=objects)
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self._fragments[selection.name.value]
                self._visit(fragment.selection_set, depth=depth, objects=objects)

    def _visit_field(self, field: FieldNode, *, depth: int, objects: int) -> None:
        self._fields += 1
        if self._fields > MOST_FIELDS:
            raise CostLimitExceeded(f"The operation selects more than {MOST_FIELDS} fields.")
        if field.selection_set is None or field.name.value.startswith("__"):
            return
        below = objects * self._size(field)
        if below > objects:
            self._objects += below
        if self._objects > MOST_OBJECTS:
            raise CostLimitExceeded(
                f"The operation can return more than {MOST_OBJECTS:,} objects: ask for fewer at once with `first`, "
                "or nest fewer lists."
            )
        self._visit(field.selection_set, depth=depth + 1, objects=below)

    def _size(self, field: FieldNode) -> int:
        """Return how many objects a field can return: a list's page, else one."""
        assert field.selection_set is not None  # noqa: S101  # the caller has looked
        is_list = any(
            isinstance(one, FieldNode) and one.name.value in _LIST_FIELDS | {"totalCount", "pageInfo"}
            for one in field.selection_set.selections
        )
        for argument in field.arguments or ():
            if argument.name.value in {"first", "last"}:
                return self._number(argument.value)
        return DEFAULT_SIZE if is_list else 1

    def _number(self, value: object) -> int:
        if isinstance(value, IntValueNode):
            given: Any = int(value.value)
        elif isinstance(value, VariableNode):
            given = self._variables.get(value.name.value, DEFAULT_SIZE)
        else:
            given = DEFAULT_SIZE
        return min(given, LARGEST_SIZE) if isinstance(given, int) and given > 0 else DEFAULT_SIZE


def check_length(query: str) -> None:
    """Raise BadUserInput if a document is too long to be parsed."""
    if len(query) > MOST_CHARACTERS:
        raise BadUserInput(f"The document has {len(query):,} characters: at most {MOST_CHARACTERS:,}.")
