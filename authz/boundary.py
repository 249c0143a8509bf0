"""What a caller may do here, and which roles it may give: the boundary that the law draws around each object.

Decides nothing of its own: it reads the compiled law, so what is listed is what is allowed.
"""

from authz.actions import Action
from authz.police import BIT, police
from authz.subject import Place, Subject
from enums.group import GroupRole, Plan
from enums.organization import OrganizationRole
from enums.stakeholder import StakeholderRole


def actions_at(subject: Subject | None, place: Place) -> list[Action]:
    """Return every action that a subject may do at a place, in the order of the vocabulary; none without a subject."""
    if subject is None:
        return []
    mask = police().mask(subject, place)
    return [action for action in Action if mask & BIT[action]]


def grantable_roles(subject: Subject | None, place: Place) -> list[StakeholderRole]:
    """Return the roles that a subject may grant at a place, a group or an organization; none without a subject.

    Nobody gives what they do not have: a role that allows anything, on whatever plan, which the subject may not do
    there itself.
    """
    if not police().may(subject, Action.STAKEHOLDER_GRANT, place) or subject is None:
        return []
    in_group = place.group_id is not None
    level, held = ("group", {*map(str, GroupRole)}) if in_group else ("organization", {*map(str, OrganizationRole)})
    return [role for role in StakeholderRole if role in held and _within(subject, f"{level}:{role}", place)]


def _within(subject: Subject, role: str, place: Place) -> bool:
    """Return whether a subject may do whatever the role may, there and, where it counts in them, in the groups."""
    places = [Place(place.organization_id, place.group_id, plan) for plan in (None, *Plan)]
    return not any(police().mask_of_role(role, one) & ~police().mask(subject, one) for one in places)
