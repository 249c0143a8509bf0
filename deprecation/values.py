"""Default values, compared as what they mean for their type, however they are written."""

from graphql import (
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    parse_const_value,
)


def value_of(text: str, type_text: str) -> object:
    """Return what a value says: equal for equal values of the type. A value in place of a list is a list of one.

    Input fields in any order are the same; so are 1 and 1.0 where a Float is wanted.
    """
    return _value(parse_const_value(text), type_text.removesuffix("!"))


def _value(node: ValueNode, type_text: str) -> object:
    if type_text.startswith("[") and not isinstance(node, NullValueNode):
        inner = type_text[1:-1].removesuffix("!")
        nodes = node.values if isinstance(node, ListValueNode) else (node,)
        return [_value(one, inner) for one in nodes]
    if isinstance(node, ListValueNode):
        return [_value(one, type_text) for one in node.values]
    if isinstance(node, ObjectValueNode):
        return {field.name.value: _value(field.value, "") for field in node.fields}
    if isinstance(node, IntValueNode | FloatValueNode) and type_text in {"Float", ""}:
        return float(node.value)
    if isinstance(node, IntValueNode) and type_text == "ID":
        return "StringValueNode", node.value
    return type(node).__name__, getattr(node, "value", None)
