"""Invitations to a role in an organization or a group: who was invited, by whom and until when.

A directory table, since the invited person belongs to no organization yet. The secret is stored as a SHA-256 hash.
"""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Interval,
    LargeBinary,
    Table,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from database.metadata import metadata, moment, sorted_text, typename
from database.organization import organizations
from database.page import PageQuery
from database.row import CountRow
from database.statement import Statement
from database.user import users

MOST_PENDING = 200
"""How many invitations of one organization may wait for an answer."""

invitations = Table(
    "invitations",
    metadata,
    Column("invitation_id", Uuid, primary_key=True),
    Column("organization_id", Uuid, nullable=False),
    Column("group_id", Uuid, nullable=True),
    sorted_text("email"),
    Column("role", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("invited_by", Uuid, ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False),
    moment("created_at"),
    moment("expires_at"),
    moment("answered_at", nullable=True),
    Index("ix_invitations_organization_id", "organization_id", "created_at", "invitation_id"),
)

_COLUMNS: tuple[ColumnElement[Any], ...] = (
    typename("Invitation", digits="0c"),
    invitations.c.organization_id,
    invitations.c.group_id,
    invitations.c.invitation_id.label("key"),
    invitations.c.email,
    invitations.c.role,
    invitations.c.invited_by,
    users.c.email.label("invited_by_email"),
    invitations.c.created_at,
    invitations.c.expires_at,
)
_pending = (invitations.c.answered_at.is_(None), invitations.c.expires_at > func.now())
_with_inviter = invitations.join(users, users.c.user_id == invitations.c.invited_by)
_seen = _with_inviter.join(organizations, organizations.c.organization_id == invitations.c.organization_id)
"""Joined with the organization, so that row-level security holds."""


class InvitationRow(TypedDict):
    """An invitation that waits for an answer."""

    typename: str
    organization_id: UUID
    group_id: UUID | None
    key: UUID
    email: str
    role: str
    invited_by: UUID
    invited_by_email: str
    created_at: datetime
    expires_at: datetime


def _list(group: ColumnElement[object] | None, condition: ColumnElement[bool]) -> PageQuery[InvitationRow]:
    return PageQuery(
        _seen,
        row=InvitationRow,
        columns=_COLUMNS,
        organization=invitations.c.organization_id,
        group=group,
        parent=group,
        key=invitations.c.invitation_id,
        orders={"CREATED_AT": (invitations.c.created_at, datetime)},
        where=_pending[0] & _pending[1] & condition,
    )


OF_ORGANIZATION = _list(None, invitations.c.group_id.is_(None))
"""The invitations to an organization that wait for an answer."""
OF_GROUP = _list(invitations.c.group_id, invitations.c.group_id.is_not(None))
"""The invitations to a group that wait for an answer."""


BY_KEY = Statement(
    select(*_COLUMNS)
    .select_from(_seen)
    .where(
        invitations.c.organization_id == bindparam("organization_id", type_=Uuid),
        invitations.c.invitation_id == bindparam("key", type_=Uuid),
        *_pending,
    ),
    InvitationRow,
)
BY_SECRET = Statement(
    select(*_COLUMNS)
    .select_from(_with_inviter)
    .where(
        invitations.c.secret_hash == bindparam("secret_hash", type_=LargeBinary),
        *_pending,
        users.c.suspended.is_(False),
    ),
    InvitationRow,
)
"""An invitation by its secret, for the person who was sent it; none if who sent it is gone."""
PENDING_TO = Statement(
    select(invitations.c.invitation_id).where(invitations.c.email == bindparam("email", type_=Text), *_pending).limit(1)
)
"""Whether an address was invited anywhere."""
COUNT_PENDING = Statement(
    select(func.count().label("count")).where(
        invitations.c.organization_id == bindparam("organization_id", type_=Uuid), *_pending
    ),
    CountRow,
)
ADD = Statement(
    insert(invitations).values(
        invitation_id=bindparam("invitation_id"),
        organization_id=bindparam("organization_id"),
        group_id=bindparam("group_id"),
        email=bindparam("email"),
        role=bindparam("role"),
        secret_hash=bindparam("secret_hash"),
        invited_by=bindparam("invited_by"),
        expires_at=bindparam("expires_at"),
    )
)
ANSWER = Statement(
    update(invitations)
    .where(invitations.c.invitation_id == bindparam("id", type_=Uuid), invitations.c.answered_at.is_(None))
    .values(answered_at=func.now())
    .returning(invitations.c.invitation_id)
)
"""Ends an invitation, whatever the answer; returns no row if it had ended."""
END_FORMER = Statement(
    update(invitations)
    .where(
        invitations.c.organization_id == bindparam("in_organization", type_=Uuid),
        invitations.c.group_id.is_not_distinct_from(bindparam("in_group", type_=Uuid)),
        invitations.c.email == bindparam("to_email", type_=Text),
        invitations.c.answered_at.is_(None),
    )
    .values(answered_at=func.now())
)
"""Ends the invitations of one person to one place, in favour of a new one."""
END_OF_SENDER = Statement(
    update(invitations)
    .where(
        invitations.c.organization_id == bindparam("in_organization", type_=Uuid),
        invitations.c.invited_by == bindparam("sent_by", type_=Uuid),
        invitations.c.answered_at.is_(None),
    )
    .values(answered_at=func.now())
)
"""Ends what somebody has sent in an organization, when the role of that person changes."""
REMOVE_ENDED = Statement(
    delete(invitations).where(
        func.coalesce(invitations.c.answered_at, invitations.c.expires_at)
        < func.now() - bindparam("ago", type_=Interval)
    )
)
