"""What an operation depends on before it can be planned: whether it is of the kind that is compiled, and the variables
that decide by `@skip` and `@include` what is selected.

There is one plan for each combination of those variables.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.execution.collect_fields import FragmentDetails

_log = logging.getLogger(__name__)
_NOT_COMPILED = frozenset({"defer", "stream", "experimental_disableErrorPropagation"})
_CONDITIONS = frozenset({"skip", "include"})


class NotCompiled(Exception):
    """An operation that is left to graphql-core; the message says why, in words of our own: they are counted."""


class NotGenerated(Exception):
    """A function of a plan could not be made because of an unexpected error; the message is that error's."""


def unexpected(error: Exception) -> str:
    """Log an unexpected error in the engine; return the reason under which the operation is then counted."""
    _log.warning("The engine leaves an operation to graphql-core: %r", error, exc_info=error)
    return f"unexpected {type(error).__name__}"


def condition_variables(operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDetails]) -> list[str]:
    """Return the names of the variables that decide what is selected; raise NotCompiled where nothing is compiled."""
    names: dict[str, None] = {}
    for directive in _directives(operation, fragments):
        if directive.name.value in _NOT_COMPILED:
            raise NotCompiled(f"@{directive.name.value}")
        if directive.name.value in _CONDITIONS:
            for argument in directive.arguments or ():
                if isinstance(argument.value, VariableNode):
                    names[argument.value.name.value] = None
    return list(names)


def _directives(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDetails]
) -> Iterator[DirectiveNode]:
    yield from operation.directives or ()
    waiting: list[SelectionSetNode] = [operation.selection_set]
    spread: set[str] = set()
    while waiting:
        for selection in waiting.pop().selections:
            yield from selection.directives or ()
            if isinstance(selection, FieldNode | InlineFragmentNode):
                if selection.selection_set is not None:
                    waiting.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in spread:
                spread.add(selection.name.value)
                fragment = fragments.get(selection.name.value)
                if fragment is not None:
                    if fragment.definition.variable_definitions:
                        raise NotCompiled("a fragment with variables")
                    waiting.append(fragment.definition.selection_set)


def decided(names: list[str], variables: Mapping[str, Any]) -> tuple[bool | None, ...]:
    """Return how the variables decide, as the key of a plan; raise NotCompiled where one is no Boolean."""
    values = tuple(variables.get(name) for name in names)
    if not all(value is None or isinstance(value, bool) for value in values):
        raise NotCompiled("a condition that is no Boolean")
    return values
