"""Organization."""

from typing import Any

from ariadne import QueryType

from authz.actions import Action
from authz.bindings import GuardedType, connection
from authz.caller import Info
from authz.guards import require_login
from database import invitation, stakeholder
from database.derived import GLOBAL_ID
from database.group import OF_ORGANIZATION
from database.organization import BY_NAME
from resolvers.permission import permissions
from resolvers.stakeholder import roles_i_can_grant

query = QueryType()
organization = GuardedType("Organization", visible=Action.ORGANIZATION_READ)
organization.expose(Action.ORGANIZATION_READ, "name", "description", "mergesAcrossTools", "createdAt", id=GLOBAL_ID)
organization.several("permissions", permissions, action=Action.ORGANIZATION_READ)
organization.several("rolesICanGrant", roles_i_can_grant, action=Action.ORGANIZATION_READ)
organization.relation("stakeholders", stakeholder.OF_ORGANIZATION, visible=Action.STAKEHOLDER_READ, order="EMAIL")
organization.relation(
    "invitations", invitation.OF_ORGANIZATION, visible=Action.INVITATION_READ, order="CREATED_AT", descending=True
)
organization.relation("groups", OF_ORGANIZATION, visible=Action.GROUP_READ, order="NAME")


@query.field("organization")
@require_login
async def resolve_organization(_: None, info: Info, *, name: str) -> Any:
    """Return the organization of this name."""
    return await info.context.reader.fetch_one(BY_NAME, name=name.lower())


BINDABLES = [query, organization, *connection("Organization")]
