"""Stakeholder, and which roles the caller may give."""

from collections.abc import Sequence

from authz.actions import Action
from authz.boundary import grantable_roles
from authz.caller import Info
from authz.subject import place_of
from bindings.types import GuardedType, connection
from database.row import AnyRow
from database.stakeholder import StakeholderRow
from database.user import BY_KEYS, UserRow
from enums.stakeholder import StakeholderRole


async def roles_i_can_grant(parents: Sequence[AnyRow], info: Info) -> list[list[StakeholderRole]]:
    """Return for each organization or group the roles that the caller may give there."""
    return [grantable_roles(info.context.subject, place_of(parent)) for parent in parents]


async def accounts(parents: Sequence[StakeholderRow], info: Info) -> list[UserRow | None]:
    """Return the account of each stakeholder."""
    rows = await info.context.reader.fetch(BY_KEYS, keys=list({parent["user_id"] for parent in parents}))
    found = {row["user_id"]: row for row in rows}
    return [found.get(parent["user_id"]) for parent in parents]


stakeholder = GuardedType("Stakeholder", visible=Action.STAKEHOLDER_READ)
stakeholder.expose(Action.STAKEHOLDER_READ, "email", "name", "role", "createdAt")
stakeholder.several("user", accounts, action=Action.USER_READ)

BINDABLES = [stakeholder, *connection("Stakeholder")]
