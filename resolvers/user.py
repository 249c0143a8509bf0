"""User, and who is signed in."""

from typing import Any

from ariadne import QueryType

from authz.actions import Action
from authz.caller import Info
from authz.guards import public, require_login
from authz.nouns import Level, Noun, declare
from bindings.types import GuardedType
from database import user as users
from database.organization import OF_USER
from resolvers.permission import permissions
from resolvers.session import access_tokens, sessions

query = QueryType()
USER = declare(Noun("User", Action.USER_READ, argument="userId", one=users.BY_ID, level=Level.USER))
user = GuardedType.of(USER)
user.expose(Action.USER_READ, "email", "name", "role", "suspended", "createdAt")
user.several("permissions", permissions, action=Action.USER_READ)
user.several("sessions", sessions, action=Action.SESSION_READ)
user.several("accessTokens", access_tokens, action=Action.ACCESS_TOKEN_READ)
user.relation("organizations", OF_USER, visible=Action.ORGANIZATION_READ, order="NAME")


@query.field("me")
@public
async def resolve_me(_: None, info: Info) -> Any:
    """Return who is signed in, or None."""
    subject = info.context.subject
    return await users.by_key(info.context.reader, subject.user_id) if subject else None


@query.field("user")
@require_login
async def resolve_user(_: None, info: Info, *, email: str) -> Any:
    """Return the account of this e-mail address."""
    return await info.context.reader.fetch_one(users.PERSON_BY_EMAIL, email=email)


BINDABLES = [query, user]
