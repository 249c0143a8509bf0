"""ScanImport, and the records that one had to reject."""

from typing import Any

from ariadne import QueryType

from authz.actions import Action
from authz.caller import Info
from authz.guards import require_login
from authz.nouns import Noun, declare
from bindings.types import GuardedType, connection
from database import group, root, scan_import_rejection
from database.scan_import import BY_KEY, BY_KEYS, COUNTS

query = QueryType()
SCAN_IMPORT = declare(Noun("ScanImport", Action.SCAN_IMPORT_READ, argument="importId", one=BY_KEY, several=BY_KEYS))
scan_import = GuardedType.of(SCAN_IMPORT)
scan_import.expose(
    Action.SCAN_IMPORT_READ,
    "status",
    "progress",
    "fileName",
    "fileSize",
    "branch",
    "commit",
    "category",
    "strict",
    "partial",
    "allowMassClose",
    "format",
    "warnings",
    "tools",
    *COUNTS,
    "error",
    "createdAt",
    "startedAt",
    "finishedAt",
)
scan_import.one("group", group.BY_KEYS, "group_id", visible=Action.GROUP_READ)
scan_import.one("root", root.BY_KEYS, "root_id", visible=Action.ROOT_READ)
scan_import.relation("rejections", scan_import_rejection.OF_IMPORT, visible=Action.SCAN_IMPORT_READ, order="ORDINAL")

rejection = GuardedType("ScanImportRejection", visible=Action.SCAN_IMPORT_READ)
rejection.expose(Action.SCAN_IMPORT_READ, "pointer", "reason")


@query.field("scanImport")
@require_login
async def resolve_scan_import(_: None, info: Info, *, id: str) -> Any:  # noqa: A002  # the contract's word
    """Return the import of this id."""
    return await SCAN_IMPORT.find(info.context.reader, id)


BINDABLES = [query, scan_import, rejection, *connection("ScanImport"), *connection("ScanImportRejection")]
