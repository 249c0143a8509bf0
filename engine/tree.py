"""The tree of a plan: what an operation selects, once fragments are merged and conditions are known.

A Selection is what is selected of one object type at one place, a SelectedField one response key of it. Where a field
returns an interface or a union there is a Selection for each type that it may turn out to be.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import or_
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    default_field_resolver,
    get_nullable_type,
    is_leaf_type,
    is_non_null_type,
)

from engine.ground import Function, Variant
from engine.reading import Check, Checked

Resolver = Callable[..., Any]
MOST_RIGHTS = 16
"""For how many different rights a selection has functions; for others it goes field by field."""
MOST_MASKS = 64
"""How many masks a selection remembers the functions for, as most bits of a mask are of no interest to it."""


def spelled(name: str) -> str:
    """Return a name as part of a longer one: a single underscore separates parts, and is none of them."""
    return name.replace("_", "__")


def _nobody_counts(_: int) -> None:
    """Count nothing: the field belongs to no plan."""


@dataclass(slots=True, eq=False)
class SelectedField:
    """One response key of a selection."""

    number: int
    """Its place among all fields of the plan."""
    key: str
    nodes: list[FieldNode]
    definition: GraphQLField
    parent_type: GraphQLObjectType
    resolver: Resolver
    source: Resolver = field(init=False)
    """The resolver without the check around it."""
    check: Check | None = field(init=False)
    """The check that its values pass before they enter the result."""
    constants: dict[str, Any] | None
    """Its arguments, where they are the same in every run."""
    selections: "dict[str, Selection]" = field(default_factory=dict)
    """What is selected of each object type that it may return, by the type's name."""
    make: Callable[["SelectedField"], Function] | None = None
    """Generates the function that completes its values, when it is first needed; set by the plan."""
    _completion: Function | None = None
    notes: dict[Any, Any] = field(default_factory=dict)
    """What resolvers have found out about the field, to be kept as long as its plan."""
    grow: Callable[[int], None] = _nobody_counts
    """Tells the plan of so many more characters that are kept with it; set by the plan."""
    head: tuple[Any, ...] = field(init=False)
    """The first four of the fourteen parts of a GraphQLResolveInfo; the path follows."""
    coordinate: str = field(init=False)
    """The field as the specification spells it: `Group.name`."""
    non_null: bool = field(init=False)
    is_leaf: bool = field(init=False)
    """Whether nothing is below it: it is a scalar or an enum, and no list."""

    def __post_init__(self) -> None:
        """Make what every run needs of the field."""
        checked = self.resolver if type(self.resolver) is Checked else None
        self.source = checked.resolver if checked else self.resolver
        self.check = checked.check if checked else None
        self.head = (self.name, self.nodes, self.definition.type, self.parent_type)
        self.coordinate = f"{self.parent_type.name}.{self.name}"
        self.non_null = is_non_null_type(self.definition.type)
        self.is_leaf = is_leaf_type(get_nullable_type(self.definition.type))

    def completed(self, run: object, place: object, value: object) -> Any:
        """Complete what its resolver has returned, once that is there; a coroutine where something below waits."""
        if self._completion is None:
            if self.make is None:
                raise RuntimeError(f"the field {self.coordinate} belongs to no plan")
            self._completion = self.make(self)
        return self._completion(run, place, value)

    @property
    def name(self) -> str:
        """The field's name in the schema."""
        return self.nodes[0].name.value

    @property
    def type(self) -> GraphQLOutputType:
        """The field's type, with its lists and non-nulls."""
        return self.definition.type


class Granted:
    """The functions for callers with some rights to a selection's objects, by the objects' classes."""

    __slots__ = ("handlers", "loops", "refused", "rights", "selection")

    def __init__(self, selection: "Selection", rights: int | None = None) -> None:
        """Take the selection, and the rights; None where no field needs any, or each object is asked for its own."""
        self.selection = selection
        self.rights = rights
        self.handlers: dict[type, Function] = {}
        """What executes the selection on an object of a class: `(run, source, place)`."""
        self.loops: dict[type, Function] = {}
        """What executes it on objects of one class: `(items)`; it returns None where not all are as expected."""
        self.refused: tuple[SelectedField, ...] = selection.refused(rights)


@dataclass(eq=False)
class Selection:
    """The selection on one object type."""

    name: str
    """Names it in the plan's text: the type's name and a number."""
    object_type: GraphQLObjectType
    fields: list[SelectedField] = field(default_factory=list)
    masked: list[SelectedField] = field(default_factory=list)
    """The fields that are read by those alone who have a right; set by the plan."""
    make: Callable[["Selection", Variant], Function] | None = None
    """Generates a function, when it is first needed; set by the plan."""
    needed: dict[int, Granted] = field(default_factory=dict)
    """The functions by those rights that objects give of all that masked fields need."""
    granted: dict[int | None, Granted] = field(default_factory=dict)
    """The same by all rights that objects were seen to give."""
    roots: dict[type, Function] = field(default_factory=dict)
    """What executes the selection on root values, by their class."""
    _functions: dict[Variant, Function] = field(default_factory=dict)

    @cached_property
    def without_rights(self) -> Granted:
        """The functions for objects of which it is not known yet which rights they give, or that need to give none."""
        return Granted(self)

    @cached_property
    def read_by_default(self) -> tuple[str, ...]:
        """The names that graphql-core's default resolver reads: items or attributes."""
        return tuple(one.name for one in self.fields if one.resolver is default_field_resolver)

    @cached_property
    def read_again(self) -> tuple[str, ...]:
        """Those of them that are read again where an object turns out to be not as expected."""
        return tuple(one.name for one in self.fields if one.resolver is default_field_resolver and one.is_leaf)

    @cached_property
    def rights(self) -> Callable[[Any, Any], int]:
        """What is asked which rights an object gives: `(context, object)`."""
        masked: Any = self.masked[0].source
        rights: Callable[[Any, Any], int] = masked.rights
        return rights

    @cached_property
    def bits(self) -> int:
        """The rights that masked fields need, all together; 0 where there are no such fields."""
        sources: list[Any] = [one.source for one in self.masked]
        return reduce(or_, (one.bit for one in sources), 0)

    def refused(self, rights: int | None) -> tuple[SelectedField, ...]:
        """Return the fields that objects of these rights do not give."""
        if rights is None:
            return ()
        sources: list[tuple[SelectedField, Any]] = [(one, one.source) for one in self.masked]
        return tuple(one for one, source in sources if not rights & source.bit)

    def function(self, variant: Variant) -> Function:
        """Return the function of this form."""
        variant = variant if self.read_by_default else variant._replace(reading="")
        found = self._functions.get(variant)
        if found is None:
            if self.make is None:
                raise RuntimeError(f"the selection {self.name} belongs to no plan")
            found = self._functions[variant] = self.make(self, variant)
        return found


def grant(selection: Selection, rights: int | None) -> Granted:
    """Return the functions for rights that were not given before; those that ask each object, if there are too many."""
    granted = selection.without_rights if rights is None else _needed(selection, rights & selection.bits)
    if len(selection.granted) < MOST_MASKS:
        selection.granted[rights] = granted
    return granted


def _needed(selection: Selection, need: int) -> Granted:
    known = selection.needed.get(need)
    if known is None:
        if len(selection.needed) >= MOST_RIGHTS:
            return selection.without_rights
        known = selection.needed[need] = Granted(selection, need)
    return known
