"""Payloads of subscriptions: computed once for all who get the same, and never shown to anybody else."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

from api.execution import Execution
from api.payloads import MOST_KEPT, MOST_KEPT_BYTES, Payloads
from database.scan_import import BY_KEY
from domain.upload import UploadedFile
from engine.plans import Plans
from tests.api.conftest import Served
from tests.api.test_graphql_websocket import PROGRESS, Socket, open_socket, queued
from tests.world import World, as_clients_see_it

WITH_GROUP = PROGRESS.replace("status", "status group { name }")


@contextmanager
def counted(served: Served) -> Iterator[list[str]]:
    """Note the statements that read an import."""
    seen: list[str] = []

    def note(sql: str) -> None:
        if sql == BY_KEY.sql:
            seen.append(sql)

    served.services.database.observers.append(note)
    try:
        yield seen
    finally:
        served.services.database.observers.remove(note)


async def follow(served: Served, stack: Any, person: str, query: str, key: str) -> Socket:
    socket = await Socket(await stack.enter_async_context(open_socket(served))).init(
        authorization=f"Bearer {await served.token(person)}"
    )
    await socket.subscribe("1", query, id=key)
    assert (await socket.receive())["payload"]["data"]["importProgress"]["status"] == "QUEUED"
    return socket


async def test_those_who_follow_the_same_share_reads_and_payloads(served: Served) -> None:
    key = await queued(served)
    plans = served.services.execution.engine.plans
    async with AsyncExitStack() as stack:
        people = ["user", "user", "group_manager", "hacker", "user", "group_manager"]
        sockets = [await follow(served, stack, person, PROGRESS, key) for person in people]
        before = plans.counts.compiled if plans is not None else 0
        with counted(served) as read:
            await served.world.work_off()
            told = await asyncio.gather(*(last_of(socket) for socket in sockets))
    assert all(one == told[0] for one in told)
    assert told[0]["payload"]["data"]["importProgress"] == {"status": "SUCCEEDED", "progress": 100, "added": 1}
    # Each change is read once, and not once for each of the six; the worker reads the import too.
    assert len(read) < 2 * len(sockets)
    if plans is not None:
        assert plans.counts.compiled - before < 2 * len(sockets)


async def last_of(socket: Socket) -> dict[str, Any]:
    """Return the last payload of an operation."""
    told: dict[str, Any] = {}
    while (message := await socket.receive())["type"] == "next":
        told = message
    assert message["type"] == "complete"
    return told


async def rows(world: World, person: str, query: str, event: Any, execution: Execution) -> dict[str, Any]:
    operation: Any = execution.prepare({"query": query, "variables": {"id": "x"}})
    return await execution._payload(operation, await world.caller(person), event)


async def test_a_payload_is_computed_again_for_other_rights_and_other_events(world: World) -> None:
    """Whoever has the same rights to the same import gets what was computed; nobody else does."""
    imported = await world.import_file(b'{"version": "2.1.0", "runs": []}', "admin", group="shop")
    key = imported["id"]
    execution = Execution(world.services.execution.schema, seconds=30, plans=Plans(sightings=1))
    plans = execution.engine.plans
    assert plans is not None
    reader = world.services.database.reader(frozenset({world.organizations["castle"]}))
    found = await reader.fetch_one(BY_KEY, organization_id=world.organizations["castle"], key=key[-32:])
    other = await reader.fetch_one(BY_KEY, organization_id=world.organizations["castle"], key=key[-32:])

    async def computed(person: str, event: Any, query: str = PROGRESS) -> bool:
        before = plans.counts.compiled
        await rows(world, person, query, event, execution)
        return plans.counts.compiled > before

    assert await computed("user", found)
    assert not await computed("user", found)
    assert await computed("user", other), "another event"
    assert await computed("group_manager", found), "other rights"
    assert not await computed("group_manager", found)
    assert await computed("user", found, PROGRESS.replace("progress", "added"))
    assert await computed("user", found, WITH_GROUP)
    assert await computed("user", found, WITH_GROUP), "what resolvers make of it may depend on who asks"
    hidden = await rows(world, "stranger", PROGRESS, found, execution)
    assert as_clients_see_it(hidden)["data"] == {"importProgress": None}
    assert "data" in await rows(world, "user", PROGRESS, found, execution)


async def test_a_variable_that_is_left_out_is_not_one_that_is_null(world: World) -> None:
    """The one has its default, the other is an error, whoever asks first."""
    query = (
        "subscription ($id: ID!, $x: Boolean = true) { importProgress(importId: $id) { progress @include(if: $x) } }"
    )
    event = {"typename": "ScanImport", "organization_id": world.organizations["castle"], "progress": 5}
    caller = await world.caller("user")
    for given in ([{}, {"x": None}], [{"x": None}, {}]):
        execution = Execution(world.services.execution.schema, seconds=30, plans=Plans(sightings=1))
        row = Row(event, group_id=world.groups["shop"])
        for more in given:
            operation: Any = execution.prepare({"query": query, "variables": {"id": "x", **more}})
            told = as_clients_see_it(await execution._payload(operation, caller, row))
            assert told["data"]["importProgress"] == (None if more else {"progress": 5})
            assert bool(told.get("errors")) is bool(more)


class Row(dict[str, Any]):
    """A record of an import, somewhere."""


async def test_what_is_kept_is_bounded(world: World) -> None:
    execution = Execution(world.services.execution.schema, seconds=30)
    operation: Any = execution.prepare({"query": PROGRESS, "variables": {"id": "x", "undeclared": ["y"] * 1_000}})
    caller, payloads = await world.caller("user"), Payloads()
    place = {"typename": "ScanImport", "organization_id": world.organizations["castle"]}
    for _ in range(2 * MOST_KEPT):
        event = Row(place, group_id=world.groups["shop"])
        name = payloads.name(operation, caller, event)
        assert name is not None
        assert len(str(name)) < 500
        payloads.keep(name, event, {"data": {"text": "x" * 100}})
        assert payloads.find(name) is not None
    assert len(payloads._kept) == MOST_KEPT
    large = Row(place, group_id=world.groups["shop"])
    for size in (MOST_KEPT_BYTES // 2, MOST_KEPT_BYTES // 2, MOST_KEPT_BYTES + 1):
        name = payloads.name(operation, caller, large)
        assert name is not None
        payloads.keep((*name[:3], size), large, {"data": "x" * size})
        assert payloads._bytes <= MOST_KEPT_BYTES


async def test_a_file_among_the_variables_is_nobody_elses(world: World) -> None:
    execution = Execution(world.services.execution.schema, seconds=30)
    operation: Any = execution.prepare({"query": PROGRESS, "variables": {"id": UploadedFile("r", b"x")}})
    event = Row(typename="ScanImport", organization_id=world.organizations["castle"], group_id=world.groups["shop"])
    assert Payloads().name(operation, await world.caller("user"), event) is None
    unused: Any = execution.prepare({"query": PROGRESS, "variables": {"id": "x", "file": UploadedFile("r", b"x")}})
    assert Payloads().name(unused, await world.caller("user"), event) is not None
