"""Executing a selection on an object: which of the plan's functions does it, by the object's class.

A function is made for objects that are read by item (mappings) or by attribute. Which one an object needs is found out
when the first of its class is seen. From then on the class alone tells it, and that the object is neither null, an
error, something to await nor something to call, as long as nothing of that can differ within the class.
"""

from abc import ABCMeta
from collections.abc import Callable, Mapping
from types import GeneratorType, WrapperDescriptorType
from typing import TYPE_CHECKING, Any

from graphql import Undefined

from engine.place import as_path

if TYPE_CHECKING:
    from engine.run import Run
    from engine.tree import Selection

MOST_CLASSES = 64
"""How many classes a selection remembers; objects of further ones are looked at one by one."""


def execute_selection(run: "Run", selection: "Selection", source: Any, place: Any) -> Any:
    """Return the result of a selection on an object; a coroutine where something has to be awaited."""
    handler = selection.handlers.get(type(source)) or _handler_for(selection, source)
    return handler(run, source, as_path(place) if place else None)


def _handler_for(selection: "Selection", source: Any) -> Callable[..., Any]:
    handler = selection.variant("items" if isinstance(source, Mapping) else "attributes")
    kind = type(source)
    if len(selection.handlers) < MOST_CLASSES and is_plain(kind):
        selection.handlers[kind] = handler
    return handler


def rights_of(rights: Callable[[Any, Any], int], run: "Run", source: Any) -> int | None:
    """Return the rights that an object gives; None where that fails."""
    try:
        return rights(run.context, source)
    except Exception:  # each field that needs a right meets the error again, and bears it
        return None


def is_plain(kind: type) -> bool:
    """Whether no object of a class is null, an error, something to await or something to call."""
    return (
        kind not in {type(None), type(Undefined), GeneratorType}
        and not issubclass(kind, BaseException)
        and not hasattr(kind, "__await__")
        and not issubclass(kind, Callable)  # type: ignore[arg-type]  # the abstract class of all that can be called
        and not hasattr(kind, "__getattr__")
        and type(kind.__getattribute__) is WrapperDescriptorType  # attributes are looked up by C, as usual
        and type(kind) in {type, ABCMeta}
        and not any("__class__" in base.__dict__ for base in kind.__mro__[:-1])
    )
