"""Gets, grants, changes and revokes roles. Nothing else reads or writes them.

A role in a group makes its holder a stakeholder of the group's organization, so that one who sees a group also sees
what it belongs to. Who gives or takes a role does so under a lock on the organization, by the roles held at that
moment, so that two managers who remove each other do not leave it without one.
"""

from collections.abc import Awaitable, Sequence
from typing import Any, Protocol
from uuid import UUID

from authz.actions import Action
from authz.boundary import grantable_roles
from authz.police import police
from authz.subject import Place, Subject, seen_as
from database import group, invitation, organization, stakeholder, user
from database.row import Row
from database.stakeholder import StakeholderRow
from database.statement import Statement
from database.unit_of_work import UnitOfWork
from domain.errors import Conflict, Forbidden, NotFound
from domain.stakeholder import (
    refuse_last_admin,
    refuse_last_manager,
    refuse_own_account,
    refuse_sole_manager_of,
)
from enums.group import GroupRole
from enums.organization import OrganizationRole
from enums.stakeholder import StakeholderRole
from enums.user import UserRole


class Fetch(Protocol):
    """Runs a statement: a reader's `fetch`, or a unit of work's `run`."""

    def __call__(self, statement: Statement[Row], **values: object) -> Awaitable[Sequence[Row]]:
        """Return its rows."""
        ...


async def subject_of(fetch: Fetch, user_id: UUID) -> Subject | None:
    """Return a user as a Subject, with the roles held at this moment; None if there is none, or it is suspended."""
    found = await fetch(user.BY_KEY, user_id=user_id)
    if not found or found[0]["suspended"]:
        return None
    person = found[0]
    role = UserRole(person["role"])
    in_organizations = await fetch(organization.ROLES, user_id=user_id)
    in_groups = await fetch(group.ROLES, user_id=user_id)
    visible = {row["organization_id"] for row in (*in_organizations, *in_groups)}
    # What row-level security lets through is not asked of the law: a second lock that opens with the first is none.
    if role is UserRole.ADMIN:
        visible |= {row["organization_id"] for row in await fetch(organization.EVERY_KEY)}
    return Subject(
        user_id=user_id,
        email=person["email"],
        name=person["name"],
        role=role,
        organization_roles={row["organization_id"]: OrganizationRole(row["role"]) for row in in_organizations},
        group_roles={row["group_id"]: GroupRole(row["role"]) for row in in_groups},
        organizations=frozenset(visible),
    )


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


async def grant(work: UnitOfWork, user_id: UUID, place: Place, role: StakeholderRole) -> None:
    """Let a user hold a role at a place: in its group if it has one, else in its organization."""
    if place.organization_id is None:
        raise ValueError("a role is held in an organization or in a group")
    await _end_invitations_of(work, user_id, place)
    if place.group_id is not None:
        await grant_group_role(work, user_id, place.organization_id, place.group_id, GroupRole(role))
    else:
        await grant_organization_role(work, user_id, place.organization_id, OrganizationRole(role))


async def revoke(work: UnitOfWork, user_id: UUID, place: Place) -> None:
    """Take a user's role at a place away; with the one in an organization go those in all of its groups."""
    named = {"user_id": user_id, "organization_id": place.organization_id}
    await _end_invitations_of(work, user_id, place)
    for row in await work.run(stakeholder.REMOVE_FROM_GROUPS, **named, group_id=place.group_id):
        work.record("revoke", "Group", row["group_id"], {"user": str(user_id)})
    if place.group_id is None and place.organization_id is not None:
        await work.run(stakeholder.REMOVE_FROM_ORGANIZATION, **named)
        work.record("revoke", "Organization", place.organization_id, {"user": str(user_id)})


async def _end_invitations_of(work: UnitOfWork, user_id: UUID, place: Place) -> None:
    """End what a person has sent in an organization, so that it does not come back with a role that comes back."""
    await work.run(invitation.END_OF_SENDER, in_organization=place.organization_id, sent_by=user_id)


