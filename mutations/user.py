"""signUp, signIn, signOut and changePassword; updateUserRole, suspendUser, reinstateUser and removeUser."""

from typing import Any
from uuid import UUID

from ariadne import MutationType

from authz import passwords, policy
from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_user_level_auth_async, public, require_login, require_session
from authz.invitations import accept, lets_in, of_token
from bindings.types import payload
from database import session
from database import user as users
from database.user import UserRow
from domain.errors import BadUserInput, Conflict, Forbidden, Unauthenticated
from domain.identifiers import new_key
from domain.names import check_text
from domain.password import check_password
from enums.user import UserRole

mutation = MutationType()
MOST_NAME = 100
CLOSED = "Sign-up is by invitation of an administrator here: ask for one, and give its `invitationToken`."


@mutation.field("signUp")
@public
async def resolve_sign_up(
    _: None, info: Info, *, email: str, name: str, password: str, invitation_token: str | None = None
) -> dict[str, Any]:
    """Make an account: the first one of an installation, one that was invited, or any if sign-up is open."""
    caller = info.context
    shown = check_text(name, "name", least=1, most=MOST_NAME)
    check_password(password, email)
    await caller.credentials.sign_in_limit.attempt_by_address(caller.address)
    invitation = None
    if invitation_token is not None:
        invitation = await of_token(caller.reader.fetch, invitation_token, email, "invitationToken")
    open_to_all = caller.open_sign_up or (invitation is not None and await lets_in(caller.reader.fetch, invitation))
    first = await users.are_none(caller.reader)
    if not first and not open_to_all:
        raise Forbidden(CLOSED)
    password_hash = await passwords.hash_password(password)
    user_id = new_key()
    async with caller.changes(invitation["organization_id"] if invitation else None) as work:
        await work.run(users.LOCK)
        is_first = (await work.run_required(users.COUNT))["count"] == 0
        if not is_first and not open_to_all:
            raise Forbidden(CLOSED)
        added = await work.run_one(
            users.ADD,
            user_id=user_id,
            email=email,
            name=shown,
            password_hash=password_hash,
            role=str(UserRole.ADMIN if is_first else UserRole.USER),
        )
        if added is None:
            raise Conflict("There is an account with this e-mail address: sign in.", argument="email")
        role = UserRole.ADMIN if is_first else UserRole.USER
        work.record_of_installation("sign_up", "User", user_id, {"email": email, "role": str(role)})
        if invitation is not None:
            await accept(work, invitation, user_id)
    return await _sign_in(info, user_id, shown, email)


@mutation.field("signIn")
@public
async def resolve_sign_in(_: None, info: Info, *, email: str, password: str) -> dict[str, Any]:
    """Start a session; the answer is the same, and takes as long, whether or not the account exists."""
    caller = info.context
    await caller.credentials.sign_in_limit.attempt(email, caller.address)
    row = await caller.reader.fetch_one(users.BY_EMAIL, email=email)
    right = await passwords.matches(password, row["password_hash"] if row else None)
    if row is None or not right or row["suspended"]:
        raise Unauthenticated("The e-mail address or the password is wrong.")
    await caller.credentials.sign_in_limit.succeeded(email, caller.address)
    return await _sign_in(info, row["user_id"], row["name"], row["email"])


@mutation.field("signOut")
@require_login
@enforce_user_level_auth_async(Action.SESSION_REMOVE)
async def resolve_sign_out(_: None, info: Info) -> dict[str, Any]:
    """End the session of this request."""
    caller = info.context
    session_id = caller.own_session(
        "This request carries an access token, not a session: there is nothing to sign out of."
    )
    await caller.credentials.close_session(session_id, caller.signed_in.user_id)
    caller.session_ended = True
    return {"success": True}


