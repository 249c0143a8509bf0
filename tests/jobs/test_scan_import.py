"""Imports: honest counts, all or nothing, and the same file again changes nothing."""

import asyncio
import json
from typing import Any

import pytest

from database import job, scan_import, scan_results, transition
from database.unit_of_work import unit_of_work
from domain.errors import NotFound
from domain.identifiers import parse_global_id
from domain.upload import UploadedFile
from jobs.queue import MOST_UNFINISHED
from jobs.scan_import import KIND
from jobs.supervisor import Supervisor
from scans.report import UnreadableReport
from tests.world import World, result, sarif

COUNTS = ("results", "added", "merged", "same", "reopened", "suppressed", "closed", "rejected", "skipped")


def counts(imported: dict) -> dict:
    return {name: imported[name] for name in COUNTS if imported[name]}


async def vulnerabilities(world: World) -> dict[str, Any]:
    data = await world.get(
        "user",
        """{ group(name: "shop") { vulnerabilities(first: 100) { nodes { path state suppressed line
          scanImport { id } finding { title status } } } } }""",
    )
    return {node["path"]: node for node in data["group"]["vulnerabilities"]["nodes"]}


async def test_results_become_findings_by_rule_and_vulnerabilities_by_place(world: World) -> None:
    imported = await world.import_file(
        sarif(result("A", "a.py"), result("A", "b.py"), result("B", "a.py", level="error"))
    )
    assert imported["status"] == "SUCCEEDED"
    assert imported["progress"] == 100
    assert counts(imported) == {"results": 3, "added": 3}
    data = await world.get(
        "user",
        """{ group(name: "shop") { findings { nodes { title status tool ruleId
          vulnerabilities { nodes { path state } } } } } }""",
    )
    found = {node["title"]: node for node in data["group"]["findings"]["nodes"]}
    assert {title: len(node["vulnerabilities"]["nodes"]) for title, node in found.items()} == {
        "About A": 2,
        "About B": 1,
    }
    assert found["About A"]["status"] == "VULNERABLE"
    assert (found["About A"]["tool"], found["About A"]["ruleId"]) == ("Checker", "A")


async def test_the_same_file_again_changes_nothing(world: World) -> None:
    content = sarif(result("A", "a.py"), result("B", "b.py"))
    await world.import_file(content)
    before = await vulnerabilities(world)
    assert counts(await world.import_file(content + b"\n")) == {"results": 2, "same": 2}
    assert await vulnerabilities(world) == before


async def test_what_moved_is_the_same_and_has_its_new_line(world: World) -> None:
    await world.import_file(sarif(result(line=3)))
    assert counts(await world.import_file(sarif(result(line=30)))) == {"results": 1, "same": 1}
    assert (await vulnerabilities(world))["src/app.py"]["line"] == 30


async def test_what_is_gone_is_closed_and_what_is_back_is_reopened(world: World) -> None:
    both, one = sarif(result("A", "a.py"), result("A", "b.py")), sarif(result("A", "a.py"))
    await world.import_file(both)
    closing = await world.import_file(one)
    assert counts(closing) == {"results": 1, "same": 1, "closed": 1}
    assert (await vulnerabilities(world))["b.py"]["state"] == "SAFE"
    assert (await vulnerabilities(world))["b.py"]["scanImport"]["id"] == closing["id"]
    assert counts(await world.import_file(both)) == {"results": 2, "same": 1, "reopened": 1}
    assert (await vulnerabilities(world))["b.py"]["state"] == "VULNERABLE"


async def test_a_finding_is_safe_once_all_its_places_are(world: World) -> None:
    await world.import_file(sarif(result("A"), result("B", "b.py")))
    await world.import_file(sarif(result("B", "b.py")))
    assert (await vulnerabilities(world))["src/app.py"]["finding"]["status"] == "SAFE"
    assert (await vulnerabilities(world))["b.py"]["finding"]["status"] == "VULNERABLE"


