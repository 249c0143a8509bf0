"""Any object by its id."""

from typing import Any

from ariadne import InterfaceType, QueryType

from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_user_level_auth_async, require_login
from database import finding, group, invitation, organization, root, scan_import, session, user, vulnerability
from database.pool import Reader
from domain.identifiers import parse_global_id

query = QueryType()
node = InterfaceType("Node")

_STATEMENTS = {
    "User": user.BY_ID,
    "Group": group.BY_KEY,
    "GitRoot": root.BY_KEY,
    "IpRoot": root.BY_KEY,
    "UrlRoot": root.BY_KEY,
    "Finding": finding.BY_KEY,
    "Vulnerability": vulnerability.BY_KEY,
    "ScanImport": scan_import.BY_KEY,
    "Invitation": invitation.BY_KEY,
    "Session": session.SESSION_BY_KEY,
    "AccessToken": session.ACCESS_TOKEN_BY_KEY,
}


@node.type_resolver
def resolve_node_type(record: Any, *_: object) -> str:
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
    if named.type_name == "Organization":
        return await reader.fetch_one(organization.BY_KEY, organization_id=named.key)
    row = await reader.fetch_one(_STATEMENTS[named.type_name], organization_id=named.organization_id, key=named.key)
    return row if row is not None and row["typename"] == named.type_name else None


BINDABLES = [query, node]
