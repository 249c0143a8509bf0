"""Proves at start-up that Python and the contract say the same: enums value by value, nouns type by type.

What differs is named by its file and by what to do, before anything is bound.
"""

import inspect
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from types import ModuleType

from ariadne import SchemaBindable
from graphql import GraphQLEnumType, GraphQLInterfaceType, GraphQLSchema

from authz.nouns import Noun
from bindings.types import GuardedType
from domain.identifiers import TYPE_DIGITS

ROOT = Path(__file__).parent.parent


class BindingFault(Exception):
    """Python and the contract do not fit; the message names each place, its file and what to do."""


def refuse_unlike_enums(schema: GraphQLSchema, enums: Iterable[type[Enum]]) -> None:
    """Raise BindingFault, naming file and value, unless every enum has the same values in Python and in the SDL."""
    _refuse(fault for one in enums for fault in _enum_faults(schema, one))


def refuse_unlike_nouns(schema: GraphQLSchema, bound: Iterable[SchemaBindable], nouns: Iterable[Noun]) -> None:
    """Raise BindingFault, naming type and file, unless the contract's nodes are just the nouns that were declared."""
    types = {one.name: one for one in bound if isinstance(one, GuardedType)}
    _refuse(_noun_faults(schema, types, {name: noun for noun in nouns for name in noun.type_names}))


def file_of(found: ModuleType | type) -> str:
    """Return the file of a module or of a class, from the project's root."""
    return str(Path(inspect.getfile(found)).relative_to(ROOT))


def _refuse(faults: Iterable[str]) -> None:
    if lines := sorted(f"  {fault}" for fault in faults):
        raise BindingFault("\n".join(["Python and the contract do not fit:", *lines]))


def _enum_faults(schema: GraphQLSchema, one: type[Enum]) -> Iterator[str]:
    name, file = one.__name__, file_of(one)
    defined = schema.type_map.get(name)
    if not isinstance(defined, GraphQLEnumType):
        yield f"{file}: {name} is no enum of the contract; write `enum {name}` on its noun's page in schema/"
        return
    for value in one.__members__.keys() - defined.values.keys():
        page = f"`enum {name}` or, on its noun's page in schema/, to `extend enum {name}`"
        yield f"{file}: {name}.{value} is missing in the contract; add it with its description to {page}"
    for value in defined.values.keys() - one.__members__.keys():
        node = defined.values[value].ast_node
        place = f"{node.loc.source.name}:{node.loc.start_token.line}" if node is not None and node.loc else "schema/"
        yield f"{place}: {name}.{value} is missing in Python; add it to {file}"


def _noun_faults(schema: GraphQLSchema, types: dict[str, GuardedType], declared: dict[str, Noun]) -> Iterator[str]:
    node = schema.type_map.get("Node")
    implementing = schema.get_implementations(node).objects if isinstance(node, GraphQLInterfaceType) else []
    nodes = {one.name for one in implementing}
    for name in nodes - declared.keys():
        yield f"{name}: a Node that is no noun; declare it beside its binding in resolvers/, see authz/nouns.py"
    for name, noun in declared.items():
        if name not in nodes:
            yield f"{name}: declared as a noun, but schema/ has no `type {name} implements Node`"
        elif name not in TYPE_DIGITS:
            yield f"{name}: its ids have no digits; give some to `typename` beside its table in database/"
        elif name not in types:
            yield f"{name}: declared as a noun, but not bound by GuardedType.of"
        elif types[name].visible is not noun.visible:
            yield f"{name}: visible by {types[name].visible}, but its noun by {noun.visible}; bind it by GuardedType.of"
