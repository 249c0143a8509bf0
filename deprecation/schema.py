"""A version of a schema: its types, each made of a definition and what extends it, and its directives."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from deprecation.definition import Definition
from deprecation.members import Member, read_mark

_EXECUTABLE = {
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
}
_BUILT_IN = ("Int", "Float", "String", "Boolean", "ID")
_OPERATIONS = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}


class Type:
    """A type, or a directive that documents may use: what its definition and its extensions say together.

    A directive's name begins with an @, as in its coordinate; its members are its arguments.
    """

    def __init__(self, name: str, definitions: tuple[Definition, ...]) -> None:
        self.name = name
        self.definitions = definitions

    @cached_property
    def kind(self) -> str:
        """The keyword that defines it: `type`, `interface`, `input`, `enum`, `union`, `scalar` or `directive`."""
        return next((one.kind for one in self.definitions if not one.extends), self.definitions[0].kind)

    @cached_property
    def homes(self) -> dict[str, Definition]:
        """The definition that each member stands in. If several define a member, the first counts."""
        homes: dict[str, Definition] = {}
        for definition in self.definitions:
            for name in definition.members:
                homes.setdefault(name, definition)
        return homes

    @cached_property
    def members(self) -> dict[str, Member]:
        """Its fields, input fields, enum values or arguments, by name."""
        return {name: home.members[name] for name, home in self.homes.items()}

    @cached_property
    def interfaces(self) -> frozenset[str]:
        """The interfaces it implements."""
        return frozenset(name for one in self.definitions for name in one.interfaces)

    @cached_property
    def union_members(self) -> frozenset[str]:
        """The types that a union is of."""
        return frozenset(name for one in self.definitions for name in one.union_members)

    @cached_property
    def marked(self) -> bool:
        """Whether anything in it may be marked as deprecated. Only the text is looked at, so that it costs little."""
        return any("deprecated" in one.text for one in self.definitions)

    @property
    def misplaced_mark(self) -> bool:
        """Whether the type itself is marked, which only its members can be."""
        texts = [one.directives_text for one in self.definitions]
        return any(read_mark(text, 0, len(text)) for text in texts)


class Schema:
    """All types of a version by name, as far as clients can name them."""

    def __init__(self, definitions: Iterable[Definition], before: "Schema | None" = None) -> None:
        """Take the definitions of all files; types that are as they were in a version before are taken from it."""
        parts: dict[str, tuple[Definition, ...]] = {}
        for one in definitions:
            name = f"@{one.name}" if one.kind == "directive" else one.name
            parts[name] = (*parts[name], one) if name in parts else (one,)
        self._roots = parts.pop("", ())
        self._parts = parts
        known = before.known_types if before else {}
        self.known_types: dict[str, Type] = {
            name: one for name, one in known.items() if parts.get(name) == one.definitions
        }

    @property
    def parts(self) -> Mapping[str, tuple[Definition, ...]]:
        """The definitions of each type, by its name."""
        return self._parts

    def __contains__(self, name: str) -> bool:
        return name in self._parts or name in _BUILT_IN

    def get(self, name: str) -> Type | None:
        """Return the type of a name, if there is one that clients can name."""
        found = self.known_types.get(name)
        if found is None and name in self._parts:
            made = Type(name, self._parts[name])
            if made.kind == "directive" and _EXECUTABLE.isdisjoint(made.definitions[0].locations):
                return None
            found = self.known_types[name] = made
        return found

    def types(self) -> Iterable[Type]:
        """Go through all of them."""
        return (found for name in self._parts if (found := self.get(name)))

    @cached_property
    def roots(self) -> dict[str, str]:
        """The names of the root types, by operation."""
        named = {name: root for one in self._roots for name, root in one.operation_types.items()}
        if any(not one.extends for one in self._roots):
            return named
        return {operation: name for operation, name in _OPERATIONS.items() if name in self._parts} | named

    def member(self, coordinate: str) -> Member | None:
        """Return what a coordinate such as `Type.field` or `Type.field(argument:)` names, unless it names a type."""
        path, _, argument = coordinate.partition("(")
        type_name, _, name = path.partition(".")
        found = self.get(type_name)
        member = found.members.get(name) if found else None
        if not argument:
            return member
        arguments = found.members if found and not name else member.arguments if member else {}
        return arguments.get(argument.removesuffix(":)"))
