"""Organization."""

from typing import Any

from ariadne import QueryType

from authz.actions import Action
from authz.caller import Info
from authz.guards import require_login
from authz.nouns import Level, Noun, declare
from bindings.types import GuardedType, connection
from database import invitation, stakeholder
from database.group import OF_ORGANIZATION
from database.organization import BY_ID, BY_KEYS, BY_NAME
from resolvers.permission import permissions
from resolvers.stakeholder import roles_i_can_grant

query = QueryType()
ORGANIZATION = declare(
    Noun(
        "Organization",
        Action.ORGANIZATION_READ,
        argument="organizationId",
        one=BY_ID,
        several=BY_KEYS,
        level=Level.ORGANIZATION,
        names={"organizationName": BY_NAME},
    )
)
organization = GuardedType.of(ORGANIZATION)
organization.expose(Action.ORGANIZATION_READ, "name", "description", "mergesAcrossTools", "createdAt")
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
