"""What enters a result: the objects that the caller may see, each with the rights of its own place and no other's."""

from dataclasses import replace
from itertools import product
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from ariadne import QueryType
from graphql import ExecutionResult, GraphQLSchema, build_schema, execute, parse

from authz.actions import Action
from authz.caller import Caller
from authz.guards import enforce_user_level_auth_async
from authz.police import police
from authz.subject import Subject, place_of, seen_as
from bindings.lists import Spots
from bindings.rights import MOST_PLACES, rights_at
from bindings.seal import seal
from bindings.together import Spot, Together
from bindings.types import CarrierType, GuardedType
from database.page import Slice
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
    return sealed(SDL, query, board)


@pytest.fixture(scope="module")
def boards() -> GraphQLSchema:
    """Return the same with several boards, each with a list."""
    query, board = QueryType(), CarrierType("Board")
    query.set_field("boards", enforce_user_level_auth_async(Action.ORGANIZATION_CREATE)(_boards))
    board.carry("findings", lambda board: board["findings"])
    return sealed(SDL.replace("board: Board", "boards: [Board!]!").replace("first: Finding", ""), query, board)


def sealed(sdl: str, query: QueryType, board: CarrierType) -> GraphQLSchema:
    """Return a sealed schema of what carries findings."""
    finding = GuardedType("Finding", visible=Action.FINDING_READ)
    finding.expose(Action.FINDING_READ, "title")
    finding.expose(Action.FINDING_READ_REPORTER, "reportedBy")
    made = build_schema(sdl)
    bindables = [query, board, finding]
    for one in bindables:
        one.bind_to_schema(made)
    seal(made, bindables, [])
    return made


def request_of(subject: Subject | None) -> Caller:
    return Caller(None, None, None, None, subject, None)  # type: ignore[arg-type]  # nothing is loaded


async def awaited(result: Any) -> Any:
    return result if isinstance(result, ExecutionResult) else await result


async def _boards(root: Any, _: Any) -> Any:
    return root["boards"]


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
        result: Any = execute(schema, parse(query), root, request_of(subject), executor_class=executor)
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


def together(groups: tuple[UUID, ...], spots: dict[UUID, Spot]) -> list[Any]:
    """Return lists of findings, each in one group, that share the spots of their groups."""
    return [
        Together([record(group, number), record(group, number + 1)], spots.setdefault(group, Spot()))
        for number, group in enumerate(groups)
    ]


async def test_what_is_known_to_be_together_is_let_in_as_each_of_it_is(boards: GraphQLSchema) -> None:
    query = f"{{ boards {{ findings {READS} }} }}"
    document = parse(query)
    for groups in product(GROUPS, repeat=3):
        spots: dict[UUID, Spot] = {}
        known = [{"findings": one} for one in together(groups, spots)]
        apart = [{"findings": list(one["findings"].records)} for one in known]
        told = []
        for root in (known, apart):
            for executor in (executor_of(Plans(sightings=1)), None):
                caller = request_of(SUBJECT)
                told.append(await awaited(execute(boards, document, {"boards": root}, caller, executor_class=executor)))
        assert all(one.data == told[0].data for one in told)
        assert all([*map(str, one.errors or ())] == [*map(str, told[0].errors or ())] for one in told)
        shown = [board["findings"] for board in told[0].data["boards"]]
        assert [len(one) for one in shown] == [2 if group in ROLES else 0 for group in groups]
        assert [one[0]["reportedBy"] is not None for one in shown if one] == [
            group == REVIEWED for group in groups if group in ROLES
        ]


async def test_a_spot_says_nothing_to_another_request(boards: GraphQLSchema) -> None:
    """Nor after the roles were looked up again."""
    spots: dict[UUID, Spot] = {}
    root = {"boards": [{"findings": one} for one in together((REVIEWED,), spots)]}
    document = parse(f"{{ boards {{ findings {READS} }} }}")
    nobody = replace(SUBJECT, organization_roles={}, group_roles={})
    seen_as_user = replace(SUBJECT, view_as="group:USER")
    for subject, reports, count in (
        (SUBJECT, True, 2),
        (seen_as_user, False, 2),
        (nobody, False, 0),
        (SUBJECT, True, 2),
    ):
        caller = request_of(subject)
        result = await awaited(execute(boards, document, root, caller))
        findings = result.data["boards"][0]["findings"]
        assert len(findings) == count
        assert all((one["reportedBy"] is not None) is reports for one in findings)

    async def lost() -> Subject:
        return nobody

    caller = request_of(SUBJECT)
    assert len((await awaited(execute(boards, document, root, caller))).data["boards"][0]["findings"]) == 2
    caller.load_subject = lost
    caller.database = SimpleNamespace(reader=lambda _: None)  # type: ignore[assignment]  # nothing is read
    await caller.refresh()
    assert (await awaited(execute(boards, document, root, caller))).data["boards"][0]["findings"] == []


def test_who_looks_through_a_role_has_no_rights_of_who_does_not() -> None:
    subject, shop = replace(SUBJECT), record(REVIEWED, 1)
    own = rights_at(request_of(subject), shop)
    narrowed = seen_as(subject, "group:USER")
    assert narrowed is not None
    assert subject.rights
    assert not narrowed.rights
    seen = rights_at(request_of(narrowed), shop)
    assert seen != own
    assert (seen & own) == seen
    assert rights_at(request_of(subject), shop) == own


def test_rights_are_kept_of_so_many_places_and_of_each_place_its_own() -> None:
    subject, organization = replace(SUBJECT), {"typename": "Organization", "organization_id": CASTLE}
    group = {"typename": "Group", "organization_id": CASTLE, "group_id": REVIEWED}
    person = {"typename": "User", "user_id": SUBJECT.user_id}
    caller = request_of(subject)
    for one in (organization, group | {"plan": "ESSENTIAL"}, group | {"plan": "ADVANCED"}, person, record(FOREIGN, 1)):
        assert rights_at(caller, one) == police().mask(subject, place_of(one)) == rights_at(caller, one)
    assert len(subject.rights) == 5
    for number in range(2 * MOST_PLACES):
        elsewhere = record(UUID(int=1_000 + number), 1)
        assert rights_at(caller, elsewhere) == police().mask(subject, place_of(elsewhere))
        assert len(subject.rights) <= MOST_PLACES
    assert rights_at(request_of(None), record(REVIEWED, 1)) == 0


def part(*groups: UUID | None, known: bool = True) -> Slice:
    rows: list[Any] = [{"typename": "Finding", "organization_id": CASTLE, "group_id": group} for group in groups]
    return Slice(rows, more=False, group=groups[0] if known and groups else None)


def test_lists_of_one_group_that_follow_each_other_share_a_spot() -> None:
    spots = Spots()
    first, second = spots.nodes_of(part(USED, USED), CASTLE), spots.nodes_of(part(USED), CASTLE)
    assert isinstance(first, Together)
    assert isinstance(second, Together)
    assert first.spot is second.spot
    for group, organization in ((REVIEWED, CASTLE), (USED, TOWER), (USED, CASTLE)):
        other = spots.nodes_of(part(group), organization)
        assert isinstance(other, Together)
        assert other.spot is not first.spot
    assert spots.nodes_of(part(USED, known=False), CASTLE) == part(USED).rows
    of_groups = part(USED)
    of_groups.rows[0]["typename"] = "Group"
    assert spots.nodes_of(of_groups, CASTLE) == of_groups.rows, "each has a place of its own"
