"""Queues the work that outlives a request: stored in the transaction that asks for it, so that it cannot be lost."""

import asyncio
import hashlib
from dataclasses import dataclass
from uuid import UUID

from authz.caller import Caller
from database import job, root, scan_import
from database.group import GroupRow
from database.job import ClaimedJobRow, JobRow
from database.unit_of_work import UnitOfWork
from domain.errors import Conflict, RateLimited
from domain.identifiers import new_key
from domain.scan_import import ImportRequest
from enums.scan_import import ScanImportStatus
from jobs.kind import kinds

MOST_UNFINISHED = 20
JOBS_TOPIC = "jobs"
CANCELLED = "It was cancelled."
"""The topic on which workers hear that there is something to do."""


def import_topic(organization_id: UUID, key: UUID) -> str:
    """Return the topic on which an import's progress is told."""
    return f"import:{organization_id.hex}:{key.hex}"


@dataclass(frozen=True, slots=True)
class Queued:
    """An import that a report belongs to, and whether it had been sent before."""

    key: UUID
    known: bool


async def queue_import(caller: Caller, group: GroupRow, request: ImportRequest) -> Queued:
    """Store a report and queue its import; the same report or idempotency key again is the import that there is."""
    organization_id, group_id = group["organization_id"], group["group_id"]
    root_id = await root.key_of(caller.reader, organization_id, group_id, request.root_nickname)
    digest = await asyncio.to_thread(hashlib.sha256, request.file.content)  # other requests go on meanwhile
    file_hash = digest.hexdigest()
    async with caller.changes(organization_id) as work:
        await work.connection.execute(scan_import.LOCK_QUEUE, f"queue:{organization_id.hex}:{group_id.hex}")
        known = await _by_idempotency_key(work, group, request, root_id, file_hash)
        known = known or await _by_bytes(work, group, request, root_id, file_hash)
        if known is not None:
            return Queued(known, known=True)
        waiting = await work.run_required(scan_import.UNFINISHED, organization_id=organization_id, group_id=group_id)
        if waiting["count"] >= MOST_UNFINISHED:
            raise RateLimited(f"{MOST_UNFINISHED} imports of this group wait or run: try again when some have ended.")
        return Queued(await _add(caller, work, group, request, root_id, file_hash), known=False)


async def _by_idempotency_key(
    work: UnitOfWork, group: GroupRow, request: ImportRequest, root_id: UUID | None, file_hash: str
) -> UUID | None:
    """Return the import that has the request's idempotency key; raise Conflict if it is of another file or target."""
    if request.idempotency_key is None:
        return None
    known = await work.run_one(
        scan_import.BY_IDEMPOTENCY_KEY,
        organization_id=group["organization_id"],
        group_id=group["group_id"],
        idempotency_key=request.idempotency_key,
    )
    if known is None:
        return None
    if known["file_hash"] != file_hash:
        raise Conflict("Another file was sent with this `idempotencyKey`.", argument="idempotencyKey")
    if (known["root_id"], known["branch"], known["category"]) != (root_id, request.branch, request.category):
        raise Conflict(
            "This file was sent with this `idempotencyKey` for another root, branch or category.",
            argument="idempotencyKey",
        )
    key: UUID = known["scan_import_id"]
    return key


async def _by_bytes(
    work: UnitOfWork, group: GroupRow, request: ImportRequest, root_id: UUID | None, file_hash: str
) -> UUID | None:
    """Return the import of the very same report for the same target, if it is still the last one there."""
    key: UUID | None = await work.connection.fetchval(
        scan_import.SAME_BYTES,
        group["organization_id"],
        group["group_id"],
        file_hash,
        root_id,
        request.branch,
        request.category,
        request.commit,
        request.partial,
        request.strict,
        request.allow_mass_close,
    )
    return key


async def _add(
    caller: Caller, work: UnitOfWork, group: GroupRow, request: ImportRequest, root_id: UUID | None, file_hash: str
) -> UUID:
    organization_id, key = group["organization_id"], new_key()
    await work.run(
        scan_import.ADD,
        organization_id=organization_id,
        scan_import_id=key,
        group_id=group["group_id"],
        root_id=root_id,
        status=str(ScanImportStatus.QUEUED),
        file_name=request.file.name,
        file_size=len(request.file.content),
        file_hash=file_hash,
        branch=request.branch,
        commit=request.commit,
        category=request.category,
        strict=request.strict,
        partial=request.partial,
        allow_mass_close=request.allow_mass_close,
        idempotency_key=request.idempotency_key,
        started_by=caller.signed_in.user_id,
    )
    await work.run(
        scan_import.ADD_FILE, organization_id=organization_id, scan_import_id=key, content=request.file.content
    )
    await work.run(
        job.ADD,
        job_id=new_key(),
        kind="scan_import",
        organization_id=organization_id,
        group_id=group["group_id"],
        object_key=key,
    )
    work.record("start", "ScanImport", key, {"file": request.file.name})
    work.tell(JOBS_TOPIC)
    return key


async def retry_job(work: UnitOfWork, row: JobRow) -> None:
    """Begin a failed job anew; raise Conflict unless it has failed and its kind of work can be tried again."""
    kind = kinds().get(row["kind"])
    if kind is not None and kind.cannot_be_retried is not None:
        raise Conflict(kind.cannot_be_retried, argument="jobId")
    if await work.run_one(job.RETRY, in_job=row["key"]) is None:
        raise Conflict(f"The job is {row['state']}: only one that has failed can be begun anew.", argument="jobId")
    work.record("retry", "Job", row["key"], {"kind": row["kind"]})
    work.tell(JOBS_TOPIC)


async def cancel_job(work: UnitOfWork, row: JobRow) -> None:
    """End a job that waits or runs, and what it is for; raise Conflict if it has ended."""
    if await work.run_one(job.CANCEL, in_job=row["key"]) is None:
        raise Conflict(f"The job has ended: it is {row['state']}.", argument="jobId")
    claimed = ClaimedJobRow(
        job_id=row["key"],
        kind=row["kind"],
        organization_id=row["organization_id"],
        group_id=row["group_id"],
        object_key=row["object_key"],
        attempts=row["attempts"],
        worker=None,
    )
    if (kind := kinds().get(row["kind"])) is not None:
        await kind.end(work, claimed, CANCELLED)
    work.record("cancel", "Job", row["key"], {"kind": row["kind"]})
