"""`graphql-transport-ws`: subscriptions and queries over a WebSocket, and when it is closed."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import websockets

from api.graphql_websocket import MOST_OPERATIONS
from authz import web_token
from authz.authorization_watch import TOPIC
from authz.policy import grant_group_role
from database.pool import Reader
from database.unit_of_work import unit_of_work
from domain.upload import UploadedFile
from tests.api.conftest import Served
from tests.world import result, sarif

pytestmark = pytest.mark.slow

PROGRESS = "subscription ($id: ID!) { importProgress(importId: $id) { status progress added } }"


class Socket:
    """A client that speaks the protocol message by message."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        return json.loads(await asyncio.wait_for(self.connection.recv(), 10))

    async def init(self, **payload: Any) -> "Socket":
        await self.send(type="connection_init", payload=payload)
        assert await self.receive() == {"type": "connection_ack"}
        return self

    async def subscribe(self, key: str, query: str, **variables: Any) -> None:
        await self.send(id=key, type="subscribe", payload={"query": query, "variables": variables})

    async def closed(self) -> int:
        await asyncio.wait_for(self.connection.wait_closed(), 10)
        return self.connection.close_code


def open_socket(served: Served, **options: Any) -> Any:
    options.setdefault("subprotocols", ["graphql-transport-ws"])
    return websockets.connect(served.address.replace("http", "ws") + "/api", **options)


async def queued(served: Served, person: str = "service_agent") -> str:
    data = await served.world.get(
        person,
        'mutation ($file: Upload!) { importScan(groupName: "shop", file: $file) { scanImport { id } } }',
        file=UploadedFile("r", sarif(result())),
    )
    return data["importScan"]["scanImport"]["id"]


async def test_an_import_is_followed_to_its_end(served: Served) -> None:
    key = await queued(served)
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {await served.token('user')}")
        await socket.subscribe("1", PROGRESS, id=key)
        first = await socket.receive()
        assert first["payload"]["data"]["importProgress"] == {"status": "QUEUED", "progress": 0, "added": 0}
        await served.world.work_off()
        seen = []
        while (message := await socket.receive())["type"] == "next":
            seen.append(message["payload"]["data"]["importProgress"])
        assert message == {"type": "complete", "id": "1"}
        assert seen[-1] == {"status": "SUCCEEDED", "progress": 100, "added": 1}


async def test_queries_and_mutations_run_over_a_websocket_with_the_same_guards(served: Served) -> None:
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {await served.token('user')}")
        await socket.subscribe(
            "q", '{ group(name: "shop") { findings { totalCount } } ferry: group(name: "ferry") { name } }'
        )
        message = await socket.receive()
        assert message["payload"]["data"] == {"group": {"findings": {"totalCount": 0}}, "ferry": None}
        assert (await socket.receive())["type"] == "complete"
        await socket.subscribe("m", 'mutation { addFinding(groupName: "shop", input: {title: "No"}) { success } }')
        errors = (await socket.receive())["payload"]["errors"]
        assert errors[0]["extensions"]["code"] == "FORBIDDEN"


async def test_nobody_may_connect_but_sees_nothing(served: Served) -> None:
    key = await queued(served)
    async with open_socket(served) as connection:
        socket = await Socket(connection).init()
        await socket.subscribe("1", PROGRESS, id=key)
        message = await socket.receive()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_another_tenants_import_is_absent(served: Served) -> None:
    key = await queued(served)
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {await served.token('stranger')}")
        await socket.subscribe("1", PROGRESS, id=key)
        message = await socket.receive()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_a_subscription_ends_when_its_subject_may_not_see_the_object_any_more(served: Served) -> None:
    key = await queued(served)
    world = served.world
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {await served.token('user')}")
        await socket.subscribe("1", PROGRESS, id=key)
        assert (await socket.receive())["type"] == "next"
        async with served.services.database.connection() as one:
            await one.execute("DELETE FROM group_members WHERE user_id = $1", world.users["user"])
        await asyncio.sleep(1.1)
        await world.work_off()
        assert await socket.receive() == {"type": "complete", "id": "1"}


async def test_a_granted_role_is_seen_by_the_next_operation_within_a_second(served: Served) -> None:
    world = served.world
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {await served.token('nobody_special')}")
        await socket.subscribe("1", '{ group(name: "shop") { name } }')
        assert (await socket.receive())["payload"]["data"] == {"group": None}
        await socket.receive()
        async with unit_of_work(served.services.database, world.organizations["castle"], None) as work:
            from enums.group import GroupRole

            castle, shop = world.organizations["castle"], world.groups["shop"]
            await grant_group_role(work, world.users["nobody_special"], castle, shop, GroupRole.USER)
        await asyncio.sleep(1.1)
        await socket.subscribe("2", '{ group(name: "shop") { name } }')
        assert (await socket.receive())["payload"]["data"] == {"group": {"name": "shop"}}


@pytest.mark.parametrize(
    ("query", "code"),
    [("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"), ("{", "GRAPHQL_PARSE_FAILED"), ("", "BAD_USER_INPUT")],
)
async def test_an_operation_that_cannot_run_is_an_error_and_the_socket_lives(
    served: Served, query: str, code: str
) -> None:
    async with open_socket(served) as connection:
        socket = await Socket(connection).init()
        await socket.subscribe("1", query)
        message = await socket.receive()
        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", code)
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}


