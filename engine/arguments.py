"""The arguments of a field: those that are the same in every run, and those that a run has to make.

graphql-core's own coercion makes them, so that they and their errors are the same. A run makes them once for a field,
however many parents the field has, unless there are lists or objects among them, which a resolver may change.
"""

from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLInputType,
    ValueNode,
    VariableNode,
    get_argument_values,
    get_named_type,
    is_specified_scalar_type,
)
from graphql.language import ConstListValueNode, ConstObjectValueNode, ListValueNode, ObjectValueNode

_NONE: dict[str, Any] = {}


def constant_arguments(definition: GraphQLField, node: FieldNode) -> dict[str, Any] | None:
    """Return the arguments of a field where no run can make them differ, else None."""
    if not definition.args:
        return _NONE
    if not all(_is_constant_type(argument.type) for argument in definition.args.values()):
        return None
    if any(_has_variable(argument.value) for argument in node.arguments or ()):
        return None
    try:
        values = get_argument_values(definition, node)
    except GraphQLError:
        return None
    return values if all(_is_unchanging(value) for value in values.values()) else None


def _is_constant_type(graphql_type: GraphQLInputType) -> bool:
    named = get_named_type(graphql_type)
    return is_specified_scalar_type(named) or isinstance(named, GraphQLEnumType)


def _has_variable(value: ValueNode) -> bool:
    if isinstance(value, VariableNode):
        return True
    if isinstance(value, ListValueNode | ConstListValueNode):
        return any(_has_variable(one) for one in value.values)
    if isinstance(value, ObjectValueNode | ConstObjectValueNode):
        return any(_has_variable(one.value) for one in value.fields)
    return False


def _is_unchanging(value: object) -> bool:
    return not isinstance(value, list | dict | set)


def has_containers(arguments: dict[str, object]) -> bool:
    """Whether any argument is something that whoever receives it may change."""
    return not all(_is_unchanging(value) for value in arguments.values())
