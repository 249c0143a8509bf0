"""Identities at an OpenID Connect provider that accounts are linked to: by issuer and subject, not by address."""

from typing import TypedDict
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Table, Text, Uuid, bindparam, insert, select

from database.metadata import metadata, moment
from database.statement import Statement
from database.user import users

linked_identities = Table(
    "linked_identities",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False, index=True),
    moment("created_at"),
)


class LinkedUserRow(TypedDict):
    """The account that an identity is linked to."""

    user_id: UUID
    name: str
    email: str
    suspended: bool


class IdentitySubjectRow(TypedDict):
    """Who an account is at an issuer."""

    subject: str


USER_OF = Statement(
    select(users.c.user_id, users.c.name, users.c.email, users.c.suspended)
    .join(linked_identities, linked_identities.c.user_id == users.c.user_id)
    .where(
        linked_identities.c.issuer == bindparam("issuer", type_=Text),
        linked_identities.c.subject == bindparam("subject", type_=Text),
    ),
    LinkedUserRow,
)
"""The account that an identity is linked to."""
LINK = Statement(
    insert(linked_identities).values(
        issuer=bindparam("issuer"), subject=bindparam("subject"), user_id=bindparam("user_id")
    )
)
OF_USER = Statement(
    select(linked_identities.c.subject).where(
        linked_identities.c.issuer == bindparam("issuer", type_=Text),
        linked_identities.c.user_id == bindparam("user_id", type_=Uuid),
    ),
    IdentitySubjectRow,
)
"""Who an account is at an issuer."""
