"""Everything that is bound to the schema, found in its rooms: a new module of a room is bound without being listed.

A module of `resolvers/`, `mutations/` or `subscriptions/` says in `BINDABLES` what it binds; one whose lists can be
filtered or ordered, in `LIST_INPUTS` what those inputs read. Modules of `scalars/` and `enums/` hold what they define.
"""

from collections.abc import Iterator
from enum import Enum
from functools import cache
from types import ModuleType

from ariadne import EnumType, ScalarType, SchemaBindable

import enums
import mutations
import resolvers
import scalars
import subscriptions
from authz.actions import Action
from bindings.fit import BindingFault, file_of
from bindings.lists import ListInputs
from domain.discovery import modules_of


@cache
def contract_enums() -> tuple[type[Enum], ...]:
    """Return every enum of the contract: those of `enums/`, and the vocabulary of authorization."""
    found = [
        value
        for module in modules_of(enums)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Enum) and value.__module__ == module.__name__
    ]
    return (*found, Action)


def bindables() -> list[SchemaBindable]:
    """Return everything that is bound to the schema; raise BindingFault on a module that binds nothing."""
    return [
        *(one for module in modules_of(scalars) for one in vars(module).values() if isinstance(one, ScalarType)),
        *(EnumType(one.__name__, one) for one in contract_enums()),
        *(one for module in _binding_modules() for one in _bound_by(module)),
    ]


def list_inputs() -> list[ListInputs]:
    """Return what the filter and order inputs of every list read."""
    return [module.LIST_INPUTS for module in _binding_modules() if hasattr(module, "LIST_INPUTS")]


def _binding_modules() -> Iterator[ModuleType]:
    for room in (resolvers, mutations, subscriptions):
        yield from modules_of(room)


def _bound_by(module: ModuleType) -> list[SchemaBindable]:
    try:
        bound: list[SchemaBindable] = module.BINDABLES
    except AttributeError:
        raise BindingFault(
            f"{file_of(module)}: no BINDABLES; list there what the module binds to the schema."
        ) from None
    return bound
