"""The queue of work that outlives a request. A directory table: a worker must see what is due in every organization.

A worker holds a job by a lease that it renews. A job whose lease has run out belongs to a worker that died. What has
ended is kept for a while, so that it can be listed and, where that makes sense, tried again.
"""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    Interval,
    SmallInteger,
    Table,
    Text,
    Uuid,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from database.metadata import Expression, metadata, moment, typename
from database.organization import organizations
from database.page import PageQuery
from database.statement import Statement
from enums.job import JobState

LEASE_SECONDS = 30.0
"""How long a worker may be silent before its job counts as orphaned."""

jobs = Table(
    "jobs",
    metadata,
    Column("job_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="WAITING"),
    Column("organization_id", Uuid, nullable=False),
    Column("group_id", Uuid, nullable=True),
    Column("object_key", Uuid, nullable=False),
    Column("progress", SmallInteger, nullable=False, server_default="0"),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("error", Text, nullable=True),
    moment("created_at"),
    moment("due_at"),
    moment("started_at", nullable=True),
    moment("finished_at", nullable=True),
    Column("worker", Text, nullable=True),
    moment("leased_until", nullable=True),
    CheckConstraint(f"state IN ({', '.join(repr(str(one)) for one in JobState)})", name="state"),
    CheckConstraint("(state = 'RUNNING') = (worker IS NOT NULL)", name="worker"),
    CheckConstraint("(worker IS NULL) = (leased_until IS NULL)", name="lease"),
    CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
    Index("ix_jobs_group_id", "organization_id", "group_id", "created_at", "job_id"),
)
Index("ix_jobs_waiting", jobs.c.due_at, postgresql_where=jobs.c.state == "WAITING")

_lease = func.now() + func.make_interval(0, 0, 0, 0, 0, 0, bindparam("seconds", type_=Float))
_held = (jobs.c.job_id == bindparam("in_job", type_=Uuid), jobs.c.worker == bindparam("by", type_=Text))
_CLAIMED = (
    jobs.c.job_id,
    jobs.c.kind,
    jobs.c.organization_id,
    jobs.c.group_id,
    jobs.c.object_key,
    jobs.c.attempts,
    jobs.c.worker,
)


class ClaimedJobRow(TypedDict):
    """A job that a worker has claimed, or lost."""

    job_id: UUID
    kind: str
    organization_id: UUID
    group_id: UUID | None
    object_key: UUID
    attempts: int
    worker: str | None


class JobRow(TypedDict):
    """A job."""

    typename: str
    organization_id: UUID
    group_id: UUID | None
    key: UUID
    kind: str
    state: str
    object_key: UUID
    scan_import_id: UUID | None
    progress: int
    attempts: int
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


COLUMNS: tuple[Expression, ...] = (
    typename("Job", digits="0d"),
    jobs.c.organization_id,
    jobs.c.group_id,
    jobs.c.job_id.label("key"),
    jobs.c.kind,
    jobs.c.state,
    jobs.c.object_key,
    case((jobs.c.kind == "scan_import", jobs.c.object_key)).label("scan_import_id"),
    jobs.c.progress,
    jobs.c.attempts,
    jobs.c.error,
    jobs.c.created_at,
    jobs.c.started_at,
    jobs.c.finished_at,
)
_seen = jobs.join(organizations, organizations.c.organization_id == jobs.c.organization_id)
"""Joined with the organization, so that row-level security holds."""

BY_KEY = Statement(
    select(*COLUMNS)
    .select_from(_seen)
    .where(
        jobs.c.organization_id == bindparam("organization_id", type_=Uuid),
        jobs.c.job_id == bindparam("key", type_=Uuid),
    ),
    JobRow,
)
ADD = Statement(
    insert(jobs).values(
        job_id=bindparam("job_id"),
        kind=bindparam("kind"),
        organization_id=bindparam("organization_id"),
        group_id=bindparam("group_id", value=None),
        object_key=bindparam("object_key"),
    )
)
_next = (
    select(jobs.c.job_id)
    .where(jobs.c.state == "WAITING", jobs.c.due_at <= func.now())
    .order_by(jobs.c.due_at)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
CLAIM = Statement(
    update(jobs)
    .where(jobs.c.job_id == _next)
    .values(
        state="RUNNING",
        worker=bindparam("worker", type_=Text),
        leased_until=_lease,
        attempts=jobs.c.attempts + 1,
        started_at=func.now(),
    )
    .returning(*_CLAIMED),
    ClaimedJobRow,
)
"""Takes the job that has been due for longest; returns no row if none is."""
RENEW = Statement(update(jobs).where(*_held).values(leased_until=_lease).returning(jobs.c.job_id))
"""Holds a job for longer; returns no row if it is no longer this worker's, as when it was cancelled."""
PROGRESS = Statement(update(jobs).where(*_held).values(progress=bindparam("percent", type_=SmallInteger)))
_ended = {"worker": None, "leased_until": None, "finished_at": func.clock_timestamp()}
SUCCEED = Statement(
    update(jobs).where(*_held).values(state="SUCCEEDED", progress=100, **_ended).returning(jobs.c.job_id)
)
"""Ends a job well; returns no row if it is no longer this worker's."""
FAIL = Statement(
    update(jobs)
    .where(*_held)
    .values(state="FAILED", error=bindparam("message", type_=Text), **_ended)
    .returning(jobs.c.job_id)
)
"""Ends a job badly; returns no row if it is no longer this worker's."""
LOST = Statement(
    select(jobs.c.job_id)
    .where(*_held, (jobs.c.leased_until < func.now()) | (jobs.c.worker == bindparam("dead_worker", type_=Text)))
    .with_for_update()
)
"""Locks a job whose worker is dead or silent; returns no row if it was renewed, or is somebody else's, by now."""
TRY_LATER = Statement(
    update(jobs)
    .where(*_held)
    .values(
        state="WAITING",
        worker=None,
        leased_until=None,
        error=bindparam("message", type_=Text),
        due_at=func.now() + func.make_interval(0, 0, 0, 0, 0, 0, bindparam("wait_seconds", type_=Float)),
    )
)
"""Lets a job that failed wait for its next attempt."""
RETRY = Statement(
    update(jobs)
    .where(jobs.c.job_id == bindparam("in_job", type_=Uuid), jobs.c.state == "FAILED")
    .values(state="WAITING", attempts=0, progress=0, error=None, due_at=func.now(), finished_at=None)
    .returning(jobs.c.job_id)
)
"""Begins a failed job anew; returns no row if it has not failed."""
CANCEL = Statement(
    update(jobs)
    .where(jobs.c.job_id == bindparam("in_job", type_=Uuid), or_(jobs.c.state == "WAITING", jobs.c.state == "RUNNING"))
    .values(state="CANCELLED", **_ended)
    .returning(jobs.c.job_id)
)
"""Ends a job that waits or runs, whoever runs it; returns no row if it has ended."""
ORPHANS = Statement(
    select(*_CLAIMED)
    .where((jobs.c.leased_until < func.now()) | (jobs.c.worker == bindparam("dead_worker", type_=Text)))
    .order_by(jobs.c.leased_until)
    .limit(bindparam("most", value=100, type_=Integer)),
    ClaimedJobRow,
)
REMOVE_OLD = Statement(delete(jobs).where(jobs.c.finished_at < func.now() - bindparam("ago", type_=Interval)))

OF_GROUP = PageQuery(
    _seen,
    row=JobRow,
    columns=COLUMNS,
    organization=jobs.c.organization_id,
    group=jobs.c.group_id,
    parent=jobs.c.group_id,
    key=jobs.c.job_id,
    orders={"CREATED_AT": (jobs.c.created_at, datetime)},
)
"""The jobs of a group."""
