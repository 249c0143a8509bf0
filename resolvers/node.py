"""Any object by its id."""

from typing import Any

from ariadne import InterfaceType, QueryType

from authz.caller import Info
from authz.guards import require_login
from database import finding, group, organization, root, scan_import, session, user, vulnerability
from domain.identifiers import parse_global_id

query = QueryType()
node = InterfaceType("Node")

_STATEMENTS = {
    "Group": group.BY_KEY,
    "GitRoot": root.BY_KEY,
    "IpRoot": root.BY_KEY,
    "UrlRoot": root.BY_KEY,
    "Finding": finding.BY_KEY,
    "Vulnerability": vulnerability.BY_KEY,
    "ScanImport": scan_import.BY_KEY,
    "Session": session.SESSION_BY_KEY,
    "AccessToken": session.ACCESS_TOKEN_BY_KEY,
}


@node.type_resolver
def resolve_node_type(record: Any, *_: object) -> str:
    """Return the type of an object."""
    return str(record["typename"])


@query.field("node")
@require_login
async def resolve_node(_: None, info: Info, *, id: str) -> Any:  # noqa: A002  # the contract's word
    """Return the object of this id, of whatever type."""
    named = parse_global_id(id, "id")
    reader = info.context.reader
    if named.type_name == "User":
        return await user.by_key(reader, named.key)
    if named.type_name == "Organization":
        return await reader.fetch_one(organization.BY_KEY, organization_id=named.key)
    row = await reader.fetch_one(_STATEMENTS[named.type_name], organization_id=named.organization_id, key=named.key)
    return row if row is not None and row["typename"] == named.type_name else None


BINDABLES = [query, node]
