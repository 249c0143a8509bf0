"""A world in this process, with a PostgreSQL of its own, filled for the largest query of the design."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphql import GraphQLSchema

from bench.size import size
from database import group
from database.embedded import APPLICATION, OWNER, EmbeddedServer
from database.migrate import grant, upgrade
from database.pool import Database
from database.unit_of_work import unit_of_work
from domain.identifiers import new_key
from enums.group import Plan
from tests.world import World, result, sarif

GROUPS, FINDINGS, PLACES = size((50, 20, 5), (2, 3, 2))
BIG = f"""{{ organization(name: "castle") {{ groups(first: {GROUPS}) {{ nodes {{ name plan
  findings(first: {FINDINGS}) {{ nodes {{ id title status severityScore severityRating createdAt
    vulnerabilities(first: {PLACES}) {{ nodes {{ id path line state severityScore }} }} }} }} }} }} }} }}"""
"""50 groups of 20 findings of 5 vulnerabilities each."""


@contextmanager
def postgres() -> Iterator[EmbeddedServer]:
    """Serve a PostgreSQL with the tables in it for as long as the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="adarve-bench-"))
    folder.chmod(0o755)
    server = EmbeddedServer(folder, options=("fsync=off", "autovacuum=off"))
    try:
        server.start()
        asyncio.run(server.prepare())
        upgrade(server.url(OWNER))
        asyncio.run(grant(server.url(OWNER), server.url(APPLICATION)))
        yield server
    finally:
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)


async def big_world(database: Database, schema: GraphQLSchema) -> World:
    """Return a world with everything that BIG asks for."""
    world = await World.make(database, schema)
    organization_id = world.organizations["castle"]
    report = sarif(
        *(result(f"rule{rule}", f"src/{place}.py", place + 1) for rule in range(FINDINGS) for place in range(PLACES))
    )
    for number in range(GROUPS):
        name, group_id = f"group-{number:02}", new_key()
        async with unit_of_work(database, organization_id, None) as work:
            named = {"organization_id": organization_id, "group_id": group_id, "name": name}
            await work.run(group.ADD_NAME, **named)
            await work.run(group.ADD, **named, description="", plan=str(Plan.ADVANCED))
        await world.import_file(report, "admin", group=name)
    return world
