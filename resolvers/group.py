"""Group."""

from typing import Any

from ariadne import QueryType

from authz.actions import Action
from authz.caller import Info
from authz.guards import require_login
from authz.nouns import Noun, declare
from bindings.types import GuardedType, connection
from database import finding, invitation, organization, root, scan_import, stakeholder, vulnerability
from database.group import BY_KEY, BY_KEYS, BY_NAME
from resolvers.finding import LIST_INPUTS as FINDING_INPUTS
from resolvers.permission import permissions
from resolvers.stakeholder import roles_i_can_grant
from resolvers.vulnerability import LIST_INPUTS as VULNERABILITY_INPUTS

query = QueryType()
GROUP = declare(
    Noun(
        "Group",
        Action.GROUP_READ,
        argument="groupId",
        one=BY_KEY,
        several=BY_KEYS,
        names={"groupName": BY_NAME},
    )
)
group = GuardedType.of(GROUP)
group.expose(Action.GROUP_READ, "name", "description", "plan", "createdAt")
group.several("permissions", permissions, action=Action.GROUP_READ)
group.several("rolesICanGrant", roles_i_can_grant, action=Action.GROUP_READ)
group.relation("stakeholders", stakeholder.OF_GROUP, visible=Action.STAKEHOLDER_READ, order="EMAIL")
group.relation("invitations", invitation.OF_GROUP, visible=Action.INVITATION_READ, order="CREATED_AT", descending=True)
group.one("organization", organization.BY_KEYS, "organization_id", visible=Action.ORGANIZATION_READ)
group.relation("roots", root.OF_GROUP, visible=Action.ROOT_READ, order="NICKNAME")
group.relation(
    "findings",
    finding.OF_GROUP,
    visible=Action.FINDING_READ,
    order="SEVERITY_SCORE",
    descending=True,
    inputs=FINDING_INPUTS,
)
group.relation(
    "vulnerabilities",
    vulnerability.OF_GROUP,
    visible=Action.VULNERABILITY_READ,
    order="SEVERITY_SCORE",
    descending=True,
    inputs=VULNERABILITY_INPUTS,
)
group.relation(
    "scanImports", scan_import.OF_GROUP, visible=Action.SCAN_IMPORT_READ, order="CREATED_AT", descending=True
)


@query.field("group")
@require_login
async def resolve_group(_: None, info: Info, *, name: str) -> Any:
    """Return the group of this name."""
    return await info.context.reader.fetch_one(BY_NAME, name=name.lower())


BINDABLES = [query, group, *connection("Group")]
