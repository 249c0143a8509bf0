"""Export."""

import asyncio
from collections.abc import Callable
from operator import attrgetter

from ariadne import QueryType

from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_group_level_auth_async, require_login
from bindings.types import CarrierType
from database import export, root
from database.export import ExportRow
from database.group import GroupRow
from domain.errors import BadUserInput
from domain.severity import score_of
from enums.export import ExportFormat
from scans import cyclonedx_export, plain_csv, sarif_export
from scans.exported import Export, Record

query = QueryType()
exported = CarrierType("Export")
for _field, _attribute in {
    "fileName": "file_name",
    "mediaType": "media_type",
    "content": "content",
    "results": "results",
}.items():
    exported.carry(_field, attrgetter(_attribute))

_WRITERS: dict[ExportFormat, Callable[[list[Record], str], Export]] = {
    ExportFormat.SARIF: sarif_export.write,
    ExportFormat.CSV: plain_csv.write,
    ExportFormat.CYCLONEDX_VEX: cyclonedx_export.write,
}


@query.field("export")
@require_login
@enforce_group_level_auth_async(Action.VULNERABILITY_READ, by="groupName")
async def resolve_export(
    _: None,
    info: Info,
    *,
    group: GroupRow,
    format: ExportFormat,  # noqa: A002  # the contract's word
    root_nickname: str | None = None,
    branch: str | None = None,
    tool: str | None = None,
) -> Export:
    """Return what is wrong in a group as a file."""
    reader = info.context.reader
    place = {"organization_id": group["organization_id"], "group_id": group["group_id"]}
    root_id = await root.key_of(reader, group["organization_id"], group["group_id"], root_nickname)
    rows = await reader.fetch_joined(
        export.ROWS, **place, root_id=root_id, branch=branch, tool=tool, most=export.MOST_ROWS + 1
    )
    if len(rows) > export.MOST_ROWS:
        raise BadUserInput(
            f"The export has more than {export.MOST_ROWS:,} results: keep to a `rootNickname`, a `branch` or a `tool`."
        )
    try:
        return await asyncio.to_thread(_WRITERS[format], [_record(row) for row in rows], group["name"])
    except sarif_export.TooManyRuns as error:
        raise BadUserInput(f"{error} Keep to a `rootNickname`, a `branch` or a `tool`.") from None


def _record(row: ExportRow) -> Record:
    scores = {"rule_severity": score_of(row["rule_tenths"]), "severity": score_of(row["severity_tenths"])}
    return {**row, **scores}


BINDABLES = [query, exported]
