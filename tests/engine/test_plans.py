"""Plans: what is compiled and when, what is kept, what errors look like, and that nothing is left behind."""

import asyncio
import traceback
import unittest.mock
from collections import namedtuple
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from graphql import (
    ExecutionResult,
    GraphQLDeferDirective,
    GraphQLError,
    GraphQLSchema,
    build_schema,
    execute,
    graphql_sync,
    parse,
    subscribe,
)

from engine.batch import BatchResolver
from engine.engine import Engine
from engine.executor import subscription_executor_of
from engine.explain import explain
from engine.plans import Plans
from engine.selecting import is_plain
from tests.engine.items import compiling, resolve


def test_an_engine_refuses_a_schema_whose_results_come_in_parts(schema: GraphQLSchema) -> None:
    given = schema.to_kwargs()
    given["directives"] = (*given["directives"], GraphQLDeferDirective)
    with pytest.raises(ValueError, match="@defer or @stream"):
        Engine(GraphQLSchema(**given), Plans())


def test_fragments_of_fragments_do_not_grow_a_plan(schema: GraphQLSchema) -> None:
    """Each level selects the next twice: written out, it would be a million fields."""
    levels = [f"fragment F{n} on Item {{ a: child {{ ...F{n + 1} }} b: child {{ ...F{n + 1} }} }}" for n in range(20)]
    document = parse(" ".join(["{ item { ...F0 } }", *levels, "fragment F20 on Item { name }"]))
    plans = Plans(sightings=1)
    result = execute(schema, document, {"item": {"child": None}}, executor_class=compiling(plans))
    assert result == ExecutionResult({"item": {"a": None, "b": None}}, None)
    assert plans.counts.compiled == 1
    (known,) = plans._known.values()
    (plan,) = known._plans.values()
    assert len(list(plan.texts())) < 100


def test_a_fragment_that_leads_back_to_itself_is_bounded_by_the_data(schema: GraphQLSchema) -> None:
    document = parse("{ item { ...F } } fragment F on Item { name child { ...F } }")
    plans = Plans(sightings=1)
    root = {"item": {"name": "a", "child": {"name": "b", "child": None}}}
    result = execute(schema, document, root, executor_class=compiling(plans))
    assert result == ExecutionResult({"item": {"name": "a", "child": {"name": "b", "child": None}}}, None)
    assert plans.counts.compiled == 1


def test_a_resolver_below_a_fragment_that_leads_back_to_itself_is_told_its_place() -> None:
    schema = build_schema("type Query { a: Item } type Item { a: Item  b: Item  name: String }")
    resolve(schema, "Item.name", lambda _, info: "/".join(map(str, info.path.as_list())))
    document = parse(
        "{ ...Q } fragment Q on Query { a { b { ...F } name } } fragment F on Item { a { b { ...F } name } }"
    )
    root: dict[str, Any] = {"a": {"b": None}}
    for _ in range(5):
        root = {"a": {"b": root}}
    expected = execute(schema, document, root)
    assert isinstance(expected, ExecutionResult)
    assert expected.errors is None
    assert execute(schema, document, root, executor_class=compiling(Plans(sightings=1))) == expected


def test_a_traceback_shows_the_resolver_and_the_line_of_the_plan(schema: GraphQLSchema) -> None:
    def broken(*_: Any) -> str:
        raise ValueError("what went wrong")

    resolve(schema, "Query.hello", broken)
    result = execute(schema, parse("{ hello }"), executor_class=compiling(Plans(sightings=1)))
    assert isinstance(result, ExecutionResult)
    assert result.errors
    original = result.errors[0].original_error
    assert isinstance(original, ValueError)
    told = "".join(traceback.format_exception(original))
    assert ", in Query_0" in told
    assert "value = Query_hello_0_resolve(source" in told
    assert told.strip().endswith("ValueError: what went wrong")


def test_classes_are_taken_on_sight_only_if_all_their_objects_are_alike() -> None:
    class Called:
        def __call__(self) -> None:
            pass

    class Awaited:
        def __await__(self) -> Any:
            yield

    class Elusive:
        def __getattr__(self, name: str) -> Any:
            return name

    class Pretending:
        @property  # type: ignore[misc]
        def __class__(self) -> type:
            return str

    class Watching:
        def __getattribute__(self, name: str) -> Any:
            return object.__getattribute__(self, name)

    odd: list[type] = [Called, Awaited, Elusive, Pretending, Watching, Exception, type(None), unittest.mock.Mock]
    plain: list[type] = [asyncpg.Record, dict, SimpleNamespace, namedtuple("Pair", "a b")]  # noqa: PYI024
    assert [kind for kind in odd if is_plain(kind)] == []
    assert [kind for kind in plain if not is_plain(kind)] == []


