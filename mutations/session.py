"""removeSession, addAccessToken and removeAccessToken."""

from datetime import timedelta
from typing import Any

from ariadne import MutationType

from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_user_level_auth_async, require_login, require_session
from bindings.types import payload
from database import session as sessions
from database import user
from database.session import AccessTokenRow, SessionRow
from domain.errors import BadUserInput
from domain.identifiers import NO_ORGANIZATION
from domain.names import check_text

mutation = MutationType()
MOST_DAYS, MOST_NAME = 180, 100


@mutation.field("removeSession")
@require_login
@enforce_user_level_auth_async(Action.SESSION_REMOVE, by="sessionId")
async def resolve_remove_session(_: None, info: Info, *, session: SessionRow) -> dict[str, Any]:
    """End one of the caller's sessions; the one of this request too."""
    caller = info.context
    await caller.credentials.close_session(session["key"], caller.signed_in.user_id)
    caller.session_ended = session["key"] == caller.session_id
    return {"user": await user.by_key(caller.reader, caller.signed_in.user_id)}


@mutation.field("addAccessToken")
@require_session
@enforce_user_level_auth_async(Action.ACCESS_TOKEN_CREATE)
async def resolve_add_access_token(_: None, info: Info, *, name: str, days: int) -> dict[str, Any]:
    """Make an access token; its text is in this answer and nowhere else."""
    caller = info.context
    if not 1 <= days <= MOST_DAYS:
        raise BadUserInput(f"`days` is {days}: it must be from 1 to {MOST_DAYS}.", argument="days")
    shown = check_text(name, "name", least=1, most=MOST_NAME)
    made = await caller.credentials.add_access_token(caller.signed_in.user_id, shown, timedelta(days=days))
    return {
        "token": made.text,
        "accessToken": await caller.reader.fetch_one(
            sessions.ACCESS_TOKEN_BY_KEY, organization_id=NO_ORGANIZATION, key=made.key
        ),
    }


@mutation.field("removeAccessToken")
@require_login
@enforce_user_level_auth_async(Action.ACCESS_TOKEN_REMOVE, by="accessTokenId")
async def resolve_remove_access_token(_: None, info: Info, *, access_token: AccessTokenRow) -> dict[str, Any]:
    """Revoke one of the caller's access tokens."""
    caller = info.context
    await caller.credentials.remove_access_token(access_token["access_token_id"], caller.signed_in.user_id)
    return {"user": await user.by_key(caller.reader, caller.signed_in.user_id)}


BINDABLES = [
    mutation,
    payload("RemoveSessionPayload", "user"),
    payload("AddAccessTokenPayload", "accessToken", "token"),
    payload("RemoveAccessTokenPayload", "user"),
]
