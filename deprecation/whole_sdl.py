"""A schema as SDL that can be built, whatever it lacks: a part of a graph, say, or a type defined twice."""

from collections.abc import Iterator

from deprecation.definition import Definition
from deprecation.schema import Schema, Type

_BUILT_IN_DIRECTIVES = {"@skip", "@include", "@deprecated", "@specifiedBy", "@oneOf"}


def whole_sdl(schema: Schema) -> str:
    """Return SDL of all types: each defined once and extended by what else is said of it, and all that they name."""
    parts = [text for name in schema.parts if name not in _BUILT_IN_DIRECTIVES for text in _of_type(schema, name)]
    roots = "\n".join(f"{operation}: {name}" for operation, name in schema.roots.items() if name in schema.parts)
    return "\n".join([*parts, *_lacking(schema), f"schema {{\n{roots}\n}}" if roots else ""])


def _of_type(schema: Schema, name: str) -> Iterator[str]:
    """Go through the definition of a type and its extensions, in this order."""
    definitions = sorted(schema.parts[name], key=lambda one: one.extends)
    yield _without_extend(definitions[0])
    if not name.startswith("@"):
        for one in definitions[1:]:
            yield one.text if one.extends else f"extend {one.text[one.keyword_start :]}"


def _without_extend(one: Definition) -> str:
    return one.text[one.keyword_start :] if one.extends else one.text


def _lacking(schema: Schema) -> list[str]:
    """Return definitions of what is named and not defined: scalars, but for interfaces and members of unions."""
    found: dict[str, str] = {}
    for one in schema.types():
        for name in _members_types(one):
            found.setdefault(name, f"scalar {name}")
    for one in schema.types():
        found |= {name: f"interface {name} {{ _: Int }}" for name in one.interfaces}
        found |= {name: f"type {name} {{ _: Int }}" for name in one.union_members}
    return [text for name, text in sorted(found.items()) if name not in schema]


def _members_types(one: Type) -> Iterator[str]:
    for member in one.members.values():
        if member.type:
            yield member.named_type
        yield from (argument.named_type for argument in member.arguments.values())
