"""Queues the work that outlives a request: stored in the transaction that asks for it, so that it cannot be lost."""

import hashlib
from typing import Any
from uuid import UUID

from authz.caller import Caller
from database import job, root, scan_import
from domain.errors import Conflict, RateLimited
from domain.identifiers import new_key
from domain.scan_import import ImportRequest
from enums.scan_import import ScanImportStatus

MOST_UNFINISHED = 20
JOBS_TOPIC = "jobs"
"""The topic on which workers hear that there is something to do."""


def import_topic(organization_id: UUID, key: UUID) -> str:
    """Return the topic on which an import's progress is told."""
    return f"import:{organization_id.hex}:{key.hex}"


async def queue_import(caller: Caller, group: Any, request: ImportRequest) -> UUID:
    """Store a report and queue its import; return the import's key, the earlier one's for a known idempotency key."""
    organization_id, group_id = group["organization_id"], group["group_id"]
    root_id = await root.key_of(caller.reader, organization_id, group_id, request.root_nickname)
    key, file_hash = new_key(), hashlib.sha256(request.file.content).hexdigest()
    async with caller.changes(organization_id) as work:
        waiting = await work.run_one(scan_import.UNFINISHED, organization_id=organization_id, group_id=group_id)
        if waiting[0] >= MOST_UNFINISHED:
            raise RateLimited(f"{MOST_UNFINISHED} imports of this group wait or run: try again when some have ended.")
        added = await work.run_one(
            scan_import.ADD,
            organization_id=organization_id,
            scan_import_id=key,
            group_id=group_id,
            root_id=root_id,
            status=str(ScanImportStatus.QUEUED),
            file_name=request.file.name,
            file_size=len(request.file.content),
            file_hash=file_hash,
            branch=request.branch,
            commit=request.commit,
            category=request.category,
            strict=request.strict,
            idempotency_key=request.idempotency_key,
            started_by=caller.signed_in.user_id,
        )
        if added is None:
            known = await work.run_one(
                scan_import.BY_IDEMPOTENCY_KEY,
                organization_id=organization_id,
                group_id=group_id,
                idempotency_key=request.idempotency_key,
            )
            if known is None:
                raise Conflict("The same import was sent at the same moment. Try again.", argument="idempotencyKey")
            if known["file_hash"] != file_hash:
                raise Conflict("Another file was sent with this `idempotencyKey`.", argument="idempotencyKey")
            known_key: UUID = known["scan_import_id"]
            return known_key
        await work.run(
            scan_import.ADD_FILE, organization_id=organization_id, scan_import_id=key, content=request.file.content
        )
        await work.run(job.ADD, job_id=new_key(), kind="scan_import", organization_id=organization_id, object_key=key)
        work.record("start", "ScanImport", key, {"file": request.file.name})
        work.tell(JOBS_TOPIC)
    return key
