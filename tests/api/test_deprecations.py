"""What clients see of deprecations: headers, extensions, previews; and how their uses are counted."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import asyncpg
import httpx
import pytest
import websockets
from graphql import GraphQLSchema

from api.deprecations import Deprecations
from api.execution import MOST_PREVIEWS
from api.schema import build_schema
from api.services import Services
from deprecation.elements import DeprecatedElements
from deprecation.git import CannotCheckError
from deprecation.usage import TOKEN_VARIABLE, Usage, read_usage
from domain.errors import Conflict
from jobs.deprecation_usage import MOST_NAMES, OTHER_NAMES, Client, DeprecationUsage
from tests.api.conftest import Served
from tests.api.test_graphql_websocket import Socket, open_socket, queued
from tests.conftest import Postgres

pytestmark = pytest.mark.slow

DESCRIPTION = '{ group(name: "shop") { name description } }'
NAME = '{ group(name: "shop") { name } }'
FILTERED = 'query ($by: FindingFilter) { group(name: "shop") { findings(filter: $by) { totalCount } } }'
ORDERED = '{ group(name: "shop") { findings(orderBy: {field: TITLE}) { totalCount } } }'


def reason(kind: str, day: str, instead: str = "") -> str:
    more = f" Use the {instead} {kind} instead." if instead else ""
    return f"This {kind} is deprecated and will be removed after {day}.{more}"


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """The sealed schema, as if some of it were marked."""
    made = build_schema()
    types: dict[str, Any] = made.type_map
    types["Group"].fields["description"].deprecation_reason = reason("field", "2099/06/30", "name")
    types["Group"].fields["findings"].args["before"].deprecation_reason = reason("argument", "2099/03/31")
    types["FindingFilter"].fields["tool"].deprecation_reason = reason("input field", "2099/03/31")
    types["FindingOrderField"].values["TITLE"].deprecation_reason = "No longer wanted."
    types["ScanImport"].fields["added"].deprecation_reason = reason("field", "2099/12/31")
    return made


@pytest.fixture(autouse=True)
def nothing_waits(running: tuple[str, Services]) -> None:
    """The server outlives each test: what earlier ones have used is forgotten."""
    running[1].usage._waiting.clear()
    running[1].usage._names.clear()


async def answer(served: Served, query: str, path: str = "/api", **more: Any) -> httpx.Response:
    async with await served.as_person("group_manager") as client:
        return await client.post(path, json={"query": query, **more})


async def test_a_response_that_used_something_deprecated_says_since_when_and_until_when(served: Served) -> None:
    response = await answer(served, DESCRIPTION)
    assert response.json() == {"data": {"group": {"name": "shop", "description": ""}}}
    assert response.headers["sunset"] == "Wed, 01 Jul 2099 00:00:00 GMT"
    since = datetime.fromtimestamp(int(response.headers["deprecation"].removeprefix("@")), UTC)
    assert timedelta() <= datetime.now(UTC) - since < timedelta(minutes=10)
    links = response.headers["link"]
    assert links == (
        '</schema.graphql>; rel="deprecation"; type="text/plain", </schema.graphql>; rel="sunset"; type="text/plain"'
    )
    async with served.client() as client:
        assert reason("field", "2099/06/30") not in (await client.get("/schema.graphql")).text, "marked here alone"


async def test_a_response_that_used_nothing_deprecated_says_nothing(served: Served) -> None:
    response = await answer(served, NAME, extensions={"deprecations": False})
    assert {"deprecation", "sunset", "link"}.isdisjoint(response.headers)
    assert "extensions" not in response.json()


async def test_a_mark_without_a_day_has_no_sunset(served: Served) -> None:
    response = await answer(served, ORDERED)
    assert "sunset" not in response.headers
    assert response.headers["link"] == '</schema.graphql>; rel="deprecation"; type="text/plain"'


async def test_values_of_variables_are_looked_at(served: Served) -> None:
    assert "sunset" not in (await answer(served, FILTERED, variables={"by": {"status": "VULNERABLE"}})).headers
    response = await answer(served, FILTERED, variables={"by": {"tool": "semgrep"}})
    assert response.headers["sunset"] == "Wed, 01 Apr 2099 00:00:00 GMT"


async def test_the_earliest_day_counts(served: Served) -> None:
    query = '{ group(name: "shop") { description findings(last: 1, before: null) { totalCount } } }'
    assert (await answer(served, query)).headers["sunset"] == "Wed, 01 Apr 2099 00:00:00 GMT"


async def test_extensions_tell_what_it_was_where_that_is_asked_for(served: Served) -> None:
    told = (await answer(served, DESCRIPTION, extensions={"deprecations": True})).json()["extensions"]["deprecations"]
    assert told == [
        {
            "coordinate": "Group.description",
            "reason": reason("field", "2099/06/30", "name"),
            "removedAfter": "2099-06-30",
            "replacement": "name",
        }
    ]
    assert (await answer(served, NAME, extensions={"deprecations": True})).json()["extensions"] == {"deprecations": []}
    with_errors = (await answer(served, "{ a: group(name: \"shop\") { description } b: node(id: \"x\") { id } }",
        extensions={"deprecations": True})).json()  # fmt: skip
    assert list(with_errors) == ["errors", "data", "extensions"]
    wrong = await answer(served, NAME, extensions=[])
    assert (wrong.status_code, wrong.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_USER_INPUT")


async def test_a_get_and_a_stream_tell_it_too(served: Served) -> None:
    async with await served.as_person("group_manager") as client:
        asked = {"query": DESCRIPTION, "extensions": '{"deprecations": true}'}
        response = await client.get("/api", params=asked, headers={"Adarve-Preflight": "1"})
        assert response.json()["extensions"]["deprecations"][0]["coordinate"] == "Group.description"
        streamed = await client.post("/api", json={"query": DESCRIPTION}, headers={"Accept": "text/event-stream"})
        assert streamed.headers["sunset"] == "Wed, 01 Jul 2099 00:00:00 GMT"


@pytest.mark.parametrize(("day", "there"), [("2099-06-30", True), ("2099-07-01", False), ("2100-01-01", False)])
async def test_a_preview_runs_the_schema_of_a_day(served: Served, day: str, there: bool) -> None:
    response = await answer(served, DESCRIPTION, f"/api?preview={day}")
    assert (response.status_code == 200) is there
    if not there:
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        assert error["message"] == f"Group.description may have gone by then. {reason('field', '2099/06/30', 'name')}"
        unknown = await answer(
            served, DESCRIPTION.replace("name description", "nme description"), f"/api?preview={day}"
        )
        assert "Cannot query field 'nme'" in unknown.json()["errors"][0]["message"]
    survives = await answer(served, NAME, f"/api?preview={day}")
    assert survives.json() == {"data": {"group": {"name": "shop"}}}
    names = '{ __type(name: "Group") { fields { name } } }'
    fields = (await answer(served, names, f"/api?preview={day}")).json()["data"]["__type"]["fields"]
    assert ({"name": "description"} in fields) is False, "introspection leaves out what is deprecated"
    every = names.replace("fields", "fields(includeDeprecated: true)")
    fields = (await answer(served, every, f"/api?preview={day}")).json()["data"]["__type"]["fields"]
    assert ({"name": "description"} in fields) is there


async def test_a_preview_is_no_use(served: Served) -> None:
    assert (await answer(served, DESCRIPTION, "/api?preview=2099-01-01")).status_code == 200
    await served.services.usage.write()
    assert await counted(served) == []


async def test_a_preview_is_guarded_as_the_schema_is(served: Served) -> None:
    async with await served.as_person("stranger") as client:
        response = await client.post("/api?preview=2100-01-01", json={"query": NAME})
    assert response.json() == {"data": {"group": None}}
    async with served.client() as client:
        response = await client.post("/api?preview=2100-01-01", json={"query": NAME})
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("day", ["2099-02-30", "2099/07/01", "soon", ""])
async def test_a_preview_needs_a_day(served: Served, day: str) -> None:
    response = await answer(served, NAME, f"/api?preview={day}")
    assert response.status_code == 400
    assert "`preview` must be a day as YYYY-MM-DD" in response.json()["errors"][0]["message"]


async def test_few_previews_are_kept(served: Served) -> None:
    for year in range(2090, 2110):
        await answer(served, NAME, f"/api?preview={year}-01-01")
    execution = served.services.execution
    assert 0 < len(execution._previews) <= MOST_PREVIEWS
    first, second = (execution.as_of(day) for day in [datetime(2099, 4, 1).date(), datetime(2099, 6, 30).date()])  # noqa: DTZ001
    assert first is second, "nothing goes between the two"


async def test_a_web_socket_tells_counts_and_previews(served: Served) -> None:
    token = await served.token("group_manager")
    import_id = await queued(served)
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {token}")
        payload = {"query": DESCRIPTION, "extensions": {"deprecations": True}}
        await socket.send(id="1", type="subscribe", payload=payload)
        told = (await socket.receive())["payload"]["extensions"]["deprecations"]
        assert [one["coordinate"] for one in told] == ["Group.description"]
        assert (await socket.receive())["type"] == "complete"
        progress = "subscription ($id: ID!) { importProgress(importId: $id) { status added } }"
        payload = {"query": progress, "variables": {"id": import_id}, "extensions": {"deprecations": True}}
        await socket.send(id="2", type="subscribe", payload=payload)
        told = (await socket.receive())["payload"]["extensions"]["deprecations"]
        assert [one["coordinate"] for one in told] == ["ScanImport.added"]
    address = served.address.replace("http", "ws") + "/api?preview=2100-01-01"
    async with websockets.connect(address, subprotocols=["graphql-transport-ws"]) as connection:  # type: ignore[list-item]
        socket = await Socket(connection).init(authorization=f"Bearer {token}")
        await socket.subscribe("1", DESCRIPTION)
        message = await socket.receive()
        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "GRAPHQL_VALIDATION_FAILED")
    await served.services.usage.write()
    assert {row["coordinate"] for row in await counted(served)} == {"Group.description", "ScanImport.added"}


async def counted(served: Served) -> list[Any]:
    connection = await asyncpg.connect(served.services.database.url)
    try:
        return await connection.fetch("SELECT * FROM deprecation_uses ORDER BY coordinate, client_name, uses")
    finally:
        await connection.close()


async def test_uses_are_counted_by_token_user_and_name(served: Served) -> None:
    token = await served.token("user")
    async with served.client(headers={"Authorization": f"Bearer {token}"}) as client:
        for headers in (
            {},
            {},
            {"Adarve-Client-Name": "nightly\treport " + "." * 99},
            {"ApolloGraphQL-Client-Name": "portal"},
        ):
            await client.post("/api", json={"query": DESCRIPTION}, headers=headers)
        await client.post("/api", json={"query": NAME})
    async with await served.signed_in("reviewer") as client:
        await client.post("/api", json={"query": ORDERED})
    async with served.client() as client:
        await client.post("/api", json={"query": DESCRIPTION})
    await served.services.usage.write()
    users = {user_id: name for name, user_id in served.world.users.items()}
    found = [(one["coordinate"], users.get(one["user_id"]), one["access_token_id"], one["client_name"], one["uses"])
        for one in await counted(served)]  # fmt: skip
    token_id = token.split("_")[1]
    assert sorted(found, key=repr) == sorted(
        [
            ("Group.description", "user", token_id, "", 2),
            ("Group.description", None, None, "", 1),
            ("Group.description", "user", token_id, "nightlyreport " + "." * 50, 1),
            ("Group.description", "user", token_id, "portal", 1),
            ("FindingOrderField.TITLE", "reviewer", None, "", 1),
        ],
        key=repr,
    )
    async with served.client(headers={"Authorization": f"Bearer {token}"}) as client:
        await client.post("/api", json={"query": DESCRIPTION})
    await served.services.usage.write()
    assert [one["uses"] for one in await counted(served) if one["access_token_id"] and not one["client_name"]] == [3]


async def test_a_client_cannot_fill_the_database_with_names(served: Served) -> None:
    usage = DeprecationUsage(served.services.database)
    for number in range(MOST_NAMES + 30):
        usage.count(frozenset({"Group.description"}), Client(name=f"name {number}"))
    await usage.write()
    rows = await counted(served)
    assert len(rows) == MOST_NAMES + 1
    assert [one["uses"] for one in rows if one["client_name"] == OTHER_NAMES] == [30]


@pytest.mark.parametrize("failure", [OSError("the database is away"), Conflict("Somebody else was first.")])
async def test_what_cannot_be_written_waits(
    served: Served, failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = DeprecationUsage(served.services.database, seconds=0.05)
    usage.count(frozenset({"Group.description"}), Client())
    with monkeypatch.context() as patched:
        patched.setattr("jobs.deprecation_usage.unit_of_work", Mock(side_effect=failure))
        patched.setattr("jobs.deprecation_usage._CLEAN_EVERY", 1)
        await usage.start()
        await asyncio.sleep(0.2)
        usage.count(frozenset({"Group.description"}), Client())
    try:
        for _ in range(100):
            if [one["uses"] for one in await counted(served)] == [2]:
                break
            await asyncio.sleep(0.05)
        else:
            raise AssertionError("it tries again by itself")
    finally:
        await usage.stop()


async def test_counts_are_bounded_in_memory(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.deprecation_usage.MOST_WAITING", 3)
    usage = DeprecationUsage(served.services.database)
    for number in range(9):
        usage.count(frozenset({f"Group.field{number}"}), Client())
    await usage.write()
    assert len(await counted(served)) == 3


async def test_the_moment_of_a_mark_is_kept(served: Served, module_postgres: Postgres, schema: GraphQLSchema) -> None:
    elements = DeprecatedElements(schema)
    connection = await asyncpg.connect(module_postgres.superuser)
    await connection.execute("INSERT INTO deprecations VALUES ('Group.description', '2024-01-01Z')")
    await connection.close()
    loaded = await Deprecations.load(served.services.database, elements)
    again = await Deprecations.load(served.services.database, elements)
    for one in (loaded, again):
        assert one.headers(frozenset({"Group.description"}))["Deprecation"] == "@1704067200"
        assert one.headers(frozenset({"Group.description", "FindingFilter.tool"}))["Deprecation"] == "@1704067200"


async def test_the_contract_at_work_has_no_mark_without_a_day() -> None:
    for one in DeprecatedElements(build_schema()).all.values():
        assert one.promise.day is not None, one.coordinate


async def test_the_checker_asks_a_server_what_is_used(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    await answer(served, DESCRIPTION)
    await served.services.usage.write()
    monkeypatch.setenv(TOKEN_VARIABLE, await served.token("admin"))
    usage = await asyncio.to_thread(read_usage, f"{served.address}/api")
    assert usage["Group.description"] == Usage(1, {"group_manager@adarve.example (token test)": 1})
    assert usage["FindingFilter.tool"].uses == 0
    monkeypatch.setenv(TOKEN_VARIABLE, await served.token("user"))
    with pytest.raises(CannotCheckError, match="the server refuses"):
        await asyncio.to_thread(read_usage, f"{served.address}/api")
