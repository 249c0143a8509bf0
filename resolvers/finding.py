"""Finding."""

from typing import Any

from ariadne import QueryType

from authz.actions import Action
from authz.caller import Info
from authz.guards import require_login
from authz.nouns import Noun, declare
from bindings.lists import ListInputs
from bindings.types import GuardedType, connection
from database import group, vulnerability
from database.derived import SEVERITY_RATING, SEVERITY_SCORE
from database.finding import BY_KEY, BY_KEYS
from resolvers.enrichment import enrichments_by
from resolvers.vulnerability import LIST_INPUTS as VULNERABILITY_INPUTS
from resolvers.weakness import weaknesses

query = QueryType()
FINDING = declare(Noun("Finding", Action.FINDING_READ, argument="findingId", one=BY_KEY, several=BY_KEYS))
finding = GuardedType.of(FINDING)
finding.expose(
    Action.FINDING_READ,
    "title",
    "description",
    "recommendation",
    "status",
    "severityVector",
    "cweIds",
    "cveIds",
    "tool",
    "ruleId",
    "createdAt",
    "updatedAt",
    severityScore=SEVERITY_SCORE,
    severityRating=SEVERITY_RATING,
)
finding.expose(Action.FINDING_READ_REPORTER, "reportedBy")
finding.one("group", group.BY_KEYS, "group_id", visible=Action.GROUP_READ)
finding.several("enrichments", enrichments_by("key"), action=Action.FINDING_READ)
finding.several("weaknesses", weaknesses, action=Action.FINDING_READ)
finding.relation(
    "vulnerabilities",
    vulnerability.OF_FINDING,
    visible=Action.VULNERABILITY_READ,
    order="SEVERITY_SCORE",
    descending=True,
    inputs=VULNERABILITY_INPUTS,
)

LIST_INPUTS = ListInputs(
    "Finding",
    filter_name="FindingFilter",
    filters={"status": "status", "min_severity_rating": "severityRating", "tool": "tool"},
    order_name="FindingOrder",
    order_enum="FindingOrderField",
    orders={"CREATED_AT": "createdAt", "SEVERITY_SCORE": "severityScore", "TITLE": "title"},
)


@query.field("finding")
@require_login
async def resolve_finding(_: None, info: Info, *, id: str) -> Any:  # noqa: A002  # the contract's word
    """Return the finding of this id."""
    return await FINDING.find(info.context.reader, id)


BINDABLES = [query, finding, *connection("Finding")]
