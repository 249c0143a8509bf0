"""How a plan looks at the value of a scalar or an enum in passing: a test by which most values are what they seem.

What passes the test is its own output, as graphql-core's types would have it; everything else (null, a text where a
number is wanted, an error, something to await) goes the long way, see `engine.completion`.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)

from engine.text import SourceText

# Numbers of one digit as Python holds them, below 2 ** 30, are compared faster; most are such.
_INT = "type({0}) is int and (-1073741823 <= {0} <= 1073741823 or -2147483648 <= {0} <= 2147483647)"
_TESTS = {
    "String": (GraphQLString, "type({0}) is str"),
    "ID": (GraphQLID, "type({0}) is str"),
    "Boolean": (GraphQLBoolean, "type({0}) is bool"),
    "Int": (GraphQLInt, _INT),
    "Float": (GraphQLFloat, "type({0}) is float and {0} - {0} == 0.0"),
}


PLAIN_VALUES = frozenset({str, int, float, bool, bytes, dict, list, tuple, date, datetime, time, Decimal, UUID})
"""Classes of values that are neither null, an error nor something to await: a custom scalar gets them as they are."""
PLAIN_OUTPUTS = frozenset({str, int, float, bool, dict, list})
"""Classes of outputs that need no further look."""


def _passing_test(leaf: GraphQLLeafType) -> str | None:
    """Return the test, of the value `{0}`, that what is its own output passes; None if there is none."""
    if not isinstance(leaf, GraphQLScalarType):
        return None
    specified, test = _TESTS.get(leaf.name, (None, None))
    same = specified is not None and _output_of(leaf) is _output_of(specified)
    return test if same else None


def passing(text: SourceText, leaf: GraphQLLeafType, value: str, output: str) -> tuple[str, str]:
    """Return the test that a value passes as expected, and what its output is then called: as itself, or `output`."""
    test = _passing_test(leaf)
    if test is not None:
        return test.format(value), value
    enum = enum_names(leaf)
    if enum is not None:
        names, classes = text.name(f"{leaf.name}_names", enum[0]), text.name(f"{leaf.name}_classes", enum[1])
        return f"type({value}) in {classes} and ({output} := {names}.get({value})) is not None", output
    function = text.name(f"{leaf.name}_output", leaf.coerce_output_value)
    return f"type({value}) in PLAIN_VALUES and type({output} := {function}({value})) in PLAIN_OUTPUTS", output


def enum_names(leaf: GraphQLLeafType) -> tuple[dict[Any, str], frozenset[type]] | None:
    """Return the names of an enum by its values, and the classes of those that can be looked up; None for a scalar.

    Texts can always be looked up: an enum class of Python that derives from `str` is found by its text.
    """
    if type(leaf) is not GraphQLEnumType or "coerce_output_value" in vars(leaf):
        return None
    names: dict[Any, str] = {}
    classes: set[type] = {str}
    for name, one in leaf.values.items():
        value = name if one.value is None or one.value is Undefined else one.value
        if isinstance(value, BaseException):
            continue
        try:
            names.setdefault(value, name)
        except TypeError:  # it cannot be looked up
            continue
        classes.add(type(value))
    return names, frozenset(classes)


def _output_of(scalar: GraphQLScalarType) -> Any:
    function = scalar.coerce_output_value
    return getattr(function, "__func__", function)