async def holder(fetch: Fetch, place: Place, email: str) -> Any:
    """Return the stakeholder of a place who has an e-mail address, as a record of the contract, or None."""
    if place.group_id is None:
        rows = await fetch(stakeholder.IN_ORGANIZATION, organization_id=place.organization_id, email=email)
    else:
        rows = await fetch(
            stakeholder.IN_GROUP, organization_id=place.organization_id, group_id=place.group_id, email=email
        )
    return rows[0] if rows else None


async def lock(work: UnitOfWork, place: Place) -> None:
    """Keep everybody else from changing roles in a place's organization until the transaction ends."""
    if not await work.run(organization.LOCK_ROLES, organizations=[place.organization_id]):
        raise NotFound("The organization was removed at this moment.")


async def refuse_more_than_own(work: UnitOfWork, actor: Subject, place: Place, role: StakeholderRole) -> None:
    """Raise Forbidden unless the actor's current roles allow granting a role at a place."""
    allowed = grantable_roles(await _now(work, actor), place)
    if role not in allowed:
        raise Forbidden(
            f"You cannot give {role} here: it may do more than you may. You can give {', '.join(allowed) or 'none'}.",
            rolesICanGrant=[str(one) for one in allowed],
        )


async def begin_grant(work: UnitOfWork, actor: Subject, place: Place, email: str, role: StakeholderRole) -> None:
    """Lock a place before a role is granted there to the holder of an e-mail address.

    Raises Forbidden unless the actor may give it, and Conflict if the person has a role there already.
    """
    await lock(work, place)
    await refuse_more_than_own(work, actor, place, role)
    held = await holder(work.run, place, email)
    if held is not None:
        raise Conflict(f"{email} is {held['role']} here: use `updateStakeholderRole`.", argument="email")


async def refuse_unless_still(work: UnitOfWork, actor: Subject, action: Action, place: Place) -> None:
    """Raise Forbidden unless the actor's current roles allow an action at a place."""
    if not police().may(await _now(work, actor), action, place):
        raise Forbidden(f"Your roles do not allow this any more: it needs {action}.", action=str(action))


async def _now(work: UnitOfWork, actor: Subject) -> Subject | None:
    """Return who acts with the roles of this moment, which may be less than a moment ago."""
    return seen_as(await subject_of(work.run, actor.user_id), actor.view_as)


async def refuse_without_manager(
    work: UnitOfWork, place: Place, held: StakeholderRow, role: StakeholderRole | None = None
) -> None:
    """Raise Conflict where the organization would have no manager once its holder has this role, or none."""
    if place.group_id is not None:
        return
    others = await work.run_required(
        stakeholder.OTHER_MANAGERS, organization_id=place.organization_id, but=held["user_id"]
    )
    refuse_last_manager(
        was_manager=held["role"] == OrganizationRole.ORGANIZATION_MANAGER,
        stays_manager=role == StakeholderRole.ORGANIZATION_MANAGER,
        others=others["count"],
    )


async def refuse_without_admin(work: UnitOfWork, actor: Subject, user_id: UUID) -> None:
    """Raise Conflict if this user is the last administrator, or is the actor."""
    refuse_own_account(is_oneself=actor.user_id == user_id)
    admins = {row["user_id"] for row in await work.run(user.ACTIVE_ADMINS)}
    refuse_last_admin(is_last=admins == {user_id})


async def refuse_sole_manager(work: UnitOfWork, user_id: UUID) -> None:
    """Raise Conflict if a user is the only manager of some organization."""
    managed = await work.run(organization.MANAGED_BY, user_id=user_id)
    await work.run(organization.LOCK_ROLES, organizations=[row["organization_id"] for row in managed])
    rows = await work.run(stakeholder.MANAGED_BY_NOBODY_ELSE, user_id=user_id)
    refuse_sole_manager_of([row["name"] for row in rows])
