"""The queue of work that outlives a request. A directory table: a worker must see what is due in every organization.

A worker holds a job by a lease that it renews. A job whose lease has run out belongs to a worker that died.
"""

from typing import TypedDict
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    Index,
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

from database.metadata import metadata, moment
from database.statement import Statement

LEASE_SECONDS = 30.0
"""How long a worker may be silent before its job counts as orphaned."""

jobs = Table(
    "jobs",
    metadata,
    Column("job_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("organization_id", Uuid, nullable=False),
    Column("object_key", Uuid, nullable=False),
    moment("created_at"),
    Column("worker", Text, nullable=True),
    moment("leased_until", nullable=True),
    CheckConstraint("kind IN ('scan_import')", name="kind"),
    CheckConstraint("(worker IS NULL) = (leased_until IS NULL)", name="lease"),
)
Index("ix_jobs_waiting", jobs.c.created_at, postgresql_where=jobs.c.worker.is_(None))

_lease = func.now() + func.make_interval(0, 0, 0, 0, 0, 0, bindparam("seconds", type_=Float))

ADD = Statement(
    insert(jobs).values(
        job_id=bindparam("job_id"),
        kind=bindparam("kind"),
        organization_id=bindparam("organization_id"),
        object_key=bindparam("object_key"),
    )
)
_next = (
    select(jobs.c.job_id)
    .where(jobs.c.worker.is_(None))
    .order_by(jobs.c.created_at)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)


class JobRow(TypedDict):
    """A job that a worker has claimed, or lost."""

    job_id: UUID
    kind: str
    organization_id: UUID
    object_key: UUID


CLAIM = Statement(
    update(jobs)
    .where(jobs.c.job_id == _next)
    .values(worker=bindparam("worker", type_=Text), leased_until=_lease)
    .returning(jobs.c.job_id, jobs.c.kind, jobs.c.organization_id, jobs.c.object_key),
    JobRow,
)
"""Takes the oldest waiting job; returns no row if none waits."""
RENEW = Statement(
    update(jobs)
    .where(jobs.c.job_id == bindparam("in_job", type_=Uuid), jobs.c.worker == bindparam("by", type_=Text))
    .values(leased_until=_lease)
    .returning(jobs.c.job_id)
)
DONE = Statement(delete(jobs).where(jobs.c.job_id == bindparam("in_job", type_=Uuid)))
ORPHANS = Statement(
    select(jobs.c.job_id, jobs.c.kind, jobs.c.organization_id, jobs.c.object_key)
    .where((jobs.c.leased_until < func.now()) | (jobs.c.worker == bindparam("dead_worker", type_=Text)))
    .limit(100),
    JobRow,
)