@pytest.mark.parametrize(
    ("content", "variables"),
    [
        (sarif(tool="Another"), {}),
        (sarif(), {"branch": "feature"}),
        (sarif(), {"category": "nightly"}),
        (sarif(automationDetails={"id": "nightly"}), {}),
        (sarif(invocations=[{"executionSuccessful": False}]), {}),
    ],
    ids=["another tool", "another branch", "another category", "its own category", "a run that failed"],
)
async def test_a_scan_of_something_else_or_one_that_failed_closes_nothing(
    world: World, content: bytes, variables: dict
) -> None:
    await world.import_file(sarif(result()))
    assert counts(await world.import_file(content, **variables)) == {}
    assert (await vulnerabilities(world))["src/app.py"]["state"] == "VULNERABLE"


async def test_a_suppressed_result_is_safe_and_opens_once_it_is_not_suppressed(world: World) -> None:
    suppressed = sarif(result(suppressions=[{"kind": "inSource"}]))
    assert counts(await world.import_file(suppressed)) == {"results": 1, "added": 1}
    shown = (await vulnerabilities(world))["src/app.py"]
    assert (shown["state"], shown["suppressed"]) == ("SAFE", True)
    assert counts(await world.import_file(suppressed + b"\n")) == {"results": 1, "same": 1}
    assert counts(await world.import_file(sarif(result()))) == {"results": 1, "reopened": 1}
    assert counts(await world.import_file(suppressed)) == {"results": 1, "suppressed": 1}


async def test_rejected_records_are_listed_and_the_others_land(world: World) -> None:
    imported = await world.import_file(sarif(result(), result(line=0), result(path="../x")))
    assert counts(imported) == {"results": 3, "added": 1, "rejected": 2}
    assert imported["rejections"]["totalCount"] == 2
    pointers = [one["pointer"] for one in imported["rejections"]["nodes"]]
    assert pointers == ["/runs/0/results/1/locations/0", "/runs/0/results/2/locations/0"]


async def test_a_strict_import_with_a_rejected_record_changes_nothing(world: World) -> None:
    imported = await world.import_file(sarif(result(), result(line=0)), strict=True)
    assert imported["status"] == "FAILED"
    assert "1 of 2 results could not be read" in imported["error"]
    assert imported["rejections"]["totalCount"] == 1
    assert (imported["added"], imported["same"]) == (0, 0)
    assert await vulnerabilities(world) == {}


@pytest.mark.parametrize("content", [b"<html>", b'{"version": "2.0.0", "runs": []}', b"\x1f\x8bbroken"])
async def test_a_file_that_is_no_report_fails_with_a_reason(world: World, content: bytes) -> None:
    imported = await world.import_file(content)
    assert imported["status"] == "FAILED"
    assert imported["error"]
    assert "on the server" not in imported["error"], "the sender can mend it, so it is no incident"


async def test_an_incident_fails_the_import_and_shows_an_id_only(world: World, monkeypatch) -> None:
    await world.import_file(sarif(result("A", "a.py")))
    monkeypatch.setattr(transition, "DERIVE", "SELECT nonsense")
    imported = await world.import_file(sarif(result("B", "b.py")))
    assert imported["status"] == "FAILED"
    assert "finds it in the log under" in imported["error"]
    assert "nonsense" not in imported["error"]
    assert list(await vulnerabilities(world)) == ["a.py"], "nothing of the failed import has landed"


async def test_the_same_idempotency_key_is_the_same_import(world: World) -> None:
    first = await world.import_file(sarif(result()), key="build 7")
    second = await world.import_file(sarif(result()), key="build 7")
    assert first["id"] == second["id"]
    assert (await vulnerabilities(world)).keys() == {"src/app.py"}


async def test_another_file_with_the_same_idempotency_key_is_a_conflict(world: World) -> None:
    await world.import_file(sarif(result()), key="build 7")
    with pytest.raises(AssertionError, match="CONFLICT"):
        await world.import_file(sarif(), key="build 7")


