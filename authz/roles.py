"""Roles as the law names them: with their level, as in `group:HACKER`."""

from authz.subject import Place, Subject
from enums.group import GroupRole
from enums.organization import OrganizationRole
from enums.user import UserRole

OWNER = "self:OWNER"
"""The role that everyone holds about oneself."""

ALL_ROLES: tuple[str, ...] = (
    OWNER,
    *(f"user:{role}" for role in UserRole),
    *(f"organization:{role}" for role in OrganizationRole),
    *(f"group:{role}" for role in GroupRole),
)


def roles_at(subject: Subject, place: Place) -> list[str]:
    """Return the roles that count for a subject at a place: one a level at most, and OWNER about oneself.

    A role in a group counts for objects in that group only; a role in an organization for its objects and those of
    its groups; a user's role everywhere.
    """
    held = [f"user:{subject.role}"]
    if place.organization_id is not None:
        organization_role = subject.organization_roles.get(place.organization_id)
        if organization_role is not None:
            held.append(f"organization:{organization_role}")
        group_role = subject.group_roles.get(place.group_id) if place.group_id is not None else None
        if group_role is not None:
            held.append(f"group:{group_role}")
    if place.owner_id is not None and place.owner_id == subject.user_id:
        held.append(OWNER)
    return held
