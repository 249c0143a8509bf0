"""Gets, grants and revokes roles. Nothing else reads or writes them.

A role in a group makes its holder a stakeholder of the group's organization, so that one who sees a group also sees
what it belongs to.
"""

from uuid import UUID

from database import group, organization
from database.unit_of_work import UnitOfWork
from enums.group import GroupRole
from enums.organization import OrganizationRole


async def grant_organization_role(
    work: UnitOfWork, user_id: UUID, organization_id: UUID, role: OrganizationRole
) -> None:
    """Let a user hold this role, and no other, in an organization."""
    await work.run(organization.SET_ROLE, user_id=user_id, organization_id=organization_id, role=str(role))
    work.record("grant", "Organization", organization_id, {"user": str(user_id), "role": str(role)})


async def grant_group_role(
    work: UnitOfWork, user_id: UUID, organization_id: UUID, group_id: UUID, role: GroupRole
) -> None:
    """Let a user hold this role, and no other, in a group."""
    await work.run(
        organization.ADD_MEMBER,
        user_id=user_id,
        organization_id=organization_id,
        role=str(OrganizationRole.USER),
    )
    await work.run(group.SET_ROLE, user_id=user_id, group_id=group_id, organization_id=organization_id, role=str(role))
    work.record("grant", "Group", group_id, {"user": str(user_id), "role": str(role)})