async def test_a_wrong_token_closes_the_socket(served: Served) -> None:
    async with open_socket(served) as connection:
        socket = Socket(connection)
        await socket.send(type="connection_init", payload={"authorization": "Bearer nonsense"})
        assert await socket.closed() == 4403


async def test_another_protocol_is_refused(served: Served) -> None:
    async with open_socket(served, subprotocols=["graphql-ws"]) as connection:
        assert await Socket(connection).closed() == 4406


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[]", 4400),
        ('{"type": "nonsense"}', 4400),
        ('{"type": "subscribe", "id": "1", "payload": {}}', 4401),
        ("{", 4400),
    ],
)
async def test_a_message_out_of_place_closes_the_socket(served: Served, text: str, code: int) -> None:
    async with open_socket(served) as connection:
        await connection.send(text)
        assert await Socket(connection).closed() == code


async def test_a_second_init_and_a_second_operation_of_one_id_close_the_socket(served: Served) -> None:
    async with open_socket(served) as connection:
        socket = await Socket(connection).init()
        await socket.send(type="connection_init")
        assert await socket.closed() == 4429
    key = await queued(served)
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {await served.token('user')}")
        for _ in range(2):
            await socket.subscribe("1", PROGRESS, id=key)
        assert await socket.closed() == 4409


async def test_a_socket_has_a_limit_of_operations(served: Served) -> None:
    key = await queued(served)
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {await served.token('user')}")
        for number in range(MOST_OPERATIONS + 1):
            await socket.subscribe(str(number), PROGRESS, id=key)
        with pytest.raises(websockets.ConnectionClosed):
            while True:
                await socket.receive()
        assert connection.close_code == 4429


async def test_the_cookie_of_a_foreign_page_does_not_count(served: Served) -> None:
    async with await served.signed_in("user") as client:
        cookie = f"token={client.cookies['token']}"
    for origin, email in ((served.address, "user@adarve.example"), ("https://evil.example", None)):
        async with open_socket(served, additional_headers={"Cookie": cookie}, origin=origin) as connection:
            socket = await Socket(connection).init()
            await socket.subscribe("1", "{ me { email } }")
            me = (await socket.receive())["payload"]["data"]["me"]
            assert (me and me["email"]) == email


async def test_a_socket_is_closed_when_its_token_expires(served: Served, monkeypatch) -> None:
    monkeypatch.setattr(web_token, "LIFETIME", timedelta(seconds=2))
    opened = await served.services.credentials.open_session(served.world.users["user"], "user", "user@adarve.example")
    assert opened.web_token_expires_at - datetime.now(UTC) < timedelta(seconds=3)
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {opened.web_token}")
        assert await socket.closed() == 4403


async def test_a_client_that_leaves_midway_leaves_nothing_running(served: Served) -> None:
    key = await queued(served)
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {await served.token('user')}")
        await socket.subscribe("1", PROGRESS, id=key)
        await socket.receive()
        await socket.send(id="1", type="complete")
        await socket.subscribe("2", PROGRESS, id=key)
        await socket.receive()
    for _ in range(50):
        if set(served.services.bus._waiting) == {TOPIC}:
            break
        await asyncio.sleep(0.05)
    assert set(served.services.bus._waiting) == {TOPIC}


async def test_a_socket_is_closed_when_its_access_token_expires(served: Served) -> None:
    made = await served.services.credentials.add_access_token(served.world.users["user"], "short", timedelta(seconds=1))
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {made.text}")
        assert await socket.closed() == 4403


async def test_a_refused_connection_leaves_no_trace_in_the_log(served: Served, caplog, capsys) -> None:
    for payload in ({"authorization": "Bearer nonsense"}, {"viewAs": "BOSS"}):
        async with open_socket(served) as connection:
            socket = Socket(connection)
            await socket.send(type="connection_init", payload=payload)
            assert await socket.closed() in {4400, 4403}
    await asyncio.sleep(0.1)
    assert "Exception in ASGI application" not in caplog.text + capsys.readouterr().out


async def test_a_source_that_fails_ends_its_operation_with_an_error(served: Served) -> None:
    key = await queued(served)
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {await served.token('user')}")
        await socket.subscribe("1", PROGRESS, id=key)
        assert (await socket.receive())["type"] == "next"

        async def gone(*_: Any, **__: Any) -> None:
            raise ConnectionResetError("the database is gone")

        with patch.object(Reader, "fetch", gone):
            served.services.bus.wake()
            told = await socket.receive()
        assert told["type"] in {"error", "next"}
        assert "INTERNAL_SERVER_ERROR" in str(told) or "UNAVAILABLE" in str(told)


@pytest.mark.parametrize("key", ["twice", "é" * 200, "🏰" * 60], ids=["short", "accents", "pictures"])
async def test_an_id_that_is_taken_closes_the_socket(served: Served, key: str) -> None:
    followed = await queued(served)
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {await served.token('user')}")
        await socket.subscribe(key, PROGRESS, id=followed)
        assert (await socket.receive())["type"] == "next"
        await socket.subscribe(key, PROGRESS, id=followed)
        assert await socket.closed() == 4409
        assert len(connection.close_reason.encode()) <= 123
