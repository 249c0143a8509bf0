"""A definition of SDL as it is written; what is in it is read when it is first asked for."""

from dataclasses import dataclass
from functools import cached_property

from deprecation.members import Member, read_members, read_names


class SchemaSyntaxError(Exception):
    """A text is no SDL: what is wrong, and the offset in it, in characters."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True, eq=False)
class Definition:
    """A definition or an extension as it is written: one of the kinds of `grammar`, its name and its text."""

    kind: str
    name: str
    extends: bool
    text: str
    interfaces_text: str
    directives_text: str
    keyword_start: int
    name_start: int
    body: tuple[int, int]

    @cached_property
    def members(self) -> dict[str, Member]:
        """Its fields, input fields, enum values, or the arguments of a directive, by name."""
        return read_members(self.kind, self.text, *self.body)

    @cached_property
    def interfaces(self) -> tuple[str, ...]:
        """The interfaces that it says it implements."""
        return tuple(name for name in read_names(self.interfaces_text) if name != "implements")

    @cached_property
    def union_members(self) -> tuple[str, ...]:
        """The types that a union says it is of."""
        return read_names(self.text[slice(*self.body)]) if self.kind == "union" else ()

    @cached_property
    def locations(self) -> tuple[str, ...]:
        """Where a directive says it may stand."""
        if self.kind != "directive":
            return ()
        names = read_names(self.text[slice(*self.body)].rpartition(")")[2])
        return tuple(name for name in names if name not in {"on", "repeatable"})

    @cached_property
    def operation_types(self) -> dict[str, str]:
        """What a `schema` definition names as its root types, by operation."""
        names = read_names(self.text[slice(*self.body)]) if self.kind == "schema" else ()
        return dict(zip(names[::2], names[1::2], strict=True))
