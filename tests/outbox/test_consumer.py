"""Consumers are told every change of every organization once, in order, and go on from where they were."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from structlog.testing import capture_logs

from database.outbox import ChangeRow
from database.unit_of_work import UnitOfWork, unit_of_work
from domain.identifiers import new_key
from outbox import consumer as consumer_module
from outbox.audit_stream import AUDIT_STREAM
from outbox.consumer import Consumer, Consumers
from tests.world import World


@dataclass
class Reader:
    """A consumer that remembers; it fails at a position, if it is told to."""

    failing_at: int | None = None
    seen: list[tuple[UUID, int]] = field(default_factory=list)

    async def take(self, _: UnitOfWork, changes: Sequence[ChangeRow]) -> None:
        if self.failing_at in {change["position"] for change in changes}:
            raise RuntimeError("the consumer fails")
        self.seen += [(change["organization_id"], change["position"]) for change in changes]

    @property
    def consumer(self) -> Consumer:
        return Consumer("reader", self.take)


def consumers(world: World, *several: Consumer) -> Consumers:
    return Consumers(world.services.database, world.services.bus, several)


async def change(world: World, count: int, organization: str = "castle") -> None:
    async with unit_of_work(world.services.database, world.organizations[organization], None) as work:
        for _ in range(count):
            work.record("touch", "Group", new_key())


def expected(world: World, **counts: int) -> list[tuple[UUID, int]]:
    return [(world.organizations[name], n + 1) for name, count in counts.items() for n in range(count)]


async def test_every_change_is_told_once_and_in_order(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(consumer_module, "MOST_AT_ONCE", 4)
    reader = Reader()
    before = consumers(world, reader.consumer)
    await before.catch_up(reader.consumer)
    already = len(reader.seen)
    await change(world, 9)
    await change(world, 3, "harbour")
    await before.catch_up(reader.consumer)
    assert len(reader.seen) == already + 12
    for name in ("castle", "harbour"):
        told = [position for organization, position in reader.seen if organization == world.organizations[name]]
        assert told == list(range(1, len(told) + 1))
    await consumers(world, reader.consumer).catch_up(reader.consumer)
    assert len(reader.seen) == already + 12, "another process goes on from there"


async def test_a_consumer_that_fails_is_told_again_and_the_others_go_on(world: World) -> None:
    await change(world, 3)
    failing, other = Reader(failing_at=2), Reader()
    several = consumers(world, failing.consumer)
    with capture_logs() as logs:
        await several.catch_up(failing.consumer)
        await several.catch_up(Consumer("other", other.take))
    assert [log["event"] for log in logs] == ["outbox_consumer_failed"]
    castle = world.organizations["castle"]
    assert not [one for one in failing.seen if one[0] == castle], "nothing of what failed counts as read"
    assert [one for one in other.seen if one[0] == castle]
    failing.failing_at = None
    await several.catch_up(failing.consumer)
    assert [one for one in failing.seen if one[0] == castle] == [one for one in other.seen if one[0] == castle]


async def test_two_processes_do_not_tell_the_same_twice(world: World) -> None:
    import asyncio

    await change(world, 20)
    reader = Reader()
    await asyncio.gather(*(consumers(world, reader.consumer).catch_up(reader.consumer) for _ in range(4)))
    assert len(reader.seen) == len(set(reader.seen))


async def test_a_signal_wakes_them_and_they_stop(world: World) -> None:
    import asyncio

    reader = Reader()
    await world.services.bus.start()
    running = consumers(world, reader.consumer)
    await running.start()
    try:
        await asyncio.sleep(0.2)
        before = len(reader.seen)
        await change(world, 1)
        for _ in range(300):
            if len(reader.seen) > before:
                break
            await asyncio.sleep(0.01)
        assert len(reader.seen) == before + 1
    finally:
        await running.stop()
        await world.services.bus.stop()


async def test_the_audit_stream_names_what_was_done_and_not_what_was_said(world: World) -> None:
    await world.add_finding("A secret weakness")
    with capture_logs() as logs:
        await consumers(world, AUDIT_STREAM).catch_up(AUDIT_STREAM)
    line = next(log for log in logs if log["event"] == "change" and log["type"] == "Finding")
    assert (line["verb"], line["organization"]) == ("add", str(world.organizations["castle"]))
    assert "secret" not in str(logs)


async def test_what_fails_for_one_organization_is_told_for_the_others(world: World) -> None:
    castle = world.organizations["castle"]
    told: list[ChangeRow] = []

    async def take(_: UnitOfWork, changes: Sequence[ChangeRow]) -> None:
        if changes[0]["organization_id"] == castle:
            raise RuntimeError("poison")
        told.extend(changes)

    await change(world, 2)
    await change(world, 2, "harbour")
    with capture_logs():
        await consumers(world).catch_up(Consumer("poisoned", take))
    assert told, "harbour is told"


async def test_a_consumer_that_hangs_is_given_up_for_now(world: World, monkeypatch: Any) -> None:
    import asyncio

    monkeypatch.setattr(consumer_module, "MOST_SECONDS", 0.1)
    await change(world, 1)

    async def hang(*_: object) -> None:
        await asyncio.sleep(30)

    with capture_logs() as logs:
        await asyncio.wait_for(consumers(world).catch_up(Consumer("hanging", hang)), 5)
    assert logs
