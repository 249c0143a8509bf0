"""BIG behind the guards of the server: the schema of the bench bound and sealed as that of the server, over rows."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from ariadne import QueryType, make_executable_schema
from asyncpg.pgproto import pgproto
from graphql import GraphQLSchema

from authz.actions import Action
from authz.caller import Caller
from authz.guards import Guard, mark, require_login
from authz.subject import Subject
from bench.memory_world import SDL, world
from bindings.seal import seal
from bindings.together import Spot, Together
from bindings.types import GuardedType
from domain.identifiers import new_key
from engine.reading import Column
from enums.group import GroupRole
from enums.organization import OrganizationRole
from enums.user import UserRole

NULLABLE_GROUPS = SDL.replace("groups: [Group!]!", "groups: [Group!]")
"""The bench's schema as it can be guarded: who may see an organization need not see its groups, says the policy."""
_SCALARS = {
    "Organization": (Action.ORGANIZATION_READ, ()),
    "Group": (Action.GROUP_READ, ("id", "name", "plan", "description", "score")),
    "Finding": (
        Action.FINDING_READ,
        ("id", "title", "status", "severityScore", "severityRating", "createdAt", "line", "tool", "ruleId"),
    ),
    "Vulnerability": (Action.VULNERABILITY_READ, ("id", "path", "line", "state", "severityScore")),
}
_LISTS = {
    "Organization": ("groups", Action.GROUP_READ),
    "Group": ("findings", Action.FINDING_READ),
    "Finding": ("vulnerabilities", Action.VULNERABILITY_READ),
}
_REPORTERS = {"Finding": Action.FINDING_READ_REPORTER, "Vulnerability": Action.VULNERABILITY_READ_REPORTER}


@dataclass(frozen=True)
class GuardedWorld:
    """A sealed schema over rows of one organization, and who asks."""

    schema: GraphQLSchema
    roots: dict[str, Any]
    organization_id: UUID
    groups: list[UUID]

    def subject(self, role: GroupRole) -> Subject:
        """Return somebody who has this role in every group."""
        return Subject(
            user_id=new_key(),
            email="somebody@adarve.example",
            name="Somebody",
            role=UserRole.USER,
            organization_roles={self.organization_id: OrganizationRole.USER},
            group_roles=dict.fromkeys(self.groups, role),
            organizations=frozenset({self.organization_id}),
        )


def request_of(subject: Subject | None) -> Caller:
    """Return a request of somebody, or of nobody."""
    nothing = cast("Any", None)  # what is in memory asks nobody
    return Caller(nothing, nothing, nothing, nothing, subject, nothing)


def guarded_world() -> GuardedWorld:
    """Return the rows of BIG as a relation reads them from PostgreSQL, and the schema that guards them."""
    organization_id, roots = _key(), world(dict)
    groups = [_key() for _ in roots["organization"]["groups"]]
    _place(roots["organization"], "Organization", organization_id)
    for group_id, group in zip(groups, roots["organization"]["groups"], strict=True):
        _place(group, "Group", organization_id, group_id=group_id, plan="ADVANCED")
        of_findings, of_vulnerabilities = Spot(), Spot()
        for finding in group["findings"]:
            _place(finding, "Finding", organization_id, group_id=group_id)
            for vulnerability in finding["vulnerabilities"]:
                _place(vulnerability, "Vulnerability", organization_id, group_id=group_id)
            finding["unguarded_vulnerabilities"] = finding["vulnerabilities"]
            finding["vulnerabilities"] = Together(finding["vulnerabilities"], of_vulnerabilities)
        group["unguarded_findings"] = group["findings"]
        group["findings"] = Together(group["findings"], of_findings)
    return GuardedWorld(_sealed(roots), roots, organization_id, groups)


def _key() -> UUID:
    """Return an id as asyncpg makes it."""
    return pgproto.UUID(new_key().bytes)


def _place(row: dict[str, Any], typename: str, organization_id: UUID, **more: Any) -> None:
    """Give a row what tells where it is; each has objects of its own for the ids, as asyncpg makes them."""
    row |= {"typename": typename, "organization_id": organization_id, **more}
    row |= {name: pgproto.UUID(one.bytes) for name, one in row.items() if isinstance(one, UUID)}


def _sealed(roots: dict[str, Any]) -> GraphQLSchema:
    query = QueryType()
    for name in ("organization", "medium", "small"):
        query.set_field(name, require_login(lambda *_, name=name: roots[name]))
    bound = [_bound(name) for name in _SCALARS]
    schema = make_executable_schema(NULLABLE_GROUPS, [query, *bound])
    seal(schema, bound, [])
    return schema


def _bound(name: str) -> GuardedType:
    visible, scalars = _SCALARS[name]
    bound = GuardedType(name, visible=visible)
    bound.expose(visible, **{field: field for field in scalars})
    if name in _REPORTERS:
        bound.expose(_REPORTERS[name], reportedBy="reportedBy")
    if name in _LISTS:
        field, action = _LISTS[name]
        bound.set_field(field, mark(Column(field), Guard("relation", action)))
    return bound
