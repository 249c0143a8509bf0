"""Roles as the law names them: with their level, as in `group:HACKER`."""

from authz.subject import Place, Subject
from domain.errors import BadUserInput
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


def parse_role(text: str) -> str:
    """Return the role that a text names, with its level; raise BadUserInput if it names none, or more than one.

    The level may be left out where only one has such a role: `REVIEWER` is `group:REVIEWER`.
    """
    meant = [role for role in ALL_ROLES if role != OWNER and text in {role, role.partition(":")[2]}]
    if len(meant) == 1:
        return meant[0]
    among = meant or [role for role in ALL_ROLES if role != OWNER]
    raise BadUserInput(f"{text[:40]!r} does not name one role: give one of {', '.join(among)}.", argument="role")


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
