"""Why something is allowed or refused: by role and rule, and nothing of what the caller may not see."""

import pytest
from graphql import GraphQLSchema

from authz.subject import seen_as
from bindings.coordinates import names_of, requirements_of
from tests.world import PEOPLE, World

EXPLAIN = """query ($coordinate: String!, $on: ID) { explainAccess(coordinate: $coordinate, on: $on) {
  coordinate allowed action role rule allowedRoles plan message } }"""
SHOP, WAREHOUSE = (f'{{ group(name: "{name}") {{ id }} }}' for name in ("shop", "warehouse"))


async def explain(world: World, person: str, coordinate: str, on: str | None = None) -> dict:
    return (await world.get(person, EXPLAIN, coordinate=coordinate, on=on))["explainAccess"]


async def shop(world: World, query: str = SHOP) -> str:
    return (await world.get("admin", query))["group"]["id"]


async def test_what_is_allowed_is_explained_by_role_and_rule(world: World) -> None:
    told = await explain(world, "hacker", "Finding.reportedBy", await world.add_finding())
    assert (told["allowed"], told["role"]) == (True, "group:HACKER")
    assert told["rule"] == "p, group:HACKER, finding:read_reporter, any"
    told = await explain(world, "organization_manager", "Finding.title", await world.add_finding())
    assert (told["role"], told["rule"]) == ("organization:ORGANIZATION_MANAGER", "p, group:USER, finding:read, any")


async def test_what_is_refused_is_explained_by_who_would_be_allowed(world: World) -> None:
    told = await explain(world, "group_manager", "Finding.reportedBy", await world.add_finding())
    assert (told["allowed"], told["role"], told["rule"]) == (False, None, None)
    assert set(told["allowedRoles"]) == {
        "user:ADMIN", "group:REVIEWER", "group:HACKER", "group:ARCHITECT"
    }  # fmt: skip
    assert "group:HACKER" in told["message"]


async def test_what_the_plan_lacks_is_explained_by_the_plan(world: World) -> None:
    told = await explain(world, "organization_manager", "Mutation.addFinding", await shop(world, WAREHOUSE))
    assert (told["allowed"], told["plan"], told["action"]) == (False, "ADVANCED", "FINDING_CREATE")
    assert "ESSENTIAL" in told["message"]
    told = await explain(world, "organization_manager", "Mutation.addFinding", await shop(world))
    assert (told["allowed"], told["plan"]) == (True, None)


async def test_what_is_public_and_what_is_the_own_needs_no_object(world: World) -> None:
    assert (await explain(world, "user", "Query.me"))["message"] == "`Query.me` is public."
    assert (await explain(world, "user", "Session.createdAt"))["role"] == "self:OWNER"
    assert (await explain(world, "user", "Finding.title"))["allowed"] is False


async def test_an_object_that_is_not_seen_is_absent(world: World) -> None:
    finding = await world.add_finding()
    messages = set()
    for on in (finding, finding[:-1] + ("0" if finding[-1] != "0" else "1")):
        answer = await world.ask("stranger", EXPLAIN, coordinate="Finding.title", on=on)
        assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        messages.add(answer["errors"][0]["message"].replace(on, "ID"))
    assert len(messages) == 1


@pytest.mark.parametrize("coordinate", ["", "Finding", "Finding.titel", "x" * 5000, "Query.__schema"])
async def test_a_coordinate_of_nothing_is_named(world: World, coordinate: str) -> None:
    answer = await world.ask("user", EXPLAIN, coordinate=coordinate)
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "coordinate"}
    if coordinate == "Finding.titel":
        assert "Did you mean `Finding.title`" in answer["errors"][0]["message"]
    assert len(answer["errors"][0]["message"]) < 500


@pytest.mark.parametrize("person", PEOPLE)
async def test_what_is_explained_is_what_happens(world: World, person: str) -> None:
    finding = await world.add_finding()
    seen = (await world.get(person, "query ($id: ID!) { finding(id: $id) { title } }", id=finding))["finding"]
    if seen is None:
        assert await world.code(person, EXPLAIN, coordinate="Finding.title", on=finding) == "NOT_FOUND"
        return
    for coordinate, query in {
        "Finding.reportedBy": "query ($id: ID!) { finding(id: $id) { reportedBy } }",
        "Mutation.updateFinding": "mutation ($id: ID!) { updateFinding(findingId: $id, input: {}) { success } }",
        "Mutation.removeFinding": "mutation ($id: ID!) { removeFinding(findingId: $id) { success } }",
    }.items():
        told = await explain(world, person, coordinate, finding)
        code = await world.code(person, query, id=finding)
        assert code == (None if told["allowed"] else "FORBIDDEN"), coordinate


def test_every_coordinate_needs_exactly_one_action_or_is_public(schema: GraphQLSchema) -> None:
    needs = requirements_of(schema)
    assert set(names_of(schema)) <= needs.keys()
    assert needs["FindingOrderField.TITLE"] == needs["Finding.title"]
    assert needs["FindingFilter.tool"] == needs["Finding.tool"]


async def test_who_looks_through_another_role_is_told_about_what_the_own_eyes_see(world: World) -> None:
    finding = await world.add_finding()
    operation = world.services.execution.prepare(
        {"query": EXPLAIN, "variables": {"coordinate": "Finding.title", "on": finding}}
    )
    caller = await world.caller("admin")
    caller.subject = seen_as(caller.subject, "organization:USER")
    told = (await world.services.execution.run(operation, caller))["data"]["explainAccess"]  # type: ignore[arg-type]
    assert (told["allowed"], "group:USER" in told["allowedRoles"]) == (False, True)


async def test_what_one_may_about_oneself_is_allowed_wherever_it_is_asked(world: World) -> None:
    for coordinate in ("Query.explainAccess", "Mutation.addAccessToken"):
        assert (await explain(world, "user", coordinate, await shop(world)))["role"] == "self:OWNER"
    assert (await explain(world, "user", "Mutation.removeUser", await shop(world)))["allowed"] is False


async def test_a_role_that_may_more_than_the_own_ones_is_said_to_be_no_way(world: World) -> None:
    finding = await world.add_finding()
    operation = world.services.execution.prepare(
        {"query": EXPLAIN, "variables": {"coordinate": "Finding.reportedBy", "on": finding}}
    )
    caller = await world.caller("group_manager")
    caller.subject = seen_as(caller.subject, "group:HACKER")
    told = (await world.services.execution.run(operation, caller))["data"]["explainAccess"]  # type: ignore[arg-type]
    assert told["allowed"] is False
    assert "which group:HACKER allows here, but your own roles do not" in told["message"]


async def test_without_an_object_it_is_said_that_none_was_named(world: World) -> None:
    told = await explain(world, "user", "Finding.title")
    assert "everywhere (name an object by `on`" in told["message"]
