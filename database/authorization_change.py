"""What has changed about who may do what: sessions, tokens, roles, suspensions. Processes poll it and forget.

Rows are written by triggers, in the transaction of the change itself, so that no statement can forget to.
"""

from typing import TypedDict
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, Interval, Table, Uuid, bindparam, delete, func, select

from database.metadata import metadata, moment
from database.statement import Statement

authorization_changes = Table(
    "authorization_changes",
    metadata,
    Column("authorization_change_id", BigInteger, Identity(always=True), primary_key=True),
    Column("user_id", Uuid, nullable=True),
    moment("created_at"),
    Index("ix_authorization_changes_created_at", "created_at"),
)

_before = func.now() - bindparam("ago", type_=Interval)


class AuthorizationChangeRow(TypedDict):
    """That something has changed, for one user or, where that is None, for everybody."""

    authorization_change_id: int
    user_id: UUID | None


LATELY = Statement(
    select(authorization_changes.c.authorization_change_id, authorization_changes.c.user_id).where(
        authorization_changes.c.created_at > _before
    ),
    AuthorizationChangeRow,
)
"""The changes of late: longer than any transaction lasts, since one that began early may be seen late."""
REMOVE_OLD = Statement(delete(authorization_changes).where(authorization_changes.c.created_at < _before))
