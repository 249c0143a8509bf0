"""Measures what it costs to notice and count uses of deprecated elements: `python -m bench.deprecated_uses`.

The same requests, of a page of 20 findings, run in turn against the schema as it is and against one in which a field,
an input field in a variable and an enum value that they use are marked. CPU of all that is done for a request is
compared, the writing of what was counted included.
"""

import asyncio
import time
from typing import Any

import orjson
from graphql import GraphQLSchema

from api.deprecations import Deprecations
from api.documents import Operation
from api.execution import Execution
from api.schema import build_schema
from api.services import Services
from bench.in_process import FINDINGS, big_world, postgres
from bench.in_turn import Turn, compare
from database.embedded import APPLICATION, EmbeddedServer
from database.pool import Database
from engine.plans import Plans
from jobs.deprecation_usage import Client
from tests.world import World

GOAL = 1.02
ROUNDS, REQUESTS = 60, 50
WRITTEN_EVERY = 500
"""After how many requests counts are written: as every ten seconds at 50 requests a second."""
QUERY = """query ($by: FindingFilter) { group(name: "group-00") { name description
  findings(first: 20, filter: $by, orderBy: {field: TITLE}) { totalCount
    nodes { id title status severityScore severityRating createdAt } } } }"""
VARIABLES = {"by": {"status": "VULNERABLE", "tool": "Checker"}}
_REASON = "This field is deprecated and will be removed after 2099/06/30."


def main() -> None:
    with postgres() as server:
        asyncio.run(_measure(server))


async def _measure(server: EmbeddedServer) -> None:
    schema = build_schema()
    database = await Database.connect(server.url(APPLICATION), most=2)
    try:
        world = await big_world(database, schema)
        plain = _requests(world, Execution(schema, seconds=60, plans=Plans()))
        marked = _requests(world, Execution(_marked(), seconds=60, plans=Plans()))
        what = f"CPU of {REQUESTS} requests that use what is deprecated, to others"
        await compare(what, marked, plain, GOAL, time.process_time, ROUNDS)
    finally:
        await database.close()


def _marked() -> GraphQLSchema:
    schema = build_schema()
    types: dict[str, Any] = schema.type_map
    types["Group"].fields["description"].deprecation_reason = _REASON
    types["FindingFilter"].fields["tool"].deprecation_reason = _REASON
    types["FindingOrderField"].values["TITLE"].deprecation_reason = _REASON
    return schema


def _requests(world: World, execution: Execution) -> Turn:
    """Return what runs some requests, does for each what the server does, and writes what was counted."""
    services = Services(
        world.services.settings, world.services.database, world.services.credentials, world.services.bus, execution
    )
    client = Client(world.users["organization_manager"], "0123456789abcdef", "bench")
    deprecations = Deprecations(execution.elements, {})

    turns: list[int] = []

    async def run() -> None:
        caller = await world.caller("organization_manager")
        for _ in range(REQUESTS):
            operation = execution.prepare({"query": QUERY, "variables": VARIABLES})
            assert isinstance(operation, Operation), operation
            if operation.deprecated:
                services.usage.count(operation.deprecated, client)
            deprecations.headers(operation.deprecated)
            answer = await execution.run(operation, caller)
            assert orjson.dumps(answer["data"]).count(b'"title"') == FINDINGS, answer
        turns.append(REQUESTS)
        if sum(turns) >= WRITTEN_EVERY:
            turns.clear()
            await services.usage.write()

    return run


if __name__ == "__main__":
    main()
