"""Measures our server over PostgreSQL beside PostGraphile: `python -m bench.over_postgres`.

The same tables and rows, in the name of the same role, under row-level security; with us the guards on top. What counts
is processor time a request: the server's own, and that of the server and PostgreSQL together.
"""

import asyncio
import os
import sys

import orjson
import uvloop

from api.schema import build_schema
from bench.in_process import BIG, FINDINGS, GROUPS, PLACES, big_world, postgres
from bench.memory_world import PEERS
from bench.peer_servers import Client, compared, cost, node, started
from bench.results import Row, faster, keep
from bench.size import TINY
from database.embedded import APPLICATION, EmbeddedServer
from database.pool import Database

OURS, PEER = "Adarve", "PostGraphile"
ROUNDS = 15
PEER_BIG = f"""{{ allGroups(first: {GROUPS}, orderBy: NAME_ASC) {{ nodes {{ name plan
  findingsByOrganizationIdAndGroupId(first: {FINDINGS}, orderBy: SEVERITY_TENTHS_DESC) {{ nodes {{
    findingId title status severityTenths createdAt
    vulnerabilitiesByOrganizationIdAndFindingId(first: {PLACES}, orderBy: MILDNESS_TENTHS_ASC) {{ nodes {{
      vulnerabilityId path line state severityTenths }} }} }} }} }} }} }}"""
SMALL = '{ organization(name: "castle") { id name description mergesAcrossTools createdAt } }'
PEER_SMALL = """{{ organizationByOrganizationId(organizationId: "{0}") {{
  organizationId name description mergesAcrossTools createdAt }} }}"""


async def _fill(server: EmbeddedServer) -> tuple[str, str]:
    """Fill the database; return the organization, and a token of somebody who manages it."""
    database = await Database.connect(server.url(APPLICATION), most=3)
    world = await big_world(database, build_schema())
    manager = world.users["organization_manager"]
    opened = await world.services.credentials.open_session(manager, "manager", "manager@adarve.example")
    await database.close()
    unlocked = await Database.connect(server.url("postgres"), most=1)
    async with unlocked.connection() as connection:
        # Where a finding's vulnerabilities are is known to PostGraphile by foreign keys, of which this is none.
        await connection.execute(
            "COMMENT ON TABLE vulnerabilities IS "
            "'@foreignKey (organization_id, finding_id) references findings (organization_id, finding_id)'"
        )
        # Our indexes are of the rows that are present, which its queries do not ask for: it gets some of all rows.
        await connection.execute(
            "CREATE INDEX ON findings (organization_id, group_id, severity_tenths DESC, finding_id)"
        )
        await connection.execute(
            "CREATE INDEX ON vulnerabilities (organization_id, finding_id, mildness_tenths, vulnerability_id)"
        )
        await connection.execute("ANALYZE")
    await unlocked.close()
    return str(world.organizations["castle"]), opened.web_token


def main() -> None:
    with postgres() as server:
        organization, token = asyncio.run(_fill(server))
        url = server.url(APPLICATION)
        commands = {OURS: [sys.executable, "-m", "bench.own_server", "database", url]}
        if not TINY:
            commands[PEER] = [node(), str(PEERS / "postgraphile.js"), url, "{" + organization + "}"]
        with started(commands, environment={**os.environ, "NODE_ENV": "production"}) as peers:
            rows: list[Row] = []
            for name, query, peer_query, times, goals in (
                ("BIG", BIG, PEER_BIG, 20, (2, 10)),
                ("SMALL", SMALL, PEER_SMALL.format(organization), 400, (1.5, 1.5)),
            ):
                clients = {OURS: Client(peers[0], query, {"Authorization": f"Bearer {token}"})}
                if not TINY:
                    clients[PEER] = Client(peers[1], peer_query)
                answers = [uvloop.run(client.ask(5)) for client in clients.values()]
                assert all("errors" not in orjson.loads(one) for one in answers), [one[:500] for one in answers]
                assert len({one.count(b'"title"') for one in answers}) == 1, "both have all findings"
                pairs = [(OURS, one) for one in clients if one != OURS]
                took = uvloop.run(cost(clients, peers, pairs, times=times, rounds=ROUNDS, with_postgres=True))
                for what, seconds, goal in (
                    ("with PostgreSQL's", took.together, goals[0]),
                    ("the server's own", took.own, goals[1]),
                ):
                    named = f"{name} from PostgreSQL, {what} CPU, to {PEER}"
                    rows += [faster(named, compared(seconds, *pair), goal) for pair in pairs]
            keep(rows)


if __name__ == "__main__":
    main()
