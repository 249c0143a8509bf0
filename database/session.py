"""Sessions, access tokens and signing keys: how a caller proves who it is. Secrets are stored as SHA-256 hashes."""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Interval,
    LargeBinary,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from database.metadata import metadata, moment, typename
from database.row import CountRow
from database.statement import Statement
from database.user import OF_NO_ORGANIZATION, no_organization, users

MOST_LISTED = 50
"""How many sessions or access tokens a list shows, and how many of each an account may have."""

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    moment("created_at"),
    moment("expires_at"),
    moment("revoked_at", nullable=True),
)

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("access_token_id", Text, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    moment("created_at"),
    moment("expires_at"),
    moment("revoked_at", nullable=True),
    moment("last_used_at", nullable=True),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("private_key", Text, nullable=False),
    moment("created_at"),
    moment("retired_at", nullable=True),
    CheckConstraint("private_key LIKE '-----BEGIN PRIVATE KEY-----%'", name="private_key_pem"),
)

ADD_SESSION = Statement(
    insert(sessions).values(
        session_id=bindparam("session_id"),
        user_id=bindparam("user_id"),
        secret_hash=bindparam("secret_hash"),
        expires_at=bindparam("expires_at"),
    )
)
REVOKE_SESSION = Statement(
    update(sessions)
    .where(sessions.c.session_id == bindparam("session_id", type_=Uuid), sessions.c.revoked_at.is_(None))
    .values(revoked_at=func.now())
)
REVOKE_OTHER_SESSIONS = Statement(
    update(sessions)
    .where(
        sessions.c.user_id == bindparam("of_user", type_=Uuid),
        sessions.c.session_id.is_distinct_from(bindparam("but", type_=Uuid)),
        sessions.c.revoked_at.is_(None),
    )
    .values(revoked_at=func.now())
)
_newest = (
    select(sessions.c.session_id)
    .where(sessions.c.user_id == bindparam("of_user", type_=Uuid), sessions.c.revoked_at.is_(None))
    .order_by(sessions.c.created_at.desc())
    .limit(MOST_LISTED)
)


class SessionKeyRow(TypedDict):
    """The key of a session."""

    session_id: UUID


REVOKE_OLDEST_SESSIONS = Statement(
    update(sessions)
    .where(
        sessions.c.user_id == bindparam("of_user", type_=Uuid),
        sessions.c.revoked_at.is_(None),
        sessions.c.session_id.not_in(_newest),
    )
    .values(revoked_at=func.now())
    .returning(sessions.c.session_id),
    SessionKeyRow,
)
"""Ends what a list of sessions would not show any more."""
REMOVE_ENDED_SESSIONS = Statement(
    delete(sessions).where(
        func.coalesce(sessions.c.revoked_at, sessions.c.expires_at) < func.now() - bindparam("ago", type_=Interval)
    )
)
_LIVE_SESSION = (
    sessions.c.revoked_at.is_(None),
    sessions.c.expires_at > func.now(),
    users.c.suspended.is_(False),
)


class SessionUserRow(TypedDict):
    """A live session, and whose it is."""

    session_id: UUID
    user_id: UUID
    expires_at: datetime
    name: str
    email: str


class UserKeyRow(TypedDict):
    """The key of a user."""

    user_id: UUID


class SessionRow(TypedDict):
    """A session."""

    typename: str
    organization_id: UUID
    key: UUID
    user_id: UUID
    created_at: datetime
    expires_at: datetime


class AccessTokenSecretRow(TypedDict):
    """What an access token is checked by."""

    access_token_id: str
    user_id: UUID
    secret_hash: bytes
    expires_at: datetime


class AccessTokenRow(TypedDict):
    """An access token, without its secret."""

    typename: str
    organization_id: UUID
    key: UUID
    access_token_id: str
    user_id: UUID
    name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class SigningKeyRow(TypedDict):
    """A key by which tokens are signed, or were."""

    key_id: str
    private_key: str
    retired_at: datetime | None


SESSION_BY_SECRET = Statement(
    select(sessions.c.session_id, sessions.c.user_id, sessions.c.expires_at, users.c.name, users.c.email)
    .join(users, users.c.user_id == sessions.c.user_id)
    .where(sessions.c.secret_hash == bindparam("secret_hash", type_=LargeBinary), *_LIVE_SESSION),
    SessionUserRow,
)
SESSION_USER = Statement(
    select(sessions.c.user_id)
    .join(users, users.c.user_id == sessions.c.user_id)
    .where(sessions.c.session_id == bindparam("session_id", type_=Uuid), *_LIVE_SESSION),
    UserKeyRow,
)

