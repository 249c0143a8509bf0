"""Object, audit entry and outbox row are saved together or not at all, and positions have no gaps."""

import asyncio

import asyncpg
import pytest

from database.unit_of_work import unit_of_work
from domain.identifiers import new_key, parse_global_id
from tests.world import World


async def rows(world: World, table: str) -> list[dict]:
    async with world.services.database.connection() as connection:
        await connection.see(frozenset({world.organizations["castle"]}))
        return [dict(row) for row in await connection.fetch(f"SELECT * FROM {table}")]


async def test_a_change_is_audited_and_told(world: World) -> None:
    before = len(await rows(world, "outbox"))
    await world.add_finding("Audited")
    entry = next(row for row in await rows(world, "audit_entries") if row["type_name"] == "Finding")
    assert entry["verb"] == "add"
    assert entry["actor_id"] == world.users["group_manager"]
    assert entry["details"] == {"title": "Audited"}
    assert len(await rows(world, "outbox")) == before + 1


async def test_positions_of_concurrent_changes_have_no_gaps(world: World) -> None:
    async def change(count: int) -> None:
        async with unit_of_work(world.services.database, world.organizations["castle"], None) as work:
            for _ in range(count):
                work.record("touch", "Group", new_key())

    await asyncio.gather(*(change(n % 3 + 1) for n in range(12)))
    positions = sorted(row["position"] for row in await rows(world, "outbox"))
    assert positions == list(range(1, len(positions) + 1))


async def test_a_failed_unit_of_work_leaves_nothing(world: World) -> None:
    before = [len(await rows(world, table)) for table in ("groups", "audit_entries", "outbox")]
    with pytest.raises(RuntimeError, match="midway"):
        async with unit_of_work(world.services.database, world.organizations["castle"], None) as work:
            await work.connection.execute(
                "INSERT INTO groups (organization_id, group_id, name, plan) VALUES ($1, $2, 'half', 'ESSENTIAL')",
                world.organizations["castle"],
                new_key(),
            )
            work.record("add", "Group", new_key())
            raise RuntimeError("midway")
    assert [len(await rows(world, table)) for table in ("groups", "audit_entries", "outbox")] == before


async def test_only_the_unit_of_work_commits_transactions() -> None:
    """Every other module runs statements; none opens a transaction of its own."""
    import subprocess

    found = subprocess.run(
        ["git", "grep", "-lE", r"\.transaction\(|BEGIN;|COMMIT", "--", "*.py", ":!tests", ":!database/migrations"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    assert found == ["database/migrate.py", "database/scan_results.py", "database/unit_of_work.py"]


async def test_a_vulnerability_needs_a_finding_of_its_own_organization(world: World) -> None:
    finding = parse_global_id(await world.add_finding(), "id")
    castle, harbour = world.organizations["castle"], world.organizations["harbour"]
    for organization_id, finding_id in ((castle, new_key()), (harbour, finding.key)):
        with pytest.raises(asyncpg.ForeignKeyViolationError, match="belongs to no finding of its organization"):
            async with unit_of_work(world.services.database, organization_id, None) as work:
                await work.connection.execute(
                    """INSERT INTO vulnerabilities
                    (organization_id, vulnerability_id, group_id, finding_id, state, path, severity_tenths)
                    VALUES ($1, $2, $2, $3, 'VULNERABLE', 'a.py', 0)""",
                    organization_id,
                    new_key(),
                    finding_id,
                )
