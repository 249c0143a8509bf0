"""Measures the engine in process: `python -m bench.engine`. Plain Ariadne is the peer, over the same objects.

Both run with the garbage collector and the memory as the server sets them.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import ariadne
import orjson
import uvloop
from ariadne import ObjectType, QueryType, make_executable_schema
from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, execute, parse, validate

from api.documents import Operation
from api.errors import format_errors
from api.execution import Execution
from api.server import keep_freed_memory, spare_what_stays
from authz.subject import Subject
from bench.guarded_world import NULLABLE_GROUPS, GuardedWorld, guarded_world, request_of
from bench.in_turn import Turn, measure
from bench.memory_world import BIG, BIG_WITH_REPORTERS, MEDIUM, SDL, SMALL, Thing, world
from bench.results import Row, beside, dearer, faster, keep
from engine.engine import Engine, Outcome
from engine.plans import Plans
from engine.reading import Column
from enums.group import GroupRole

ROUNDS = 15
ROUNDS_OF_GUARDS = 100
"""What guards cost is a few hundredths, less than one turn differs from the next."""


def attributes_schema(*, asynchronous: bool) -> GraphQLSchema:
    """Return a schema over objects with attributes; lists come from asynchronous resolvers, or as they are."""
    roots = world(Thing)
    query, organization, group, finding = (QueryType(), *map(ObjectType, ("Organization", "Group", "Finding")))
    for name, root in roots.items():
        query.set_field(name, _giving(root, asynchronous=asynchronous))
    if asynchronous:
        organization.set_field("groups", _later(lambda one: one.groups))
        group.set_field("findings", _later(lambda one: one.findings))
        finding.set_field("vulnerabilities", _later(lambda one: one.vulnerabilities))
    return make_executable_schema(SDL, [query, organization, group, finding])


def _giving(value: Any, *, asynchronous: bool) -> Callable[..., Any]:
    return _later(lambda _: value) if asynchronous else lambda *_: value


def _later(read: Callable[[Any], Any]) -> Callable[..., Awaitable[Any]]:
    async def resolve(parent: Any, _: Any) -> Any:
        return read(parent)

    return resolve


def unguarded_schema(world: GuardedWorld) -> GraphQLSchema:
    """Return a schema over the rows of a guarded one without any guard."""
    schema = make_executable_schema(NULLABLE_GROUPS)
    for name, root in world.roots.items():
        schema.query_type.fields[name].resolve = lambda *_, root=root: root  # type: ignore[union-attr]
    for type_name in ("Organization", "Group", "Finding", "Vulnerability"):
        for name, field in schema.type_map[type_name].fields.items():  # type: ignore[attr-defined]
            field.resolve = Column(f"unguarded_{name}" if name in {"findings", "vulnerabilities"} else name)
    return schema


def plain(schema: GraphQLSchema, query: str, *, document: DocumentNode | None = None) -> Turn:
    """Return a turn of plain Ariadne; with its document parsed and validated before, if it is given."""

    async def turn() -> None:
        cached: dict[str, Any] = {}
        if document is not None:
            cached = {"query_document": document, "query_validator": lambda *_, **__: []}
        success, result = await ariadne.graphql(schema, {"query": query}, **cached)
        assert success
        orjson.dumps(result)

    return turn


def compiled(schema: GraphQLSchema, query: str, *, subject: Subject | None = None) -> Turn:
    """Return a turn of the engine; a new request of somebody each time, where somebody asks."""
    engine = Engine(schema, Plans(sightings=1))
    document = parse(query)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    executable = engine.executable(document, operation)

    async def turn() -> bytes:
        outcome = engine.execute(executable, {}, None if subject is None else request_of(subject))
        if not isinstance(outcome, Outcome):
            outcome = await outcome
        return orjson.dumps({"errors": format_errors(outcome.errors), "data": outcome.data})

    return turn


async def _nothing() -> None:
    pass


async def _nothing_of_a_group() -> None:
    await _nothing()
    await asyncio.gather(*(_nothing() for _ in range(20)))


async def _tasks_alone() -> None:
    """Await what BIG awaits, 50 groups and 20 findings of each, with nothing in it."""
    await _nothing()
    await _nothing()
    await asyncio.gather(*(_nothing_of_a_group() for _ in range(50)))


def times(turn: Turn, calls: int) -> Turn:
    """Return a turn that does another many times, as a single one would be too short to measure."""

    async def many() -> None:
        for _ in range(calls):
            await turn()

    return many


async def main() -> None:
    keep_freed_memory()
    spare_what_stays()
    rows: list[Row] = []
    for asynchronous, goal in ((False, 25), (True, 15)):
        schema = attributes_schema(asynchronous=asynchronous)
        kind = "asynchronous" if asynchronous else "plain"
        for name, query, calls in (("BIG", BIG, 1), ("MEDIUM", MEDIUM, 20), ("SMALL", SMALL, 200)):
            ours = times(compiled(schema, query), calls)
            found = await measure(ours, times(plain(schema, query), calls), time.process_time, ROUNDS)
            rows.append(faster(f"{name}, {kind} resolvers, to plain Ariadne", found, goal, calls=calls))
            cached = times(plain(schema, query, document=parse(query)), calls)
            found = await measure(ours, cached, time.process_time, ROUNDS)
            rows.append(faster(f"{name}, {kind} resolvers, to Ariadne with a document cache", found, 1, calls=calls))
    waiting = compiled(attributes_schema(asynchronous=True), BIG)
    found = await measure(waiting, _tasks_alone, time.process_time, ROUNDS)
    rows.append(beside("BIG, asynchronous resolvers, to as many tasks that do nothing", found))
    rows += await _guards()
    rows += await _first_sight()
    keep(rows)


async def _guards() -> list[Row]:
    """Compare what the server's own guards cost in requests of somebody in quick succession."""
    world = guarded_world()
    unguarded = compiled(unguarded_schema(world), BIG_WITH_REPORTERS)
    allowed = compiled(world.schema, BIG_WITH_REPORTERS, subject=world.subject(GroupRole.ARCHITECT))
    refused = compiled(world.schema, BIG_WITH_REPORTERS, subject=world.subject(GroupRole.USER))
    spare_what_stays()
    assert await allowed() == await unguarded(), "nothing is refused"
    found = await measure(allowed, unguarded, time.process_time, ROUNDS_OF_GUARDS)
    rows = [dearer("BIG with every field guarded, to the same unguarded", found, 1.05)]
    assert (await refused()).count(b'"FORBIDDEN"') == 6_000, "a field of every object is refused"
    found = await measure(refused, allowed, time.process_time, ROUNDS_OF_GUARDS)
    rows.append(dearer("BIG with a refused field in every object, to the same allowed", found, 2))
    return rows


async def _first_sight() -> list[Row]:
    """Compare what executes a document that was never seen, from its text on: ours looks at shape and weight, too."""
    schema = attributes_schema(asynchronous=False)
    execution = Execution(schema, seconds=30, plans=Plans())
    number = 0

    def unseen() -> str:
        nonlocal number
        number += 1
        return SMALL.replace("{ id", f"{{ number{number}: id", 1)

    async def ours() -> None:
        operation = execution.prepare({"query": unseen()})
        assert isinstance(operation, Operation)
        assert "errors" not in await execution.run(operation, request_of(None))

    async def theirs() -> None:
        document = parse(unseen())
        assert not validate(schema, document)
        execute(schema, document)

    found = await measure(times(ours, 200), times(theirs, 200), time.process_time, ROUNDS)
    return [dearer("An unseen document, SMALL, to graphql-core", found, 1.1, calls=200)]


if __name__ == "__main__":
    uvloop.run(main())