async def test_an_import_that_failed_frees_its_idempotency_key(world: World) -> None:
    failed = await world.import_file(b"nonsense", key="build 7")
    assert failed["status"] == "FAILED"
    assert (await world.import_file(sarif(result()), key="build 7"))["status"] == "SUCCEEDED"


async def test_a_finding_removed_while_its_results_land_takes_them_with_it(world: World, monkeypatch) -> None:
    """Removing waits for the import, or the import makes the finding anew; no place is left without its finding."""
    await world.import_file(sarif(result("A", "first.py")))
    data = await world.get("user", '{ group(name: "shop") { findings { nodes { id } } } }')
    (finding,) = data["group"]["findings"]["nodes"]
    monkeypatch.setattr(scan_results, "JOIN_BY_HASH", "SELECT pg_sleep(1)")
    await start(world, sarif(*(result("A", f"{n}.py", n + 1) for n in range(30))))
    removing = "mutation ($id: ID!) { removeFinding(findingId: $id) { success } }"

    async def remove() -> None:
        await asyncio.sleep(0.6)
        await world.get("reviewer", removing, id=finding["id"])

    await asyncio.gather(world.work_off(), remove())
    shown = await world.get(
        "user", '{ group(name: "shop") { vulnerabilities(first: 100) { totalCount nodes { finding { title } } } } }'
    )
    assert shown["group"]["vulnerabilities"]["totalCount"] in {0, 30}


async def test_imports_whose_runs_are_in_another_order_do_not_block_each_other(world: World) -> None:
    def log(*categories: str) -> bytes:
        runs = [
            json.loads(sarif(result(path=f"{one}.py"), automationDetails={"id": one}))["runs"][0] for one in categories
        ]
        return json.dumps({"version": "2.1.0", "runs": runs}).encode()

    keys = [await start(world, log(*order)) for order in (("x", "y"), ("y", "x")) * 4]
    await asyncio.gather(*(world.work_off() for _ in range(4)))
    assert {(await world.scan_import(key))["status"] for key in keys} == {"SUCCEEDED"}


async def test_after_a_large_import_the_database_knows_how_large_its_tables_are(world: World) -> None:
    await world.import_file(sarif(*(result(path=f"{number}.py") for number in range(1100))))
    async with world.services.database.connection() as connection:
        known = await connection.fetchval("SELECT reltuples FROM pg_class WHERE relname = 'vulnerabilities'")
    assert known >= 1100


