"""Reading the outbox: who has read the changes of an organization, and how far.

A consumer's position is a row an organization. Whoever takes the row holds it until its transaction ends, so that two
processes never hand the same changes over at once; what is handed over and the new position are committed together.
"""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy import BigInteger, Column, Integer, Text, Uuid, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import insert as upsert

from database.change import outbox, positions
from database.metadata import tenant_table
from database.statement import Statement

outbox_positions = tenant_table(
    "outbox_positions",
    Column("consumer", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

_organization = bindparam("organization_id", type_=Uuid)
_consumer = bindparam("consumer", type_=Text)


class OrganizationToReadRow(TypedDict):
    """An organization that has changes which a consumer has not read."""

    organization_id: UUID


class PositionRow(TypedDict):
    """How far a consumer has read."""

    position: int


class ChangeRow(TypedDict):
    """A change of something in an organization, with its place in their order."""

    organization_id: UUID
    position: int
    verb: str
    type_name: str
    object_key: UUID
    created_at: datetime


BEHIND = Statement(
    select(positions.c.organization_id)
    .outerjoin(
        outbox_positions,
        (outbox_positions.c.organization_id == positions.c.organization_id)
        & (outbox_positions.c.consumer == _consumer),
    )
    .where(positions.c.position > func.coalesce(outbox_positions.c.position, 0)),
    OrganizationToReadRow,
)
BEGIN = Statement(
    upsert(outbox_positions)
    .values(organization_id=_organization, consumer=_consumer, position=literal_column("0"))
    .on_conflict_do_nothing()
)
TAKE = Statement(
    select(outbox_positions.c.position)
    .where(outbox_positions.c.organization_id == _organization, outbox_positions.c.consumer == _consumer)
    .with_for_update(skip_locked=True),
    PositionRow,
)
"""Takes a consumer's position; returns no row if another process has it just now."""
READ = Statement(
    select(
        outbox.c.organization_id,
        outbox.c.position,
        outbox.c.verb,
        outbox.c.type_name,
        outbox.c.object_key,
        outbox.c.created_at,
    )
    .where(outbox.c.organization_id == _organization, outbox.c.position > bindparam("after", type_=BigInteger))
    .order_by(outbox.c.position)
    .limit(bindparam("most", type_=Integer)),
    ChangeRow,
)
ADVANCE = Statement(
    outbox_positions.update()
    .where(
        outbox_positions.c.organization_id == bindparam("in_organization", type_=Uuid),
        outbox_positions.c.consumer == bindparam("by", type_=Text),
    )
    .values(position=bindparam("reached", type_=BigInteger))
)
