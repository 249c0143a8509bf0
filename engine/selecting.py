"""Executing a selection on objects: which of the functions does it, by an object's class and the rights it gives.

Which function an object needs is found out when the first of its class is seen. From then on the class alone tells it,
and that the object is neither null, an error, something to await nor something to call, as long as nothing of that can
differ within the class.
"""

from abc import ABCMeta
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from inspect import getattr_static
from types import GeneratorType, MemberDescriptorType, WrapperDescriptorType
from typing import Any

from graphql import Undefined

from engine.ground import Form, Function, ResultPath, Variant
from engine.place import as_path
from engine.run import Run
from engine.tree import Granted, Selection, grant

MOST_CLASSES = 64
"""How many classes a selection remembers; objects of further ones are looked at one by one."""


def execute_selection(run: Run, selection: Selection, source: object, place: ResultPath) -> Any:
    """Return the result of a selection on an object; a coroutine where something has to be awaited."""
    granted = selection.without_rights
    handler = granted.handlers.get(type(source)) or _handler_for(granted, source)
    return handler(run, source, as_path(place) if place else None)


def execute_root(run: Run, selection: Selection) -> Any:
    """Return the result of a selection on the root value, which nobody asks what it is."""
    root = run.root_value
    return (selection.roots.get(type(root)) or _root_handler(selection, root))(run, root, None)


def prepare_roots(run: Run, selections: "Sequence[Selection]") -> None:
    """Make the functions of the steps of a mutation, before the first of them does anything."""
    for selection in selections:
        if type(run.root_value) not in selection.roots:
            _root_handler(selection, run.root_value)


def _root_handler(selection: Selection, root: object) -> Function:
    handler = _handler_for(selection.without_rights, root)
    if len(selection.roots) < MOST_CLASSES:
        selection.roots[type(root)] = handler
    return handler


def _handler_for(granted: Granted, source: object) -> Function:
    """Return the function that executes a selection on an object: `(run, source, place)`."""
    selection, kind = granted.selection, type(source)
    handler: Function
    if selection.masked and granted.rights is None:
        handler = partial(_by_its_rights, selection)
    elif _is_read_again(selection, kind):
        handler = selection.function(Variant(Form.OBJECT, _reading(source), granted.rights))
    else:
        handler = partial(field_by_field, selection=selection, reading=_reading(source), rights=granted.rights)
    if len(granted.handlers) < MOST_CLASSES and is_plain(kind):
        granted.handlers[kind] = handler
    return handler


def loop_for(granted: Granted, source: object) -> Function:
    """Return the function that executes a selection on a list of objects of this one's class: `(items)`."""
    selection, kind = granted.selection, type(source)
    loop: Function = _goes_over_nothing
    known = granted.rights is not None or not selection.masked
    raises = any(one.non_null for one in granted.refused)
    if known and not raises and is_plain(kind) and _is_read_again(selection, kind):
        loop = selection.function(Variant(Form.EACH, _reading(source), granted.rights))
    if len(granted.loops) < MOST_CLASSES:
        granted.loops[kind] = loop
    return loop


def field_by_field(
    run: Run, source: object, place: ResultPath, *, selection: Selection, reading: str, rights: int | None = None
) -> Any:
    """Return the result of a selection on an object that is not as expected, or whose reading cannot be repeated."""
    function = selection.function(Variant(Form.FIELD_BY_FIELD, reading))
    return function(run, source, place, rights) if selection.masked else function(run, source, place)


def _by_its_rights(selection: Selection, run: Run, source: object, place: ResultPath) -> Any:
    """Execute a selection on an object that is asked which rights it gives."""
    try:
        rights = selection.rights(run.context, source)
        granted = selection.granted.get(rights) or grant(selection, rights)
    except Exception:  # each field that needs a right meets the error again, and bears it
        granted = selection.without_rights
    if granted.rights is None:
        return field_by_field(run, source, place, selection=selection, reading=_reading(source))
    return (granted.handlers.get(type(source)) or _handler_for(granted, source))(run, source, place)


def _goes_over_nothing(_: object) -> None:
    """Leave a list to be visited one by one."""


def _reading(source: object) -> str:
    return "items" if isinstance(source, Mapping) else "attributes"


def _is_read_again(selection: Selection, kind: type) -> bool:
    """Whether objects of a class may be read again, as nobody notices: what says how it reads promises that."""
    names = selection.read_again
    if not names or kind is dict:
        return True
    return is_plain(kind) and not issubclass(kind, Mapping) and all(_is_stored(kind, one) for one in names)


def _is_stored(kind: type, name: str) -> bool:
    """Whether an attribute is stored in each object, or the same in all: no function computes it."""
    found = getattr_static(kind, name, None)
    return isinstance(found, MemberDescriptorType) or not hasattr(type(found), "__get__")


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
