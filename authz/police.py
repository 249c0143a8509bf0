"""The law, compiled: a bit set of actions for each role and plan.

    may(subject, action, place)     a mask test
    scope(subject, action)          everything, or the organizations and groups where the action is allowed

Source of the method: the design's decision D4; the law itself is `policy.csv`.
"""

from collections.abc import Mapping
from functools import cache
from uuid import UUID

from authz.actions import Action
from authz.law import decide, enforcer, read_policy
from authz.roles import ALL_ROLES, OWNER
from authz.subject import Place, Subject
from authz.verdict import Verdict, refuse_unless_allowed
from database.page import Scope
from enums.group import GroupRole, Plan
from enums.organization import OrganizationRole
from enums.user import UserRole

BIT: Mapping[Action, int] = {action: 1 << number for number, action in enumerate(Action)}
_SOMEBODY, _ORGANIZATION, _GROUP = UUID(int=1), UUID(int=2), UUID(int=3)
_NOTHING = Scope(everything=False, organizations=frozenset(), groups=frozenset())

Masks = Mapping[tuple[str, Plan | None], int]


def _holder_of(role: str) -> Subject:
    """Return a subject that holds one role and no other, for asking the law what that role may."""
    level, _, name = role.partition(":")
    return Subject(
        user_id=_SOMEBODY,
        email="",
        name="",
        role=UserRole(name) if level == "user" else _NO_ROLE,
        organization_roles={_ORGANIZATION: OrganizationRole(name)} if level == "organization" else {},
        group_roles={_GROUP: GroupRole(name)} if level == "group" else {},
        organizations=frozenset(),
    )


class _Nobody(str):
    """A role of the user level that the law does not know, so that it allows nothing."""

    __slots__ = ()


_NO_ROLE: UserRole = _Nobody("none")  # type: ignore[assignment]  # stands where a role must, and is none


def compile_masks(lines: list[list[str]] | None = None) -> Masks:
    """Ask the law for every role, action and plan, and return the bit sets of what is allowed."""
    law = read_policy() if lines is None else lines
    masks: dict[tuple[str, Plan | None], int] = {}
    for action in Action:
        one = enforcer([action], law)
        for role in ALL_ROLES:
            owner = _SOMEBODY if role == OWNER else None
            holder = _holder_of(role)
            for plan in (None, *Plan):
                place = Place(_ORGANIZATION, _GROUP, plan, owner)
                allowed = BIT[action] if decide(one, holder, action, place) else 0
                masks[role, plan] = masks.get((role, plan), 0) | allowed
    return masks


class Police:
    """Decides by the compiled law."""

    def __init__(self, masks: Masks) -> None:
        """Take the bit sets of `compile_masks`."""
        self._user = {(role, plan): masks[f"user:{role}", plan] for role in UserRole for plan in (None, *Plan)}
        self._organization = {
            (role, plan): masks[f"organization:{role}", plan] for role in OrganizationRole for plan in (None, *Plan)
        }
        self._group = {(role, plan): masks[f"group:{role}", plan] for role in GroupRole for plan in (None, *Plan)}
        self._owner = masks[OWNER, None]

    def mask(self, subject: Subject, place: Place) -> int:
        """Return the bit set of all actions that a subject may do at a place."""
        plan = place.plan
        mask = self._user[subject.role, plan]
        if place.organization_id is not None:
            organization_role = subject.organization_roles.get(place.organization_id)
            if organization_role is not None:
                mask |= self._organization[organization_role, plan]
            if place.group_id is not None:
                group_role = subject.group_roles.get(place.group_id)
                if group_role is not None:
                    mask |= self._group[group_role, plan]
        if place.owner_id is not None and place.owner_id == subject.user_id:
            mask |= self._owner
        if subject.view_as is not None:
            mask &= self.mask_of_role(subject.view_as, place) | (self._owner if place.owner_id is not None else 0)
        return mask

    def mask_of_role(self, role: str, place: Place) -> int:
        """Return what holding this role at a place allows there, and nothing else.

        Who has a role in a group is a plain member of its organization, and everybody is a plain user.
        """
        level, _, name = role.partition(":")
        plan = place.plan
        if level == "user":
            return self._user[UserRole(name), plan]
        mask = self._user[UserRole.USER, plan]
        if place.organization_id is not None:
            in_organization = OrganizationRole(name) if level == "organization" else OrganizationRole.USER
            mask |= self._organization[in_organization, plan]
        if place.group_id is not None and level == "group":
            mask |= self._group[GroupRole(name), plan]
        return mask

    def may(self, subject: Subject | None, action: Action, place: Place) -> bool:
        """Return whether a subject may do an action at a place; always False without a subject."""
        return subject is not None and bool(self.mask(subject, place) & BIT[action])

    def verdict(self, subject: Subject | None, action: Action, place: Place) -> Verdict:
        """Return whether a subject may do an action at a place, and if not whether a larger plan would allow it."""
        if subject is None:
            return Verdict.UNAUTHENTICATED
        if self.may(subject, action, place):
            return Verdict.ALLOWED
        larger = Place(place.organization_id, place.group_id, Plan.ADVANCED, place.owner_id)
        if place.plan is not None and self.may(subject, action, larger):
            return Verdict.PLAN_REQUIRED
        return Verdict.FORBIDDEN

    def require(self, subject: Subject | None, action: Action, place: Place, what: str) -> None:
        """Raise unless the action is allowed; `what` names what was asked for, for the message.

        Raises Unauthenticated for nobody, PlanRequired if a larger plan would allow it, Forbidden otherwise.
        """
        refuse_unless_allowed(self.verdict(subject, action, place), subject, action, place, what)

    def scope(self, subject: Subject | None, action: Action) -> Scope:
        """Return where a subject may do an action, as parameters for lists, counts and search.

        Only what holds on every plan counts, so that a scope never shows more than `may` allows.
        """
        bit = BIT[action]
        if subject is None or not self._seen_as(subject, bit):
            return _NOTHING
        return Scope(
            everything=bool(self._user[subject.role, None] & bit),
            organizations=frozenset(
                key for key, role in subject.organization_roles.items() if self._organization[role, None] & bit
            ),
            groups=frozenset(key for key, role in subject.group_roles.items() if self._group[role, None] & bit),
        )

    def _seen_as(self, subject: Subject, bit: int) -> bool:
        """Return whether the role that the subject looks through, if any, allows an action in any group at all."""
        somewhere = Place(_ORGANIZATION, _GROUP)
        return subject.view_as is None or bool(self.mask_of_role(subject.view_as, somewhere) & bit)

    def plans_of(self, action: Action) -> frozenset[Plan]:
        """Return the plans on which anybody may do an action."""
        tables = (self._user, self._organization, self._group)
        return frozenset(plan for table in tables for (_, plan), mask in table.items() if plan and mask & BIT[action])

    def implies(self, action: Action, other: Action) -> bool:
        """Return whether every role that allows the one action, on any plan, also allows the other there."""
        tables = (self._user, self._organization, self._group)
        return all(mask & BIT[other] for table in tables for mask in table.values() if mask & BIT[action])


@cache
def police() -> Police:
    """Return the compiled law of this process."""
    return Police(compile_masks())
