"""Jobs of any kind: leases, attempts, deadlines, progress; listing, retrying and cancelling by those who may."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest

from database import job
from database.job import ClaimedJobRow
from database.unit_of_work import UnitOfWork, unit_of_work
from domain.identifiers import new_key
from domain.upload import UploadedFile
from jobs import runner
from jobs.kind import Job, JobFailed, Kind, kinds
from jobs.supervisor import Supervisor
from tests.world import World, result, sarif

JOBS = """query ($group: String = "shop") { group(name: $group) { jobs { totalCount nodes {
  id kind state progress attempts error scanImport { status } startedAt finishedAt } } } }"""
RETRY = "mutation ($id: ID!) { retryJob(jobId: $id) { job { state attempts error finishedAt } } }"
CANCEL = "mutation ($id: ID!) { cancelJob(jobId: $id) { job { state finishedAt } } }"


@dataclass
class Work:
    """A kind of work for tests: fails with these errors, one an attempt, then succeeds."""

    failures: list[Exception] = field(default_factory=list)
    began: int = 0
    ended: list[str] = field(default_factory=list)
    waiting: asyncio.Event | None = None
    started: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, at_hand: Job) -> None:
        self.began += 1
        await at_hand.tell_progress(40)
        self.started.set()
        if self.waiting is not None:
            await self.waiting.wait()
        if self.failures:
            raise self.failures.pop(0)

    async def end(self, work: UnitOfWork, row: ClaimedJobRow, message: str) -> None:
        self.ended.append(message)
        work.record("fail", "Thing", row["object_key"], {"error": message})


@pytest.fixture
def work() -> Iterator[Work]:
    made = Work()
    kinds()["test"] = Kind("test", run=made.run, end=made.end, seconds=5, attempts=3)
    yield made
    del kinds()["test"]


async def queue(world: World, kind: str = "test") -> UUID:
    key = new_key()
    async with unit_of_work(world.services.database, None, None) as unit:
        await unit.run(
            job.ADD,
            job_id=key,
            kind=kind,
            organization_id=world.organizations["castle"],
            group_id=world.groups["shop"],
            object_key=new_key(),
        )
    return key


async def listed(world: World, person: str = "user", group: str = "shop") -> list[dict]:
    nodes: list[dict] = (await world.get(person, JOBS, group=group))["group"]["jobs"]["nodes"]
    return nodes


async def due(world: World) -> None:
    """Let the pause of what waits be over."""
    async with unit_of_work(world.services.database, None, None) as unit:
        await unit.connection.execute("UPDATE jobs SET due_at = now() WHERE state = 'WAITING'")


async def test_a_job_runs_tells_its_progress_and_succeeds(world: World, work: Work) -> None:
    await queue(world)
    (waiting,) = await listed(world)
    assert (waiting["state"], waiting["attempts"], waiting["startedAt"]) == ("WAITING", 0, None)
    await world.work_off()
    (done,) = await listed(world)
    assert (done["kind"], done["state"], done["progress"], done["attempts"]) == ("test", "SUCCEEDED", 100, 1)
    assert done["finishedAt"] is not None
    assert (work.began, work.ended) == (1, [])


async def test_what_fails_is_tried_again_after_a_pause(world: World, work: Work) -> None:
    work.failures = [RuntimeError("secret"), ValueError("secret")]
    await queue(world)
    for attempts in (1, 2):
        await world.work_off()
        (waiting,) = await listed(world)
        assert (waiting["state"], waiting["attempts"], waiting["progress"]) == ("WAITING", attempts, 40)
        assert "secret" not in waiting["error"]
        assert work.began == attempts, "the pause is not over"
        await due(world)
    await world.work_off()
    (done,) = await listed(world)
    assert (done["state"], done["attempts"], work.ended) == ("SUCCEEDED", 3, [])


async def test_what_fails_too_often_has_failed_and_can_be_begun_anew(world: World, work: Work) -> None:
    work.failures = [RuntimeError("secret")] * 3
    await queue(world)
    for _ in range(4):
        await world.work_off()
        await due(world)
    (failed,) = await listed(world)
    assert (failed["state"], work.began, len(work.ended)) == ("FAILED", 3, 1)
    retried = (await world.get("vulnerability_manager", RETRY, id=failed["id"]))["retryJob"]["job"]
    assert retried == {"state": "WAITING", "attempts": 0, "error": None, "finishedAt": None}
    await world.work_off()
    assert (await listed(world))[0]["state"] == "SUCCEEDED"
    assert await world.code("vulnerability_manager", RETRY, id=failed["id"]) == "CONFLICT", "it has not failed"


async def test_what_says_that_it_has_failed_is_not_tried_again(world: World, work: Work) -> None:
    work.failures = [JobFailed("The file is empty.")]
    await queue(world)
    await world.work_off()
    (failed,) = await listed(world)
    assert (failed["state"], failed["error"], work.ended) == ("FAILED", "The file is empty.", ["The file is empty."])


async def test_an_attempt_has_a_deadline(world: World, work: Work) -> None:
    work.waiting = asyncio.Event()
    kinds()["test"] = replace(kinds()["test"], seconds=0.2, attempts=1)
    await queue(world)
    await world.work_off()
    (failed,) = await listed(world)
    assert failed["state"] == "FAILED"
    assert "longer than" in failed["error"]


async def test_a_job_whose_worker_died_is_tried_again(world: World, work: Work) -> None:
    await queue(world)
    async with unit_of_work(world.services.database, None, None) as unit:
        await unit.run(job.CLAIM, worker="dead", seconds=-1.0)
    await Supervisor(world.services.database, "", 0)._fail_orphans("")
    (waiting,) = await listed(world)
    assert (waiting["state"], waiting["attempts"], waiting["error"]) == (
        "WAITING",
        1,
        "The worker that was at it has died.",
    )
    await due(world)
    await world.work_off()
    assert (await listed(world))[0]["state"] == "SUCCEEDED"


async def test_a_running_job_that_is_cancelled_ends(world: World, work: Work, monkeypatch) -> None:
    monkeypatch.setattr(job, "LEASE_SECONDS", 0.3)
    work.waiting = asyncio.Event()
    await queue(world)
    working = asyncio.create_task(world.work_off())
    await asyncio.wait_for(work.started.wait(), 5)
    (running,) = await listed(world)
    assert running["state"] == "RUNNING"
    cancelled = (await world.get("vulnerability_manager", CANCEL, id=running["id"]))["cancelJob"]["job"]
    assert cancelled["state"] == "CANCELLED"
    await asyncio.wait_for(working, 5)
    assert (await listed(world))[0]["state"] == "CANCELLED"
    assert work.ended == ["It was cancelled."]
    assert await world.code("vulnerability_manager", CANCEL, id=running["id"]) == "CONFLICT"


async def test_an_import_that_waits_can_be_cancelled_and_never_runs(world: World) -> None:
    from tests.jobs.test_scan_import import start

    key = await start(world, sarif(result()))
    (waiting,) = await listed(world)
    assert waiting["scanImport"] == {"status": "QUEUED"}
    await world.get("group_manager", CANCEL, id=waiting["id"])
    await world.work_off()
    imported = await world.scan_import(key)
    assert (imported["status"], imported["error"]) == ("FAILED", "It was cancelled.")
    assert await world.code("group_manager", RETRY, id=waiting["id"]) == "CONFLICT", "its file is gone"


async def test_those_alone_who_may_list_retry_and_cancel(world: World, work: Work) -> None:
    await queue(world)
    key = (await listed(world))[0]["id"]
    assert await world.code("user", CANCEL, id=key) == "FORBIDDEN"
    assert await world.code("service_agent", RETRY, id=key) == "FORBIDDEN"
    assert await world.code("stranger", CANCEL, id=key) == "NOT_FOUND"
    assert (await world.get("stranger", "query ($id: ID!) { node(id: $id) { id } }", id=key))["node"] is None
    assert (await world.get("user", "query ($id: ID!) { node(id: $id) { __typename } }", id=key))["node"]


async def test_work_of_an_unknown_kind_fails_with_a_word(world: World) -> None:
    await queue(world, "of tomorrow")
    await world.work_off()
    (failed,) = await listed(world)
    assert (failed["state"], failed["error"]) == ("FAILED", runner.UNKNOWN)


def test_imports_are_a_kind_that_is_found() -> None:
    assert "scan_import" in kinds()
    assert kinds()["scan_import"].cannot_be_retried


async def test_a_job_that_was_cancelled_while_it_landed_has_landed_or_not(world: World) -> None:
    """Whoever gets to the job first wins: what was cancelled did not land, and what has landed was not cancelled."""
    for delay in (0.0, 0.01, 0.02, 0.03, 0.05):
        started = await world.get(
            "group_manager",
            """mutation ($file: Upload!) { importScan(groupName: "shop", partial: true, file: $file) {
              scanImport { id } } }""",
            file=UploadedFile("r", sarif(result(path=f"{delay}.py"))),
        )
        key = started["importScan"]["scanImport"]["id"]
        number = (await listed(world))[0]["id"]
        working = asyncio.create_task(world.work_off())
        await asyncio.sleep(delay)
        refused = await world.code("group_manager", CANCEL, id=number)
        await working
        imported, state = await world.scan_import(key), (await listed(world))[0]["state"]
        assert (refused, state, imported["status"]) in {
            (None, "CANCELLED", "FAILED"),
            ("CONFLICT", "SUCCEEDED", "SUCCEEDED"),
        }, delay


async def test_what_was_cancelled_ends_once_and_cannot_succeed(world: World, work: Work) -> None:
    await queue(world)
    async with unit_of_work(world.services.database, None, None) as unit:
        claimed = await unit.run_required(job.CLAIM, worker="w", seconds=30.0)
    number = (await listed(world))[0]["id"]
    await world.get("group_manager", CANCEL, id=number)
    await runner.end_job(world.services.database, claimed, "later")
    await runner.lose_job(world.services.database, claimed, "w")
    with pytest.raises(JobFailed):
        async with unit_of_work(world.services.database, world.organizations["castle"], None) as unit:
            await Job(world.services.database, claimed, "w").succeed(unit)
    assert work.ended == ["It was cancelled."]
    assert (await listed(world))[0]["state"] == "CANCELLED"


async def test_a_worker_that_has_lost_its_job_does_nothing_to_it(world: World, work: Work) -> None:
    await queue(world)
    async with unit_of_work(world.services.database, None, None) as unit:
        lost = await unit.run_required(job.CLAIM, worker="first", seconds=-1.0)
    await runner.lose_job(world.services.database, lost, "")
    await due(world)
    async with unit_of_work(world.services.database, None, None) as unit:
        await unit.run_required(job.CLAIM, worker="second", seconds=30.0)
    await runner.end_job(world.services.database, lost, "too late")
    await runner.lose_job(world.services.database, lost, "")
    assert (await listed(world))[0]["state"] == "RUNNING"
    assert work.ended == []


async def test_an_orphan_that_cannot_be_ended_leaves_the_others_alone(world: World, work: Work) -> None:
    async def fails(*_: object) -> None:
        raise RuntimeError("poison")

    kinds()["poison"] = replace(kinds()["test"], name="poison", end=fails, attempts=1)
    try:
        for kind in ("poison", "test", "poison"):
            await queue(world, kind)
        async with unit_of_work(world.services.database, None, None) as unit:
            for _ in range(3):
                await unit.run(job.CLAIM, worker="dead", seconds=-1.0)
        await Supervisor(world.services.database, "", 0)._fail_orphans("")
    finally:
        del kinds()["poison"]
    assert sorted(one["state"] for one in await listed(world)) == ["RUNNING", "RUNNING", "WAITING"]


async def test_a_time_out_of_something_else_is_no_deadline(world: World, work: Work) -> None:
    work.failures = [TimeoutError("of a connection")] * 3
    await queue(world)
    await world.work_off()
    (waiting,) = await listed(world)
    assert "under" in waiting["error"], "an incident, which the log has"