@mutation.field("changePassword")
@require_login
@enforce_user_level_auth_async(Action.PASSWORD_UPDATE)
async def resolve_change_password(
    _: None, info: Info, *, current_password: str, new_password: str, end_access_tokens: bool
) -> dict[str, Any]:
    """Change the caller's password and end every other session, in which whoever knew the old one may be."""
    caller = info.context
    session_id = caller.own_session("An access token cannot change the password: sign in.")
    subject = caller.signed_in
    check_password(new_password, subject.email, "newPassword")
    await caller.credentials.sign_in_limit.attempt(subject.email, caller.address)
    row = await caller.reader.fetch_one(users.BY_EMAIL, email=subject.email)
    old_hash = row["password_hash"] if row else None
    if not await passwords.matches(current_password, old_hash):
        raise BadUserInput("`currentPassword` is not your password.", argument="currentPassword")
    await caller.credentials.sign_in_limit.succeeded(subject.email, caller.address)
    new_hash = await passwords.hash_password(new_password)
    async with caller.changes(None) as work:
        if await work.run_one(users.SET_PASSWORD, id=subject.user_id, old_hash=old_hash, new_hash=new_hash) is None:
            raise Conflict("The password was changed at the same moment. Try again.")
        await work.run(session.REVOKE_OTHER_SESSIONS, of_user=subject.user_id, but=session_id)
        if end_access_tokens:
            await work.run(session.REVOKE_ACCESS_TOKENS_OF, of_user=subject.user_id)
        work.record("change_password", "User", subject.user_id, {"endAccessTokens": end_access_tokens})
    caller.credentials.forget()
    return {"user": await users.by_key(caller.reader, subject.user_id)}


@mutation.field("updateUserRole")
@require_session
@enforce_user_level_auth_async(Action.USER_UPDATE_ROLE, by="userId")
async def resolve_update_user_role(_: None, info: Info, *, user: UserRow, role: UserRole) -> dict[str, Any]:
    """Change what a user may do everywhere."""
    async with info.context.changes(None) as work:
        if role is not UserRole.ADMIN:
            await policy.refuse_without_admin(work, info.context.signed_in, user["user_id"])
        await work.run(users.SET_ROLE, id=user["user_id"], new_role=str(role))
        work.record("update_role", "User", user["user_id"], {"role": str(role)})
    return await _changed(info, user)


@mutation.field("suspendUser")
@require_session
@enforce_user_level_auth_async(Action.USER_SUSPEND, by="userId")
async def resolve_suspend_user(_: None, info: Info, *, user: UserRow) -> dict[str, Any]:
    """Keep a user out."""
    return await _set_suspended(info, user, suspended=True)


@mutation.field("reinstateUser")
@require_session
@enforce_user_level_auth_async(Action.USER_SUSPEND, by="userId")
async def resolve_reinstate_user(_: None, info: Info, *, user: UserRow) -> dict[str, Any]:
    """Let a suspended user in again."""
    return await _set_suspended(info, user, suspended=False)


async def _set_suspended(info: Info, user: UserRow, *, suspended: bool) -> dict[str, Any]:
    async with info.context.changes(None) as work:
        if suspended:
            await policy.refuse_without_admin(work, info.context.signed_in, user["user_id"])
            await work.run(session.REVOKE_OTHER_SESSIONS, of_user=user["user_id"], but=None)
            await work.run(session.REVOKE_ACCESS_TOKENS_OF, of_user=user["user_id"])
        await work.run(users.SET_SUSPENDED, id=user["user_id"], is_suspended=suspended)
        work.record("suspend" if suspended else "reinstate", "User", user["user_id"])
    return await _changed(info, user)


@mutation.field("removeUser")
@require_session
@enforce_user_level_auth_async(Action.USER_REMOVE, by="userId")
async def resolve_remove_user(_: None, info: Info, *, user: UserRow) -> dict[str, Any]:
    """Remove an account; return it as it was."""
    async with info.context.changes(None) as work:
        await policy.refuse_without_admin(work, info.context.signed_in, user["user_id"])
        await policy.refuse_sole_manager(work, user["user_id"])
        await work.run(users.REMOVE, id=user["user_id"])
        work.record("remove", "User", user["user_id"], {"email": user["email"]})
    await info.context.look_again()
    return {"user": user}


async def _changed(info: Info, user: UserRow) -> dict[str, Any]:
    await info.context.look_again()
    return {"user": await users.by_key(info.context.reader, user["user_id"])}


async def _sign_in(info: Info, user_id: UUID, name: str, email: str) -> dict[str, Any]:
    caller = info.context
    caller.opened_session = await caller.credentials.open_session(user_id, name, email)
    await caller.become(user_id)
    return {"user": await users.by_key(caller.reader, user_id)}


BINDABLES = [
    mutation,
    payload("SignInPayload", "user"),
    payload("ChangePasswordPayload", "user"),
    payload("UpdateUserRolePayload", "user"),
    payload("SuspendUserPayload", "user"),
    payload("ReinstateUserPayload", "user"),
    payload("RemoveUserPayload", "user"),
]
