"""What enters a result: the objects that the caller may see, each with the rights of its own place and no other's."""

from dataclasses import replace
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from ariadne import QueryType
from graphql import ExecutionResult, GraphQLSchema, build_schema, execute, parse

from authz.actions import Action
from authz.bindings import CarrierType, GuardedType
from authz.caller import Caller
from authz.guards import enforce_user_level_auth_async
from authz.seal import seal
from authz.subject import Subject
from engine.executor import executor_of
from engine.plans import Plans
from enums.group import GroupRole
from enums.organization import OrganizationRole
from enums.user import UserRole

SDL = """
type Query { board: Board }
type Board { findings: [Finding!]!  first: Finding }
type Finding { title: String!  reportedBy: String }
"""
CASTLE, TOWER = UUID(int=1), UUID(int=2)
REVIEWED, USED, CLOSED, FOREIGN = (UUID(int=number) for number in (11, 12, 13, 14))
ROLES = {REVIEWED: GroupRole.REVIEWER, USED: GroupRole.USER}
SUBJECT = Subject(
    user_id=UUID(int=9),
    email="reader@adarve.example",
    name="Reader",
    role=UserRole.USER,
    organization_roles={CASTLE: OrganizationRole.USER},
    group_roles=ROLES,
    organizations=frozenset({CASTLE}),
)
READS = "{ title reportedBy }"
GROUPS = [REVIEWED, USED, CLOSED, FOREIGN]


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """Return a sealed schema of findings that are read where they are, as a plan reads them."""
    query, board = QueryType(), CarrierType("Board")
    query.set_field("board", enforce_user_level_auth_async(Action.ORGANIZATION_CREATE)(_root))
    board.carry("findings", lambda board: board["findings"])
    board.carry("first", lambda board: next(iter(board["findings"]), None))
    finding = GuardedType("Finding", visible=Action.FINDING_READ)
    finding.expose(Action.FINDING_READ, "title")
    finding.expose(Action.FINDING_READ_REPORTER, "reportedBy")
    made = build_schema(SDL)
    bindables = [query, board, finding]
    for one in bindables:
        one.bind_to_schema(made)
    seal(made, bindables, [])
    return made


async def _root(board: Any, _: Any) -> Any:
    return board


def record(group: UUID, number: int) -> dict[str, Any]:
    organization = TOWER if group == FOREIGN else CASTLE
    place = {"organization_id": organization, "group_id": group}
    return {"typename": "Finding", **place, "title": f"title {number}", "reported_by": f"reporter {number}"}


async def ask(schema: GraphQLSchema, query: str, groups: tuple[UUID, ...], subject: Subject) -> ExecutionResult:
    """Return what a plan says, which is what graphql-core says."""
    root = {"findings": [record(group, number) for number, group in enumerate(groups)]}
    plans, told = Plans(sightings=1), []
    for executor in (executor_of(plans), None):
        caller = Caller(None, None, None, None, subject, None)  # type: ignore[arg-type]  # nothing is loaded
        result: Any = execute(schema, parse(query), root, caller, executor_class=executor)
        told.append(await result)
    assert plans.counts.compiled == 1
    compiled, reference = told
    assert isinstance(compiled, ExecutionResult)
    assert isinstance(reference, ExecutionResult)
    assert compiled.data == reference.data
    assert list(map(str, compiled.errors or ())) == list(map(str, reference.errors or ()))
    return compiled


@pytest.mark.parametrize("count", range(4))
async def test_each_object_gives_the_rights_of_its_own_place(schema: GraphQLSchema, count: int) -> None:
    for groups in product(GROUPS, repeat=count):
        result = await ask(schema, f"{{ board {{ findings {READS} first {READS} }} }}", groups, SUBJECT)
        expected = [
            {"title": f"title {number}", "reportedBy": f"reporter {number}" if group == REVIEWED else None}
            for number, group in enumerate(groups)
            if group in ROLES
        ]
        assert result.data is not None
        assert result.data["board"]["findings"] == expected
        first = expected[0] if groups and groups[0] in ROLES else None
        assert result.data["board"]["first"] == first
        refused = [number for number, one in enumerate(expected) if one["reportedBy"] is None]
        paths = [["board", "findings", number, "reportedBy"] for number in refused]
        paths += [["board", "first", "reportedBy"]] if first is not None and first["reportedBy"] is None else []
        assert [one.path for one in result.errors or ()] == paths


async def test_who_looks_through_a_role_gives_no_more_than_it(schema: GraphQLSchema) -> None:
    seen_as_user = replace(SUBJECT, view_as="group:USER")
    result = await ask(schema, f"{{ board {{ findings {READS} }} }}", (REVIEWED, REVIEWED), seen_as_user)
    assert result.data == {"board": {"findings": [{"title": f"title {one}", "reportedBy": None} for one in range(2)]}}
