"""addFinding, updateFinding and removeFinding."""

from dataclasses import asdict
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from ariadne import MutationType

from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_group_level_auth_async, require_login
from bindings.types import payload
from database import finding as findings
from database import vulnerability_source
from database.finding import FindingRow
from database.group import GroupRow
from database.scan_results import LOCK, landing_lock
from database.transition import Transitions
from domain.errors import NotFound
from domain.finding import FindingContent
from domain.identifiers import new_key
from enums.finding import FindingStatus

mutation = MutationType()


class AddFindingInput(TypedDict):
    """What a person reports."""

    title: str
    description: str
    recommendation: str
    severity_vector: NotRequired[str | None]
    cwe_ids: list[str]


class UpdateFindingInput(TypedDict, total=False):
    """What a person changes; what is absent or null stays."""

    title: str | None
    description: str | None
    recommendation: str | None
    severity_vector: str | None
    cwe_ids: list[str] | None


@mutation.field("addFinding")
@require_login
@enforce_group_level_auth_async(Action.FINDING_CREATE, by="groupName")
async def resolve_add_finding(
    _: None,
    info: Info,
    *,
    group: GroupRow,
    input: AddFindingInput,  # noqa: A002  # the contract's word
) -> dict[str, Any]:
    """Report a finding by hand."""
    caller = info.context
    content = FindingContent.write(**input)
    organization_id, finding_id = group["organization_id"], new_key()
    async with caller.changes(organization_id) as work:
        await work.run(
            findings.ADD,
            organization_id=organization_id,
            finding_id=finding_id,
            group_id=group["group_id"],
            status=str(FindingStatus.DRAFT),
            cve_ids=[],
            reported_by=caller.signed_in.email,
            **_columns(content),
        )
        work.record("add", "Finding", finding_id, {"title": content.title})
    return {"finding": await _read(info, organization_id, finding_id)}


@mutation.field("updateFinding")
@require_login
@enforce_group_level_auth_async(Action.FINDING_UPDATE, by="findingId")
async def resolve_update_finding(
    _: None,
    info: Info,
    *,
    finding: FindingRow,
    input: UpdateFindingInput,  # noqa: A002  # the contract's word
) -> dict[str, Any]:
    """Change what is said about a finding."""
    caller = info.context
    organization_id, finding_id = finding["organization_id"], finding["key"]
    async with caller.changes(organization_id) as work:
        if await work.run_one(findings.LOCK, organization_id=organization_id, key=finding_id) is None:
            raise NotFound("The finding was removed at this moment.", argument="findingId")
        current = await work.run_required(findings.BY_KEY, organization_id=organization_id, key=finding_id)
        changed = _content_of(current).update(**input)
        await work.run(findings.UPDATE, organization_id=organization_id, key=finding_id, **_columns(changed))
        work.record("update", "Finding", finding_id, {"changed": sorted(input)})
    return {"finding": await _read(info, organization_id, finding_id)}


@mutation.field("removeFinding")
@require_login
@enforce_group_level_auth_async(Action.FINDING_REMOVE, by="findingId")
async def resolve_remove_finding(_: None, info: Info, *, finding: FindingRow) -> dict[str, Any]:
    """Remove a finding with all its vulnerabilities; return it as it was."""
    caller = info.context
    organization_id, finding_id = finding["organization_id"], finding["key"]
    async with caller.changes(organization_id) as work:
        await work.connection.execute(LOCK, landing_lock(organization_id, finding["group_id"]))
        if await work.run_one(findings.REMOVE, organization_id=organization_id, key=finding_id) is None:
            raise NotFound("The finding was removed at this moment.", argument="findingId")
        await work.connection.execute(vulnerability_source.REMOVE_OF_FINDING, organization_id, finding_id)
        await Transitions(work, organization_id, finding["group_id"]).remove(finding_id)
        work.record("remove", "Finding", finding_id, {"title": finding["title"]})
    return {"finding": finding}


def _content_of(row: FindingRow) -> FindingContent:
    return FindingContent(
        title=row["title"],
        description=row["description"],
        recommendation=row["recommendation"],
        severity_vector=row["severity_vector"],
        severity_tenths=row["severity_tenths"],
        cwe_ids=tuple(row["cwe_ids"]),
    )


def _columns(content: FindingContent) -> dict[str, Any]:
    return {**asdict(content), "cwe_ids": list(content.cwe_ids)}


async def _read(info: Info, organization_id: UUID, finding_id: UUID) -> FindingRow | None:
    return await info.context.reader.fetch_one(findings.BY_KEY, organization_id=organization_id, key=finding_id)


BINDABLES = [
    mutation,
    payload("AddFindingPayload", "finding"),
    payload("UpdateFindingPayload", "finding"),
    payload("RemoveFindingPayload", "finding"),
]
