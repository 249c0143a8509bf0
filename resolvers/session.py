"""Sessions and access tokens of a person."""

from collections.abc import Awaitable, Callable, Sequence

from authz.actions import Action
from authz.caller import Info
from authz.nouns import Level, Noun, declare
from bindings.types import GuardedType
from database.row import AnyRow
from database.session import ACCESS_TOKEN_BY_KEY, ACCESS_TOKENS_OF_USER, SESSION_BY_KEY, SESSIONS_OF_USER
from database.statement import Statement


async def is_current(parents: Sequence[AnyRow], info: Info) -> list[bool]:
    """Return for each session whether it is the one that this request belongs to."""
    return [parent["key"] == info.context.session_id for parent in parents]


def of_user(statement: Statement[AnyRow]) -> Callable[[Sequence[AnyRow], Info], Awaitable[list[list[AnyRow]]]]:
    """Return a batch resolver for what belongs to a user."""

    async def resolve_all(parents: Sequence[AnyRow], info: Info) -> list[list[AnyRow]]:
        keys = {parent["user_id"] for parent in parents}
        rows = {key: list(await info.context.reader.fetch(statement, user_id=key)) for key in keys}
        return [rows[parent["user_id"]] for parent in parents]

    return resolve_all


sessions, access_tokens = of_user(SESSIONS_OF_USER), of_user(ACCESS_TOKENS_OF_USER)

SESSION = declare(Noun("Session", Action.SESSION_READ, argument="sessionId", one=SESSION_BY_KEY, level=Level.USER))
session = GuardedType.of(SESSION)
session.expose(Action.SESSION_READ, "createdAt", "expiresAt")
session.several("isCurrent", is_current, action=Action.SESSION_READ)

ACCESS_TOKEN = declare(
    Noun(
        "AccessToken",
        Action.ACCESS_TOKEN_READ,
        argument="accessTokenId",
        one=ACCESS_TOKEN_BY_KEY,
        level=Level.USER,
    )
)
access_token = GuardedType.of(ACCESS_TOKEN)
access_token.expose(Action.ACCESS_TOKEN_READ, "name", "createdAt", "expiresAt", "lastUsedAt")

BINDABLES = [session, access_token]
