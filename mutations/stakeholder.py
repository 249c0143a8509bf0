"""grantStakeholderAccess, updateStakeholderRole and removeStakeholderAccess."""

from typing import Any

from ariadne import MutationType

from authz import policy
from authz.actions import Action
from authz.caller import Caller, Info
from authz.guards import enforce_stakeholder_level_auth_async, require_session
from authz.police import police
from authz.subject import EVERYWHERE, Place, place_of
from bindings.types import payload
from database import user
from database.group import GroupRow
from database.organization import OrganizationRow
from database.unit_of_work import UnitOfWork
from domain.errors import NotFound
from domain.stakeholder import check_role, refuse_oneself
from enums.stakeholder import StakeholderRole

mutation = MutationType()


@mutation.field("grantStakeholderAccess")
@require_session
@enforce_stakeholder_level_auth_async(Action.STAKEHOLDER_GRANT)
async def resolve_grant(
    _: None, info: Info, *, place: GroupRow | OrganizationRow, email: str, role: StakeholderRole
) -> dict[str, Any]:
    """Give a role to somebody whom the caller can see and who has none there."""
    caller, where = info.context, place_of(place)
    check_role(role, in_group=where.group_id is not None)
    async with caller.changes(where.organization_id) as work:
        await policy.begin_grant(work, caller.signed_in, where, email, role)
        await policy.grant(work, await _acquaintance(work, caller, where, email), where, role)
        added = await policy.holder(work.run, where, email)
    await caller.look_again()
    return {"stakeholder": added}


async def _acquaintance(work: UnitOfWork, caller: Caller, where: Place, email: str) -> Any:
    """Return the key of a person whom the caller can see: a stakeholder of the organization, or, for who sees all
    accounts, anybody. Raises NotFound in the same words whether or not there is an account."""
    if police().may(caller.subject, Action.USER_READ, EVERYWHERE):
        rows = await work.run(user.PERSON_BY_EMAIL, email=email)
        found = rows[0] if rows else None
    else:
        found = await policy.holder(work.run, Place(where.organization_id), email)
    if found is None:
        raise NotFound(
            f"There is no {email} among those whom you can see: invite them by `inviteStakeholder`.", argument="email"
        )
    return found["user_id"]


@mutation.field("updateStakeholderRole")
@require_session
@enforce_stakeholder_level_auth_async(Action.STAKEHOLDER_UPDATE)
async def resolve_update(
    _: None, info: Info, *, place: GroupRow | OrganizationRow, email: str, role: StakeholderRole, myself: bool
) -> dict[str, Any]:
    """Change the role of a stakeholder."""
    caller, where = info.context, place_of(place)
    check_role(role, in_group=where.group_id is not None)
    async with caller.changes(where.organization_id) as work:
        held = await _held(work, caller, where, email, myself=myself)
        await policy.refuse_more_than_own(work, caller.signed_in, where, role)
        await policy.refuse_without_manager(work, where, held, role)
        await policy.grant(work, held["user_id"], where, role)
        updated = await policy.holder(work.run, where, email)
    await caller.look_again()
    return {"stakeholder": updated}


@mutation.field("removeStakeholderAccess")
@require_session
@enforce_stakeholder_level_auth_async(Action.STAKEHOLDER_REMOVE)
async def resolve_remove(
    _: None, info: Info, *, place: GroupRow | OrganizationRow, email: str, myself: bool
) -> dict[str, Any]:
    """Take the role of a stakeholder away; return the stakeholder as it was."""
    caller, where = info.context, place_of(place)
    async with caller.changes(where.organization_id) as work:
        held = await _held(work, caller, where, email, myself=myself)
        await policy.refuse_unless_still(work, caller.signed_in, Action.STAKEHOLDER_REMOVE, where)
        await policy.refuse_without_manager(work, where, held)
        await policy.revoke(work, held["user_id"], where)
    await caller.look_again()
    return {"stakeholder": held}


async def _held(work: UnitOfWork, caller: Caller, where: Place, email: str, *, myself: bool) -> Any:
    """Return the stakeholder who is to be changed, with the organization locked."""
    await policy.lock(work, where)
    held = await policy.holder(work.run, where, email)
    if held is None:
        raise NotFound(f"There is no stakeholder {email} here.", argument="email")
    refuse_oneself(is_oneself=held["user_id"] == caller.signed_in.user_id, meant=myself)
    return held


BINDABLES = [
    mutation,
    payload("GrantStakeholderAccessPayload", "stakeholder"),
    payload("UpdateStakeholderRolePayload", "stakeholder"),
    payload("RemoveStakeholderAccessPayload", "stakeholder"),
]
