"""importScan."""

from typing import Any

from ariadne import MutationType

from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_group_level_auth_async, require_login
from bindings.types import payload
from database import scan_import
from database.group import GroupRow
from domain.scan_import import ImportRequest
from domain.upload import UploadedFile
from jobs.queue import queue_import

mutation = MutationType()


@mutation.field("importScan")
@require_login
@enforce_group_level_auth_async(Action.SCAN_IMPORT_CREATE, by="groupName")
async def resolve_import_scan(  # one argument each of the contract
    _: None,
    info: Info,
    *,
    group: GroupRow,
    file: UploadedFile,
    root_nickname: str | None = None,
    branch: str | None = None,
    commit: str | None = None,
    category: str | None = None,
    idempotency_key: str | None = None,
    strict: bool = False,
    partial: bool = False,
    allow_mass_close: bool = False,
) -> dict[str, Any]:
    """Store the report and queue its import; return the import, which a worker will run."""
    caller = info.context
    request = ImportRequest.check(
        file=file,
        most_bytes=caller.most_upload_bytes,
        root_nickname=root_nickname,
        branch=branch,
        commit=commit,
        category=category,
        idempotency_key=idempotency_key,
        strict=bool(strict),
        partial=bool(partial),
        allow_mass_close=bool(allow_mass_close),
    )
    queued = await queue_import(caller, group, request)
    row = await caller.reader.fetch_one(scan_import.BY_KEY, organization_id=group["organization_id"], key=queued.key)
    return {"scanImport": row, "alreadyImported": queued.known}


BINDABLES = [mutation, payload("ImportScanPayload", "scanImport", "alreadyImported")]
