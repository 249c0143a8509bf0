"""CveEnrichment."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from authz.caller import Info
from bindings.types import PublicType
from database.enrichment import OF_FINDINGS, PARTS, CveEnrichmentRow
from database.row import AnyRow


def _part(name: str) -> Callable[[Any], float | None]:
    return lambda record: None if record[name] is None else record[name] / PARTS


enrichment = PublicType(
    "CveEnrichment",
    cveId=lambda record: record["cve_id"],
    epssScore=_part("epss_score"),
    epssPercentile=_part("epss_percentile"),
    epssDate=lambda record: record["epss_date"],
    knownExploited=lambda record: record["kev_added"] is not None,
    kevAdded=lambda record: record["kev_added"],
    kevDue=lambda record: record["kev_due"],
    knownRansomware=lambda record: bool(record["kev_ransomware"]),
    kevDate=lambda record: record["kev_date"],
)


def enrichments_by(column: str) -> Callable[[Sequence[AnyRow], Info], Awaitable[list[list[CveEnrichmentRow]]]]:
    """Return what resolves the enrichments of objects whose finding is named by a column, in one statement."""

    async def resolve_all(parents: Sequence[AnyRow], info: Info) -> list[list[CveEnrichmentRow]]:
        rows = await info.context.reader.fetch(
            OF_FINDINGS,
            organizations=list({parent["organization_id"] for parent in parents}),
            keys=list({parent[column] for parent in parents}),
        )
        found: dict[tuple[object, object], list[CveEnrichmentRow]] = defaultdict(list)
        for row in rows:
            found[(row["organization_id"], row["finding_id"])].append(row)
        return [found[(parent["organization_id"], parent[column])] for parent in parents]

    return resolve_all


BINDABLES = [enrichment]
"""What this module binds to the schema."""
