"""Unknown failures say an id, never a trace; refusals are not logged."""

import pytest
from structlog.testing import capture_logs

from api.errors import format_exception
from database import group
from database.pool import Reader
from tests.world import World


async def test_an_unknown_failure_shows_an_id_that_is_in_the_log(world: World, monkeypatch) -> None:
    async def broken(*_, **__):
        raise RuntimeError("secret detail at /srv/adarve")

    caller = await world.caller("user")
    monkeypatch.setattr(Reader, "fetch_one", broken)
    with capture_logs() as logs:
        operation = world.services.execution.documents.prepare({"query": '{ group(name: "shop") { name } }'})
        response = await world.services.execution.run(operation, caller)
    (error,) = response["errors"]
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "secret" not in str(response)
    (line,) = [one for one in logs if one["event"] == "incident"]
    assert line["incident"] == error["extensions"]["incident"]
    assert error["extensions"]["incident"] in error["message"]


async def test_a_refusal_is_not_an_incident(world: World) -> None:
    await world.add_finding()
    with capture_logs() as logs:
        assert await world.code("user", '{ group(name: "shop") { findings { nodes { reportedBy } } } }') == "FORBIDDEN"
        assert await world.code("user", '{ node(id: "x") { id } }') == "BAD_USER_INPUT"
        assert await world.code("user", "{ nonsense }") == "GRAPHQL_VALIDATION_FAILED"
    assert logs == []


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * 10_000])
async def test_texts_that_no_database_stores_are_the_callers_mistake(world: World, text: str) -> None:
    for query in (
        "query ($t: String!) { group(name: $t) { name } }",
        "query ($t: String!) { organization(name: $t) { name } }",
        "query ($t: String!) { search(text: $t) { totalCount } }",
        'query ($t: String!) { group(name: "shop") { findings(filter: { tool: $t }) { totalCount } } }',
        'query ($t: String!) { group(name: "shop") { vulnerabilities(filter: { path: $t }) { totalCount } } }',
        'mutation ($t: String!) { addGroup(organizationName: $t, name: "x") { success } }',
        "mutation ($t: ID!) { updateFinding(findingId: $t, input: {}) { success } }",
    ):
        response = await world.ask("group_manager", query, t=text)
        codes = {error["extensions"]["code"] for error in response.get("errors", ())}
        assert codes <= {"BAD_USER_INPUT", "NOT_FOUND"}, (query, response)


async def test_a_busy_database_is_unavailable_not_an_incident(world: World, monkeypatch) -> None:
    from database import lending

    monkeypatch.setattr(lending, "ACQUIRE_SECONDS", 0.2)
    database = world.services.database
    caller = await world.caller("user")
    from contextlib import AsyncExitStack

    async with AsyncExitStack() as stack:
        for _ in range(5):
            await stack.enter_async_context(database.connection())
        operation = world.services.execution.documents.prepare({"query": '{ group(name: "shop") { name } }'})
        response = await world.services.execution.run(operation, caller)
    assert response["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert await caller.reader.fetch_one(group.BY_NAME, name="shop") is not None


@pytest.mark.parametrize("kind", [ValueError, TypeError, KeyError])
def test_an_unknown_failure_outside_of_execution_shows_an_id_too(kind: type[Exception]) -> None:
    with capture_logs() as logs:
        told = format_exception(kind("secret detail at /srv/adarve"))
    assert told["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "secret" not in str(told)
    assert [one["incident"] for one in logs] == [told["extensions"]["incident"]]
