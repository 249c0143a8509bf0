"""Sessions and access tokens of a person."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from authz.actions import Action
from authz.bindings import GuardedType
from authz.caller import Info
from database.derived import GLOBAL_ID
from database.session import ACCESS_TOKENS_OF_USER, SESSIONS_OF_USER
from database.statement import Statement


async def is_current(parents: Sequence[Any], info: Info) -> list[bool]:
    """Return for each session whether it is the one that this request belongs to."""
    return [parent["key"] == info.context.session_id for parent in parents]


def of_user(statement: Statement) -> Callable[[Sequence[Any], Info], Awaitable[list[list[Any]]]]:
    """Return a batch resolver for what belongs to a user."""

    async def resolve_all(parents: Sequence[Any], info: Info) -> list[list[Any]]:
        keys = {parent["user_id"] for parent in parents}
        rows = {key: list(await info.context.reader.fetch(statement, user_id=key)) for key in keys}
        return [rows[parent["user_id"]] for parent in parents]

    return resolve_all


sessions, access_tokens = of_user(SESSIONS_OF_USER), of_user(ACCESS_TOKENS_OF_USER)

session = GuardedType("Session", visible=Action.SESSION_READ)
session.expose(Action.SESSION_READ, "createdAt", "expiresAt", id=GLOBAL_ID)
session.several("isCurrent", is_current, action=Action.SESSION_READ)

access_token = GuardedType("AccessToken", visible=Action.ACCESS_TOKEN_READ)
access_token.expose(Action.ACCESS_TOKEN_READ, "name", "createdAt", "expiresAt", "lastUsedAt", id=GLOBAL_ID)

BINDABLES = [session, access_token]
