"""Measures authorization: `python -m bench.authorization`. Prints each figure beside its goal.

Decisions a second; what all guards cost on the largest query; what row-level security costs on it; and whether
signing in takes as long where there is no account. What is compared runs in turn in one process, and CPU or wall time
of each turn is compared with that of its neighbour, so that a machine whose speed drifts does not matter.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from unittest.mock import patch
from uuid import UUID

import orjson
from graphql import GraphQLSchema

import bindings.seal
from api.documents import Operation
from api.execution import Execution
from api.schema import build_schema
from authz import passwords, sign_in_limit
from authz.actions import Action
from authz.police import Police, police
from authz.subject import Place, Subject
from bench.in_process import BIG, FINDINGS, GROUPS, big_world, postgres
from bench.in_turn import compare
from bench.size import size
from bindings.lists import Spots
from database import user
from database.embedded import APPLICATION, EmbeddedServer
from database.page import Scope
from database.pool import Database
from database.unit_of_work import unit_of_work
from domain.identifiers import new_key
from engine.plans import Plans
from enums.group import GroupRole
from enums.organization import OrganizationRole
from enums.user import UserRole
from tests.world import World

DECISIONS = size(1_000_000, 1_000)
DECISIONS_GOAL = 1_000_000
GUARDS_GOAL, ROW_SECURITY_GOAL = 1.05, 1.10
ROUNDS = 20
SIGN_INS = size(100, 2)
Turn = Callable[[], Awaitable[None]]
EVERYTHING = Scope(everything=True, organizations=frozenset(), groups=frozenset())


def main() -> None:
    _decisions()
    with postgres() as server:
        asyncio.run(_queries(server))


def _decisions() -> None:
    organization, group = UUID(int=1), UUID(int=2)
    subject = Subject(
        UUID(int=9),
        "",
        "",
        UserRole.USER,
        {organization: OrganizationRole.USER},
        {group: GroupRole.HACKER},
        frozenset({organization}),
    )
    may, place, action = police().may, Place(organization, group), Action.FINDING_READ
    seconds = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(DECISIONS):
            may(subject, action, place)
        seconds.append(time.process_time() - began)
    measured = DECISIONS / statistics.median(seconds)
    print(
        f"{'decisions a second':45} {measured:12,.0f}  goal {DECISIONS_GOAL:,}  ratio {measured / DECISIONS_GOAL:.2f}"
    )


async def _queries(server: EmbeddedServer) -> None:
    sealed = build_schema()
    database = await Database.connect(server.url(APPLICATION), most=3)
    unlocked = await Database.connect(server.url("postgres"), most=3)
    world = await big_world(database, sealed)
    async with unlocked.connection() as connection:
        await connection.execute("ANALYZE")
    await _guards(world, sealed)
    await _row_security(world, unlocked)
    await _sign_in(world)
    await unlocked.close()
    await database.close()


async def _run(world: World, execution: Execution, database: Database) -> None:
    caller = await world.caller("organization_manager")
    caller.database, caller.reader = database, database.reader(caller.reader.organizations)
    operation = execution.prepare({"query": BIG})
    assert isinstance(operation, Operation), operation
    answer = await execution.run(operation, caller)
    assert "errors" not in answer, answer["errors"][:1]
    assert orjson.dumps(answer["data"]).count(b'"title"') == GROUPS * FINDINGS, "the query has its answer"


async def _guards(world: World, sealed: GraphQLSchema) -> None:
    """Compare the sealed schema with one in which no guard does anything."""
    with patch.object(bindings.seal, "_close", lambda _coordinate, field, _visible: field.resolve):
        open_schema = build_schema()
    guarded, unguarded = (Execution(one, seconds=60, plans=Plans()) for one in (sealed, open_schema))

    async def without() -> None:
        with (
            patch.object(Police, "may", lambda *_: True),
            patch.object(Police, "require", lambda *_: None),
            patch.object(Police, "scope", lambda *_: EVERYTHING),
            patch.object(Spots, "nodes_of", lambda _, part, __: part.rows),  # only the boundary unpacks the others
        ):
            await _run(world, unguarded, world.services.database)

    async def with_guards() -> None:
        await _run(world, guarded, world.services.database)

    what = "CPU of BIG, with guards to without"
    await compare(what, with_guards, without, GUARDS_GOAL, time.process_time, ROUNDS)


async def _row_security(world: World, unlocked: Database) -> None:
    """Compare a role for which row-level security holds with one for which it does not."""
    execution = world.services.execution

    async def locked() -> None:
        await _run(world, execution, world.services.database)

    async def beside() -> None:
        await _run(world, execution, unlocked)

    what = "wall time of BIG, with row security to without"
    await compare(what, locked, beside, ROW_SECURITY_GOAL, time.perf_counter, ROUNDS)


async def _sign_in(world: World) -> None:
    """Compare a wrong password of an account with one of no account."""
    sign_in = """mutation ($email: EmailAddress!) { signIn(email: $email, password: "wrong") { success } }"""
    async with unit_of_work(world.services.database, None, None) as work:
        await work.run(
            user.ADD,
            user_id=new_key(),
            email="there@adarve.example",
            name="There",
            password_hash=await passwords.hash_password("a password of some length"),
            role=str(UserRole.USER),
        )
    times: dict[str, list[float]] = {"there": [], "nowhere": []}
    with patch.object(sign_in_limit, "MOST_OF_ACCOUNT", 10**6), patch.object(sign_in_limit, "MOST_OF_ADDRESS", 10**6):
        for number in range(SIGN_INS):
            for name, seconds in list(times.items())[:: 1 if number % 2 else -1]:
                began = time.perf_counter()
                assert await world.code(None, sign_in, email=f"{name}@adarve.example") == "UNAUTHENTICATED"
                seconds.append(time.perf_counter() - began)
    there, nowhere = (statistics.median(seconds) for seconds in times.values())
    print(f"{'wrong password: an account to no account':45} {there / nowhere:12.3f}  ({there * 1000:.1f} ms)")


if __name__ == "__main__":
    main()