async def test_a_group_has_a_limit_of_waiting_imports(world: World) -> None:
    for number in range(MOST_UNFINISHED):
        await start(world, sarif() + b" " * number)
    response = await world.ask(
        "service_agent",
        'mutation ($file: Upload!) { importScan(groupName: "shop", file: $file) { success } }',
        file=UploadedFile("r", sarif(result())),
    )
    assert response["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_two_runs_of_one_tool_in_a_file_do_not_land_twice(world: World) -> None:
    log = json.loads(sarif(result()))
    log["runs"] *= 2
    imported = await world.import_file(json.dumps(log).encode())
    assert counts(imported) == {"results": 2, "added": 1, "skipped": 1}


async def test_an_unknown_root_is_refused_before_anything_is_stored(world: World) -> None:
    response = await world.ask(
        "group_manager",
        """mutation ($file: Upload!) { importScan(groupName: "shop", rootNickname: "none", file: $file)
          { success } }""",
        file=UploadedFile("r", sarif()),
    )
    assert response["errors"][0]["extensions"] == {"code": NotFound.code, "argument": "rootNickname"}


@pytest.mark.parametrize(
    ("file", "message"),
    [(UploadedFile("r", b""), "`file` is empty"), (UploadedFile("r", b"x" * 33 * 1024 * 1024), "at most 33,554,432")],
)
async def test_an_empty_or_too_large_file_is_refused(world: World, file: UploadedFile, message: str) -> None:
    response = await world.ask(
        "group_manager",
        'mutation ($file: Upload!) { importScan(groupName: "shop", file: $file) { success } }',
        file=file,
    )
    assert response["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert message in response["errors"][0]["message"]


async def start(world: World, content: bytes) -> str:
    """Queue an import without running it and return its id."""
    data = await world.get(
        "service_agent",
        'mutation ($file: Upload!) { importScan(groupName: "shop", file: $file) { scanImport { id status } } }',
        file=UploadedFile("r", content),
    )
    assert data["importScan"]["scanImport"]["status"] == "QUEUED"
    key: str = data["importScan"]["scanImport"]["id"]
    return key


async def test_an_import_whose_worker_has_died_is_failed(world: World) -> None:
    key = await start(world, sarif(result()))
    named = parse_global_id(key, "id")
    async with unit_of_work(world.services.database, named.organization_id, None) as work:
        await work.run(job.CLAIM, worker="dead", seconds=-1.0)
        await work.run(scan_import.START, organization_id=named.organization_id, key=named.key)
    supervisor = Supervisor(world.services.database, "", 0)
    await supervisor._fail_orphans("")
    imported = await world.scan_import(key)
    assert (imported["status"], imported["error"]) == ("FAILED", KIND.orphaned)
    await world.work_off()
    assert (await world.scan_import(key))["status"] == "FAILED", "what has failed is not tried again"


async def test_an_import_with_a_live_lease_is_left_alone(world: World) -> None:
    key = await start(world, sarif(result()))
    async with unit_of_work(world.services.database, None, None) as work:
        await work.run(job.CLAIM, worker="alive", seconds=job.LEASE_SECONDS)
    await Supervisor(world.services.database, "", 0)._fail_orphans("somebody else")
    assert (await world.scan_import(key))["status"] == "QUEUED"


async def test_imports_of_one_target_at_the_same_moment_do_not_disturb_each_other(world: World) -> None:
    contents = [sarif(*(result(path=f"{n}.py") for n in range(30))) + b" " * more for more in range(4)]
    keys = [await start(world, content) for content in contents]
    await asyncio.gather(*(world.work_off() for _ in range(3)))
    imports = [await world.scan_import(key) for key in keys]
    assert {one["status"] for one in imports} == {"SUCCEEDED"}
    assert sum(one["added"] for one in imports) == 30
    assert sum(one["same"] for one in imports) == 90
    assert len(await vulnerabilities(world)) == 30


async def test_the_file_is_forgotten_once_it_is_read(world: World) -> None:
    await world.import_file(sarif(result()))
    async with world.services.database.connection() as connection:
        await connection.see(frozenset({world.organizations["castle"]}))
        assert await connection.fetchval("SELECT count(*) FROM scan_import_files") == 0
        assert await connection.fetchval("SELECT count(*) FROM jobs WHERE finished_at IS NULL") == 0


@pytest.mark.parametrize(
    ("raised", "message"),
    [(MemoryError(), "needs more memory than an import may use"), (UnreadableReport("Too slow."), "Too slow.")],
)
async def test_a_file_that_needs_too_much_fails_alone(
    world: World, monkeypatch: pytest.MonkeyPatch, raised: Exception, message: str
) -> None:
    def fail(*_: object) -> None:
        raise raised

    with monkeypatch.context() as patched:
        patched.setattr("jobs.scan_import.read_report", fail)
        failed = await world.import_file(sarif(result("A", "a.py")))
    assert failed["status"] == "FAILED"
    assert message in failed["error"]
    assert counts(await world.import_file(sarif(result("B", "b.py")))) == {"results": 1, "added": 1}


async def test_reading_has_a_deadline(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scans.limits.MOST_READING_SECONDS", 0)
    failed = await world.import_file(sarif(*(result(path=f"{n}.py") for n in range(600))))
    assert failed["error"] == "The file takes longer than 0 seconds to read. Split it."
