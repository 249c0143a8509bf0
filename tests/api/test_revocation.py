"""What is revoked is out within a second, everywhere: requests, open WebSockets, subscriptions, event streams."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from authz import authorization_watch
from authz.authorization_watch import AuthorizationWatch
from tests.api.conftest import Served
from tests.api.test_graphql_websocket import PROGRESS, Socket, open_socket, queued
from tests.world import DOMAIN

pytestmark = pytest.mark.slow

WITHIN_SECONDS = 1.0
ME = "{ me { email } }"
REVOCATIONS = {
    "the session is revoked": "UPDATE sessions SET revoked_at = now()",
    "the session is removed": "DELETE FROM sessions",
    "the session has ended": "UPDATE sessions SET expires_at = now()",
    "the access token is revoked": "UPDATE access_tokens SET revoked_at = now()",
    "the access token has expired": "UPDATE access_tokens SET expires_at = now()",
    "the user is suspended": "UPDATE users SET suspended = true WHERE name = 'user'",
    "the user is removed": "DELETE FROM users WHERE name = 'user'",
    "every signing key is gone": "DELETE FROM signing_keys",
}
OF_SESSION = {name for name in REVOCATIONS if "access token" not in name}
OF_TOKEN = {name for name in REVOCATIONS if "session" not in name and "key" not in name}


async def credential(served: Served, kind: str) -> str:
    if kind == "access token":
        return await served.token("user")
    opened = await served.services.credentials.open_session(served.world.users["user"], "user", f"user@{DOMAIN}")
    return opened.web_token


async def revoke(served: Served, statement: str) -> float:
    """Revoke by SQL from elsewhere, as another process would, and return when."""
    async with served.services.database.connection() as connection:
        await connection.execute(statement)
    return time.monotonic()


@pytest.fixture(autouse=True)
async def keys_again(served: Served) -> AsyncIterator[None]:
    yield
    await served.services.credentials.keys.load()


@pytest.mark.parametrize("failure", [asyncpg.InternalClientError("cannot switch to state"), ValueError("anything")])
async def test_the_watch_goes_on_whatever_fails(
    served: Served, failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = asyncio.Event()
    look = AuthorizationWatch._look

    async def failing(self: AuthorizationWatch, *, tell: bool) -> None:
        if not failed.is_set():
            failed.set()
            raise failure
        await look(self, tell=tell)

    monkeypatch.setattr(AuthorizationWatch, "_look", failing)
    async with asyncio.timeout(5):
        await failed.wait()
    headers = {"Authorization": f"Bearer {await credential(served, 'access token')}"}
    async with served.client() as client:
        assert (await client.post("/api", json={"query": ME}, headers=headers)).status_code == 200
        revoked = await revoke(served, REVOCATIONS["the access token is revoked"])
        while (await client.post("/api", json={"query": ME}, headers=headers)).status_code == 200:
            assert time.monotonic() - revoked < WITHIN_SECONDS
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("session", name) for name in sorted(OF_SESSION)] + [("access token", name) for name in sorted(OF_TOKEN)],
)
async def test_an_open_websocket_is_closed_and_requests_are_refused(served: Served, kind: str, name: str) -> None:
    key, token = await queued(served), await credential(served, kind)
    async with open_socket(served) as connection, served.client() as client:
        socket = await Socket(connection).init(authorization=f"Bearer {token}")
        await socket.subscribe("1", PROGRESS, id=key)
        assert (await socket.receive())["type"] == "next"
        headers = {"Authorization": f"Bearer {token}"}
        assert (await client.post("/api", json={"query": ME}, headers=headers)).status_code == 200
        revoked = await revoke(served, REVOCATIONS[name])
        while (answer := await client.post("/api", json={"query": ME}, headers=headers)).status_code == 200:
            assert time.monotonic() - revoked < WITHIN_SECONDS
            await asyncio.sleep(0.02)
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert await socket.closed() == 4403
        assert time.monotonic() - revoked < WITHIN_SECONDS


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM group_members WHERE role = 'USER'",
        "DELETE FROM group_members; DELETE FROM organization_members",
        "UPDATE group_members SET group_id = gen_random_uuid() WHERE role = 'USER'",
    ],
)
async def test_a_subscription_ends_with_the_role_that_allowed_it(served: Served, statement: str) -> None:
    key = await queued(served)
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {await served.token('user')}")
        await socket.subscribe("1", PROGRESS, id=key)
        assert (await socket.receive())["type"] == "next"
        revoked = await revoke(served, statement)
        assert await socket.receive() == {"type": "complete", "id": "1"}
        assert time.monotonic() - revoked < WITHIN_SECONDS
        await socket.subscribe("2", PROGRESS, id=key)
        assert (await socket.receive())["payload"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_an_event_stream_ends_with_its_token(served: Served) -> None:
    key = await queued(served)
    client = await served.as_person("user")
    async with (
        client,
        client.stream(
            "POST",
            "/api",
            json={"query": PROGRESS, "variables": {"id": key}},
            headers={"Accept": "text/event-stream"},
        ) as stream,
    ):
        lines = stream.aiter_lines()
        assert await anext(lines) == "event: next"
        revoked = await revoke(served, REVOCATIONS["the access token is revoked"])
        rest = [line async for line in lines]
        assert time.monotonic() - revoked < WITHIN_SECONDS
        assert [line for line in rest if line.startswith("event")] == ["event: complete"]


async def test_others_stay(served: Served) -> None:
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {await served.token('hacker')}")
        await revoke(served, REVOCATIONS["the user is suspended"])
        await asyncio.sleep(WITHIN_SECONDS)
        await socket.subscribe("1", ME)
        assert (await socket.receive())["payload"]["data"]["me"]["email"] == f"hacker@{DOMAIN}"


async def test_it_holds_without_a_word_from_the_bus(served: Served, monkeypatch) -> None:
    """NOTIFY only hastens it: where nothing is heard, the poll finds the change."""
    monkeypatch.setattr(served.services.bus, "_hear", lambda *_: None)
    token = await served.token("user")
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {token}")
        await socket.subscribe("1", ME)
        await socket.receive()
        revoked = await revoke(served, REVOCATIONS["the access token is revoked"])
        assert await socket.closed() == 4403
        assert time.monotonic() - revoked < WITHIN_SECONDS


async def test_a_change_that_commits_late_is_seen(served: Served) -> None:
    token = await served.token("user")
    async with open_socket(served) as connection, served.services.database.connection() as slow:
        socket = await Socket(connection).init(authorization=f"Bearer {token}")
        transaction = slow.transaction()
        await transaction.start()
        await slow.execute(REVOCATIONS["the access token is revoked"])
        await revoke(served, "UPDATE users SET role = 'HACKER' WHERE name = 'reviewer'")
        await asyncio.sleep(1.2)
        await socket.subscribe("1", ME)
        assert (await socket.receive())["payload"]["data"]["me"] is not None
        await transaction.commit()
        assert await socket.closed() == 4403


async def test_a_failed_look_does_not_end_the_watch(served: Served, monkeypatch) -> None:
    token = await served.token("user")
    fetched = []
    real = authorization_watch.AuthorizationWatch._look

    async def fail_once(self: Any, **options: Any) -> None:
        fetched.append(1)
        if len(fetched) == 1:
            raise OSError("the database is gone")
        await real(self, **options)

    monkeypatch.setattr(authorization_watch.AuthorizationWatch, "_look", fail_once)
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=f"Bearer {token}")
        await asyncio.sleep(0.7)
        assert fetched
        await revoke(served, REVOCATIONS["the access token is revoked"])
        assert await socket.closed() == 4403


async def test_nothing_is_left_behind_by_sockets_that_are_gone(served: Served) -> None:
    async with open_socket(served) as connection:
        await Socket(connection).init(authorization=f"Bearer {await served.token('user')}")
        assert served.services.watch._callbacks
    for _ in range(50):
        if not served.services.watch._callbacks:
            break
        await asyncio.sleep(0.05)
    assert served.services.watch._callbacks == {}


async def test_what_ended_long_ago_is_removed_and_nothing_else(served: Served) -> None:
    world = served.world
    invite = 'mutation { inviteStakeholder(groupName: "shop", email: "%s", role: USER) { success } }'
    for email in ("old@adarve.example", "new@adarve.example"):
        await world.get("group_manager", invite % email)
    for person in ("user", "hacker"):
        await served.services.credentials.open_session(world.users[person], person, f"{person}@{DOMAIN}")
    async with served.services.database.connection() as connection:
        old = "UPDATE sessions SET revoked_at = now() - interval '31 days' WHERE user_id = $1"
        await connection.execute(old, world.users["user"])
        await connection.execute(
            "UPDATE invitations SET expires_at = now() - interval '31 days' WHERE email = 'old@adarve.example'"
        )
        await connection.execute("UPDATE authorization_changes SET created_at = now() - interval '2 hours'")
        await connection.execute(
            "INSERT INTO sign_in_attempts VALUES ('\\x00', 1, now() - interval '2 hours'), ('\\x01', 1, now())"
        )
        await served.services.watch._clean()
        left = {
            table: await connection.fetchval(f"SELECT count(*) FROM {table}")
            for table in ("sessions", "invitations", "sign_in_attempts")
        }
        old = "SELECT count(*) FROM authorization_changes WHERE created_at < now() - interval '1 hour'"
        assert await connection.fetchval(old) == 0
    assert left == {"sessions": 1, "invitations": 1, "sign_in_attempts": 1}
