"""inviteStakeholder, removeInvitation, acceptInvitation and rejectInvitation."""

from datetime import UTC, datetime, timedelta
from typing import Any

from ariadne import MutationType

from authz import policy
from authz.actions import Action
from authz.caller import Info
from authz.guards import (
    enforce_group_level_auth_async,
    enforce_stakeholder_level_auth_async,
    enforce_user_level_auth_async,
    require_session,
)
from authz.invitations import accept, hash_token, new_token, of_token
from authz.subject import place_of
from bindings.types import payload
from database import group, organization
from database import invitation as invitations
from database.group import GroupRow
from database.invitation import InvitationRow
from database.organization import OrganizationRow
from database.row import AnyRow
from domain.errors import Conflict, NotFound
from domain.identifiers import new_key
from domain.stakeholder import check_days, check_role
from enums.stakeholder import StakeholderRole

mutation = MutationType()


@mutation.field("inviteStakeholder")
@require_session
@enforce_stakeholder_level_auth_async(Action.INVITATION_CREATE)
async def resolve_invite(
    _: None, info: Info, *, place: GroupRow | OrganizationRow, email: str, role: StakeholderRole, days: int
) -> dict[str, Any]:
    """Invite somebody; the token is in this answer and nowhere else."""
    caller, where = info.context, place_of(place)
    check_role(role, in_group=where.group_id is not None)
    expires = datetime.now(UTC) + timedelta(days=check_days(days))
    key, token = new_key(), new_token()
    named = {"organization_id": where.organization_id, "group_id": where.group_id}
    async with caller.changes(where.organization_id) as work:
        await policy.begin_grant(work, caller.signed_in, where, email, role)
        await work.run(
            invitations.END_FORMER, in_organization=where.organization_id, in_group=where.group_id, to_email=email
        )
        pending = await work.run_required(invitations.COUNT_PENDING, organization_id=where.organization_id)
        if pending["count"] >= invitations.MOST_PENDING:
            raise Conflict(f"{invitations.MOST_PENDING} invitations of this organization wait: remove some first.")
        await work.run(
            invitations.ADD,
            **named,
            invitation_id=key,
            email=email,
            role=str(role),
            secret_hash=hash_token(token),
            invited_by=caller.signed_in.user_id,
            expires_at=expires,
        )
        work.record("invite", place["typename"], place["key"], {"email": email, "role": str(role)})
    row = await caller.reader.fetch_one(invitations.BY_KEY, organization_id=where.organization_id, key=key)
    return {"invitation": row, "token": token}


@mutation.field("removeInvitation")
@require_session
@enforce_group_level_auth_async(Action.INVITATION_REMOVE, by="invitationId")
async def resolve_remove_invitation(_: None, info: Info, *, invitation: InvitationRow) -> dict[str, Any]:
    """Take an invitation back; return it as it was."""
    async with info.context.changes(invitation["organization_id"]) as work:
        if await work.run_one(invitations.ANSWER, id=invitation["key"]) is None:
            raise NotFound("The invitation was answered at this moment.", argument="invitationId")
        work.record("remove", "Invitation", invitation["key"], {"email": invitation["email"]})
    return {"invitation": invitation}


@mutation.field("acceptInvitation")
@require_session
@enforce_user_level_auth_async(Action.INVITATION_ANSWER)
async def resolve_accept(_: None, info: Info, *, token: str) -> dict[str, Any]:
    """Take the role that an invitation offers."""
    caller = info.context
    invitation = await of_token(caller.reader.fetch, token, caller.signed_in.email)
    async with caller.changes(invitation["organization_id"]) as work:
        await accept(work, invitation, caller.signed_in.user_id)
    await caller.look_again()
    named = {"organization_id": invitation["organization_id"]}
    joined: dict[str, AnyRow | None] = {
        "organization": await caller.reader.fetch_one(organization.BY_KEY, **named),
        "group": None,
    }
    if invitation["group_id"] is not None:
        joined["group"] = await caller.reader.fetch_one(group.BY_KEY, **named, key=invitation["group_id"])
    return joined


@mutation.field("rejectInvitation")
@require_session
@enforce_user_level_auth_async(Action.INVITATION_ANSWER)
async def resolve_reject(_: None, info: Info, *, token: str) -> dict[str, Any]:
    """End an invitation without taking the role."""
    caller = info.context
    invitation = await of_token(caller.reader.fetch, token, caller.signed_in.email)
    async with caller.changes(invitation["organization_id"]) as work:
        if await work.run_one(invitations.ANSWER, id=invitation["key"]) is None:
            raise NotFound("The invitation was answered at this moment.", argument="token")
        work.record("reject", "Invitation", invitation["key"], {"email": invitation["email"]})
    return {"success": True}


BINDABLES = [
    mutation,
    payload("InviteStakeholderPayload", "invitation", "token"),
    payload("RemoveInvitationPayload", "invitation"),
    payload("AcceptInvitationPayload", "organization", "group"),
]