async def test_an_error_at_the_root_ends_what_is_being_resolved(schema: GraphQLSchema) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def children(parents: Any, _: Any) -> Any:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    async def must(*_: Any) -> Any:
        await begun.wait()
        raise ValueError("no")

    async def item(*_: Any) -> Any:
        return {}

    resolve(schema, "Item.children", BatchResolver(children))
    resolve(schema, "Query.item", item)
    resolve(schema, "Query.must", must)
    before = asyncio.all_tasks()
    running = execute(
        schema,
        parse("{ item { children { name } } must { name } }"),
        context_value=SimpleNamespace(batches={}),
        executor_class=compiling(Plans(sightings=1)),
    )
    result = await asyncio.wait_for(running, 10)  # type: ignore[arg-type]
    assert result.data is None
    assert [one.message for one in result.errors or ()] == ["no"]
    assert ended.is_set()
    assert asyncio.all_tasks() <= before


async def test_cancelling_ends_the_levels_that_are_being_resolved(schema: GraphQLSchema) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def children(parents: Any, _: Any) -> Any:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    resolve(schema, "Item.children", BatchResolver(children))
    running: Any = execute(
        schema,
        parse("{ items { children { name } } }"),
        {"items": [{}, {}]},
        context_value=SimpleNamespace(batches={}),
        executor_class=compiling(Plans(sightings=1)),
    )
    task = asyncio.ensure_future(running)
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_parents_that_are_no_longer_in_the_result_are_not_resolved(schema: GraphQLSchema) -> None:
    """The second child's error makes the whole first item null; its children's children are not asked for."""
    asked: list[Any] = []

    async def children(parents: Any, _: Any) -> Any:
        asked.append([one["name"] for one in parents])
        return [[{"name": "b", "must": None}, {"name": "c", "must": "m"}] for _ in parents]

    resolve(schema, "Item.children", BatchResolver(children))
    running: Any = execute(
        schema,
        parse("{ item { name children { name children { name } must } } other: item { name } }"),
        {"item": {"name": "a"}},
        context_value=SimpleNamespace(batches={}),
        executor_class=compiling(Plans(sightings=1)),
    )
    result = await running
    assert result.data == {"item": None, "other": {"name": "a"}}
    assert asked == [["a"]]


async def test_each_event_of_a_subscription_runs_the_plan(schema: GraphQLSchema) -> None:
    async def count(*_: Any) -> Any:
        for number in range(3):
            yield {"count": number}

    schema.subscription_type.fields["count"].subscribe = count  # type: ignore[union-attr]
    plans = Plans(sightings=1)
    events: Any = subscribe(schema, parse("subscription { count }"), executor_class=subscription_executor_of(plans))
    assert [event.data async for event in events] == [{"count": 0}, {"count": 1}, {"count": 2}]
    assert plans.counts.compiled == 3


def test_mutations_run_one_after_the_other(schema: GraphQLSchema) -> None:
    total = 0

    def add(*_: Any, by: int) -> int:
        nonlocal total
        total += by
        return total

    resolve(schema, "Mutation.add", add)
    document = parse("mutation { a: add(by: 1) b: add(by: 2) c: add(by: 3) }")
    result = execute(schema, document, executor_class=compiling(Plans(sightings=1)))
    assert result == ExecutionResult({"a": 1, "b": 3, "c": 6}, None)


def test_a_plan_is_explained_as_its_variables_decide(schema: GraphQLSchema) -> None:
    document = parse("query ($more: Boolean!) { hello item @include(if: $more) { name } }")
    with_item = explain(schema, document, variables={"more": True})
    without = explain(schema, document, variables={"more": False}, reading="items")
    assert with_item.startswith("# The plan of this query where $more is true.")
    assert "def Item_1_attributes(" in with_item
    assert "Item" not in without
    assert 'hello_ = source.get("hello")' in without
    with pytest.raises(GraphQLError, match="Variable '\\$more' has invalid value"):
        explain(schema, document)


def test_introspection_runs_by_a_plan(schema: GraphQLSchema) -> None:
    query = "{ __schema { types { name fields { name type { name ofType { name } } } } } }"
    plans = Plans(sightings=1)
    result = execute(schema, parse(query), executor_class=compiling(plans))
    assert result == graphql_sync(schema, query)
    assert plans.counts.compiled == 1
