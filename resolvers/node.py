"""Any object by its id."""

from typing import Any

from ariadne import InterfaceType, QueryType

from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_user_level_auth_async, require_login
from authz.nouns import noun_of
from database.pool import Reader
from database.row import AnyRow
from domain.identifiers import parse_global_id

query = QueryType()
node = InterfaceType("Node")


@node.type_resolver
def resolve_node_type(record: AnyRow, *_: object) -> str:
    """Return the type of an object."""
    return str(record["typename"])


@query.field("node")
@require_login
@enforce_user_level_auth_async(Action.NODE_READ)
async def resolve_node(_: None, info: Info, *, id: str) -> Any:  # noqa: A002  # the contract's word
    """Return the object of this id, of whatever type."""
    return await load_node(info.context.reader, id, "id")


async def load_node(reader: Reader, id: str, argument: str) -> Any:  # noqa: A002  # the contract's word
    """Return the record that a global id names, or None; raise BadUserInput if the argument is no global id."""
    named = parse_global_id(id, argument)
    return await noun_of(named.type_name).load(reader, named)


BINDABLES = [query, node]
