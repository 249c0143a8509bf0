"""retryJob and cancelJob."""

from typing import Any

from ariadne import MutationType

from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_group_level_auth_async, require_login
from bindings.types import payload
from database.job import BY_KEY, JobRow
from jobs.queue import cancel_job, retry_job

mutation = MutationType()


@mutation.field("retryJob")
@require_login
@enforce_group_level_auth_async(Action.JOB_RETRY, by="jobId")
async def resolve_retry_job(_: None, info: Info, *, job: JobRow) -> dict[str, Any]:
    """Begin a failed job anew."""
    async with info.context.changes(job["organization_id"]) as work:
        await retry_job(work, job)
    return {"job": await _read(info, job)}


@mutation.field("cancelJob")
@require_login
@enforce_group_level_auth_async(Action.JOB_CANCEL, by="jobId")
async def resolve_cancel_job(_: None, info: Info, *, job: JobRow) -> dict[str, Any]:
    """End a job that waits or runs."""
    async with info.context.changes(job["organization_id"]) as work:
        await cancel_job(work, job)
    return {"job": await _read(info, job)}


async def _read(info: Info, job: JobRow) -> JobRow | None:
    return await info.context.reader.fetch_one(BY_KEY, organization_id=job["organization_id"], key=job["key"])


BINDABLES = [mutation, payload("RetryJobPayload", "job"), payload("CancelJobPayload", "job")]
"""What this module binds to the schema."""
