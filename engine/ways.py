"""The functions that execute a selection: which there are, and which one an object of some class needs.

There are three forms. Of an `OBJECT` all leaves that can be read twice are read first and looked at together; where one
is not as it seems, the object is executed `FIELD_BY_FIELD` instead, which reads again and says what is wrong in its
place. `EACH` goes over a list of objects of which such leaves alone are selected. What somebody has no right to is left
out of the functions of these rights.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from engine.tree import SelectedField, Selection

Function = Callable[..., Any]
MOST_RIGHTS = 16
"""For how many different rights a selection has functions; for others it goes field by field."""
MOST_MASKS = 64
"""How many masks a selection remembers the functions for, as most bits of a mask are of no interest to it."""


class Form(StrEnum):
    """How a function goes over objects."""

    OBJECT = "object"
    FIELD_BY_FIELD = "field_by_field"
    EACH = "each"


class Variant(NamedTuple):
    """Which function of a selection is meant."""

    form: Form
    reading: str = "attributes"
    """How graphql-core's default resolver reads the objects: their `attributes` or their `items`."""
    rights: int | None = None
    """What the objects give of the rights that fields need; None where no field needs any, or it is not known yet."""


class Ways:
    """The functions for whoever has some rights to a selection's objects, by the objects' classes."""

    __slots__ = ("handlers", "loops", "refused", "rights", "selection")

    def __init__(self, selection: "Selection", rights: int | None = None) -> None:
        """Take the selection, and the rights; None where no field needs any, or each object is asked for its own."""
        self.selection = selection
        self.rights = rights
        self.handlers: dict[type, Function] = {}
        """What executes the selection on an object of a class: `(run, source, place)`."""
        self.loops: dict[type, Function] = {}
        """What executes it on objects of one class: `(items)`; it returns None where not all are as they seem."""
        self.refused: tuple[SelectedField, ...] = selection.refused(rights)


def grant(selection: "Selection", rights: int | None) -> Ways:
    """Return the functions for rights that were not given before; those that ask each object, if there are too many."""
    ways = selection.ways if rights is None else _needed(selection, rights & selection.bits)
    if len(selection.granted) < MOST_MASKS:
        selection.granted[rights] = ways
    return ways


def _needed(selection: "Selection", need: int) -> Ways:
    known = selection.needed.get(need)
    if known is None:
        if len(selection.needed) >= MOST_RIGHTS:
            return selection.ways
        known = selection.needed[need] = Ways(selection, need)
    return known
