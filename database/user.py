"""Users: the directory of people and service agents, and what a Subject is made of."""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from database.metadata import metadata, moment, sorted_text, typename
from database.page import UUIDS
from database.pool import Reader
from database.row import CountRow
from database.statement import Statement
from domain.identifiers import NO_ORGANIZATION

users = Table(
    "users",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    sorted_text("email"),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=True),
    Column("role", Text, nullable=False),
    Column("suspended", Boolean, nullable=False, server_default="false"),
    moment("created_at"),
    CheckConstraint("role IN ('ADMIN', 'HACKER', 'USER')", name="role"),
    CheckConstraint("email = lower(email)", name="email_lower"),
    UniqueConstraint("email"),
)


def no_organization() -> ColumnElement[Any]:
    """Return the column `organization_id` of what belongs to a person and to no organization."""
    return literal_column(f"'{NO_ORGANIZATION}'::uuid", Uuid).label("organization_id")


OF_NO_ORGANIZATION: ColumnElement[bool] = bindparam("organization_id", type_=Uuid) == NO_ORGANIZATION
"""The condition that a global id names no organization, as those of what belongs to a person do."""

COLUMNS: tuple[ColumnElement[Any], ...] = (
    typename("User", digits="01"),
    no_organization(),
    users.c.user_id.label("key"),
    users.c.user_id,
    users.c.email,
    users.c.name,
    users.c.role,
    users.c.suspended,
    users.c.created_at,
)


class UserRow(TypedDict):
    """A user."""

    typename: str
    organization_id: UUID
    key: UUID
    user_id: UUID
    email: str
    name: str
    role: str
    suspended: bool
    created_at: datetime


class UserPasswordRow(TypedDict):
    """What a sign-in is checked by."""

    user_id: UUID
    password_hash: str | None
    suspended: bool
    name: str
    email: str


class UserKeyRow(TypedDict):
    """The key of a user."""

    user_id: UUID


BY_KEY = Statement(select(*COLUMNS).where(users.c.user_id == bindparam("user_id", type_=Uuid)), UserRow)
BY_EMAIL = Statement(
    select(users.c.user_id, users.c.password_hash, users.c.suspended, users.c.name, users.c.email).where(
        users.c.email == bindparam("email", type_=Text)
    ),
    UserPasswordRow,
)
BY_ID = Statement(select(*COLUMNS).where(OF_NO_ORGANIZATION, users.c.user_id == bindparam("key", type_=Uuid)), UserRow)
"""A user by what a global id says."""
BY_KEYS = Statement(select(*COLUMNS).where(users.c.user_id == bindparam("keys", type_=UUIDS).any_()), UserRow)
PERSON_BY_EMAIL = Statement(select(*COLUMNS).where(users.c.email == bindparam("email", type_=Text)), UserRow)
SET_ROLE = Statement(
    update(users).where(users.c.user_id == bindparam("id", type_=Uuid)).values(role=bindparam("new_role", type_=Text))
)
SET_SUSPENDED = Statement(
    update(users)
    .where(users.c.user_id == bindparam("id", type_=Uuid))
    .values(suspended=bindparam("is_suspended", type_=Boolean))
)
REMOVE = Statement(delete(users).where(users.c.user_id == bindparam("id", type_=Uuid)))
ACTIVE_ADMINS = Statement(
    select(users.c.user_id)
    .where(users.c.role == "ADMIN", users.c.suspended.is_(False))
    .with_for_update(key_share=True),
    UserKeyRow,
)
"""Who administers the installation, locked against others who change that."""
SET_PASSWORD = Statement(
    update(users)
    .where(users.c.user_id == bindparam("id", type_=Uuid), users.c.password_hash == bindparam("old_hash", type_=Text))
    .values(password_hash=bindparam("new_hash"))
    .returning(users.c.user_id),
    UserKeyRow,
)
"""Changes a password; returns no row if it is no longer the old one."""
COUNT = Statement(select(func.count().label("count")).select_from(users), CountRow)
LOCK = Statement(text("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE"))
"""Lets one sign-up at a time decide whether it is the first."""
ADD = Statement(
    upsert(users)
    .values(
        user_id=bindparam("user_id"),
        email=bindparam("email"),
        name=bindparam("name"),
        password_hash=bindparam("password_hash"),
        role=bindparam("role"),
    )
    .on_conflict_do_nothing(index_elements=["email"])
    .returning(users.c.user_id),
    UserKeyRow,
)
"""Adds a user; returns no row if the e-mail address is taken."""


async def are_none(reader: Reader) -> bool:
    """Return whether nobody has an account yet."""
    found = await reader.fetch_one(COUNT)
    return found is not None and found["count"] == 0


async def by_key(reader: Reader, user_id: UUID) -> UserRow | None:
    """Return the user with this key as a record of the contract, or None."""
    return await reader.fetch_one(BY_KEY, user_id=user_id)
