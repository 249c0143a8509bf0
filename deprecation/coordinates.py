"""Schema coordinates, as the specification of GraphQL writes them (September 2025, section 3.14).

`Type`, `Type.field`, `Type.field(argument:)`, `Enum.VALUE`, `Input.field`, `@directive`, `@directive(argument:)`.
"""

import re
from collections.abc import Iterator

from deprecation.grammar import NAME
from deprecation.members import Member
from deprecation.schema import Type

PATTERN = re.compile(rf"@{NAME}(?:\({NAME}:\))?+|{NAME}(?:\.{NAME}(?:\({NAME}:\))?+)?+")


def of_member(type_name: str, member: str) -> str:
    """Return the coordinate of a member of a type, or of an argument of a directive."""
    return f"{type_name}({member}:)" if type_name.startswith("@") else f"{type_name}.{member}"


def of_argument(field: str, argument: str) -> str:
    """Return the coordinate of an argument of the field that a coordinate names."""
    return f"{field}({argument}:)"


def parent(coordinate: str) -> str | None:
    """Return the coordinate of what holds it: the field of an argument, the type of a member; None for a type."""
    if coordinate.endswith(")"):
        return coordinate.partition("(")[0]
    type_name, dot, _ = coordinate.partition(".")
    return type_name if dot else None


def type_of(coordinate: str) -> str:
    """Return the name of the type, or of the directive, that it names or lies in."""
    return coordinate.partition("(")[0].partition(".")[0]


def members(of: Type) -> Iterator[tuple[str, Member]]:
    """Go through the members of a type with their coordinates, arguments of its fields among them."""
    for member in of.members.values():
        coordinate = of_member(of.name, member.name)
        yield coordinate, member
        for argument in member.arguments.values():
            yield of_argument(coordinate, argument.name), argument


def name_of_member(coordinate: str) -> str:
    """Return the name of the member of a type that it names or lies in; of an argument, if it is a directive's."""
    path, _, argument = coordinate.partition("(")
    _, dot, name = path.partition(".")
    return name if dot else argument.removesuffix(":)")