_SESSION_COLUMNS: tuple[ColumnElement[Any], ...] = (
    typename("Session", digits="0a"),
    no_organization(),
    sessions.c.session_id.label("key"),
    sessions.c.user_id,
    sessions.c.created_at,
    sessions.c.expires_at,
)
_LIVE_SESSIONS = select(*_SESSION_COLUMNS).join(users, users.c.user_id == sessions.c.user_id).where(*_LIVE_SESSION)
SESSION_BY_KEY = Statement(
    _LIVE_SESSIONS.where(OF_NO_ORGANIZATION, sessions.c.session_id == bindparam("key", type_=Uuid)), SessionRow
)
SESSIONS_OF_USER = Statement(
    _LIVE_SESSIONS.where(sessions.c.user_id == bindparam("user_id", type_=Uuid))
    .order_by(sessions.c.created_at.desc())
    .limit(MOST_LISTED),
    SessionRow,
)

ADD_ACCESS_TOKEN = Statement(
    insert(access_tokens).values(
        access_token_id=bindparam("access_token_id"),
        user_id=bindparam("user_id"),
        name=bindparam("name"),
        secret_hash=bindparam("secret_hash"),
        expires_at=bindparam("expires_at"),
    )
)
_LIVE_ACCESS_TOKEN = (access_tokens.c.revoked_at.is_(None), access_tokens.c.expires_at > func.now())
ACCESS_TOKEN = Statement(
    select(
        access_tokens.c.access_token_id,
        access_tokens.c.user_id,
        access_tokens.c.secret_hash,
        access_tokens.c.expires_at,
    )
    .join(users, users.c.user_id == access_tokens.c.user_id)
    .where(
        access_tokens.c.access_token_id == bindparam("access_token_id", type_=Text),
        *_LIVE_ACCESS_TOKEN,
        users.c.suspended.is_(False),
    ),
    AccessTokenSecretRow,
)

_access_token_key = cast(func.lpad(access_tokens.c.access_token_id, 32, "0"), Uuid)
_LIVE_ACCESS_TOKENS = select(
    typename("AccessToken", digits="0b"),
    no_organization(),
    _access_token_key.label("key"),
    access_tokens.c.access_token_id,
    access_tokens.c.user_id,
    access_tokens.c.name,
    access_tokens.c.created_at,
    access_tokens.c.expires_at,
    access_tokens.c.last_used_at,
).where(*_LIVE_ACCESS_TOKEN)
ACCESS_TOKEN_BY_KEY = Statement(
    _LIVE_ACCESS_TOKENS.where(
        OF_NO_ORGANIZATION,
        access_tokens.c.access_token_id
        == func.right(func.replace(cast(bindparam("key", type_=Uuid), Text), "-", ""), 16),
    ),
    AccessTokenRow,
)
ACCESS_TOKENS_OF_USER = Statement(
    _LIVE_ACCESS_TOKENS.where(access_tokens.c.user_id == bindparam("user_id", type_=Uuid))
    .order_by(access_tokens.c.created_at.desc())
    .limit(MOST_LISTED),
    AccessTokenRow,
)
COUNT_ACCESS_TOKENS = Statement(
    select(func.count().label("count")).where(
        access_tokens.c.user_id == bindparam("user_id", type_=Uuid), *_LIVE_ACCESS_TOKEN
    ),
    CountRow,
)
REVOKE_ACCESS_TOKENS_OF = Statement(
    update(access_tokens)
    .where(access_tokens.c.user_id == bindparam("of_user", type_=Uuid), access_tokens.c.revoked_at.is_(None))
    .values(revoked_at=func.now())
)
REVOKE_ACCESS_TOKEN = Statement(
    update(access_tokens)
    .where(access_tokens.c.access_token_id == bindparam("access_token_id", type_=Text), *_LIVE_ACCESS_TOKEN)
    .values(revoked_at=func.now())
)
NOTE_ACCESS_TOKEN_USE = Statement(
    update(access_tokens)
    .where(access_tokens.c.access_token_id == bindparam("access_token_id", type_=Text))
    .values(last_used_at=func.now())
)

_overlap = func.now() - bindparam("overlap", type_=Interval)
SIGNING_KEYS = Statement(
    select(signing_keys.c.key_id, signing_keys.c.private_key, signing_keys.c.retired_at)
    .where(or_(signing_keys.c.retired_at.is_(None), signing_keys.c.retired_at > _overlap))
    .order_by(signing_keys.c.created_at.desc()),
    SigningKeyRow,
)
RETIRE_SIGNING_KEYS = Statement(
    update(signing_keys).where(signing_keys.c.retired_at.is_(None)).values(retired_at=func.now())
)
REMOVE_SIGNING_KEYS = Statement(
    delete(signing_keys).where(
        or_(
            signing_keys.c.retired_at <= _overlap,
            and_(bindparam("active", type_=Boolean), signing_keys.c.retired_at.is_(None)),
        )
    )
)
ADD_SIGNING_KEY = Statement(
    insert(signing_keys).values(key_id=bindparam("key_id"), private_key=bindparam("private_key"))
)
