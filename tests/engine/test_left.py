"""What is left to graphql-core: what is not compiled, and unexpected errors. Both are counted; nothing is lost."""

import asyncio
from typing import Any

import pytest
from graphql import (
    ExecutionResult,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute,
    parse,
)

from engine.engine import Engine, Outcome
from engine.generate import Generator
from engine.plans import Plans
from tests.engine.items import compiling, resolve


def test_a_wrong_variable_leaves_other_ways_to_their_plans(schema: GraphQLSchema) -> None:
    document, plans = parse("query ($s: Boolean = false) { hello @skip(if: $s) item { name } }"), Plans()
    for _ in range(3):
        execute(schema, document, {"hello": "x"}, executor_class=compiling(plans))
    weight = plans.weight
    for _ in range(3):
        result = execute(schema, document, {}, variable_values={"s": None}, executor_class=compiling(plans))
        assert isinstance(result, ExecutionResult)
        assert result.errors
    assert plans.counts.fallen_back == {"an error of the selection": 2}
    assert plans.weight == weight
    before = plans.counts.compiled
    execute(schema, document, {"hello": "x"}, executor_class=compiling(plans))
    assert plans.counts.compiled == before + 1


UNFORESEEN = {"unexpected KeyError": 1}


def broken(*_: Any, **__: Any) -> Any:
    raise KeyError("nobody foresaw this")


def break_type(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let no function be generated that selects from a type."""
    generate = Generator.selection

    def of_others(self: Generator, selection: Any, variant: Any) -> Any:
        return broken() if selection.object_type.name == name else generate(self, selection, variant)

    monkeypatch.setattr(Generator, "selection", of_others)


@pytest.mark.parametrize("at", ["engine.known.compile_operation", "engine.generate.Generator.selection"])
@pytest.mark.parametrize("waits", [True, False])
async def test_what_nobody_foresaw_is_left_to_graphql_core_and_counted(
    schema: GraphQLSchema, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, at: str, *, waits: bool
) -> None:
    async def later(*_: Any) -> Any:
        return {"name": "a", "child": None}

    if waits:
        resolve(schema, "Query.item", later)
    monkeypatch.setattr(at, broken)
    document, root = parse("{ item { name child { name } } }"), {"item": {"name": "a", "child": None}}
    operation: Any = document.definitions[0]
    engine = Engine(schema, Plans(sightings=1))
    assert engine.plans is not None
    executable = engine.executable(document, operation)
    for _ in range(2):
        outcome = engine.execute(executable, {}, None, root)
        outcome = outcome if isinstance(outcome, Outcome) else await outcome
        assert outcome == Outcome(root, [])
    assert engine.plans.counts.fallen_back == {"unexpected KeyError": 2}
    assert "nobody foresaw this" in caplog.text
    plans = Plans(sightings=1)
    for _ in range(2):
        result: Any = execute(schema, document, root, executor_class=compiling(plans))
        assert (result if isinstance(result, ExecutionResult) else await result) == ExecutionResult(root, None)
    assert plans.counts.fallen_back == {"unexpected KeyError": 2}


async def test_what_fails_below_something_awaited_is_executed_from_the_beginning(
    schema: GraphQLSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function that is needed only then can fail to be generated only then."""
    calls = []

    async def later(*_: Any) -> Any:
        calls.append(1)
        return [{"name": "a"}]

    resolve(schema, "Query.items", later)
    break_type(monkeypatch, "Item")
    document, plans = parse("{ hello items { name } }"), Plans(sightings=1)
    result: Any = execute(schema, document, {"hello": "x"}, executor_class=compiling(plans))
    assert await result == ExecutionResult({"hello": "x", "items": [{"name": "a"}]}, None)
    assert len(calls) == 2
    assert plans.counts.fallen_back == UNFORESEEN


def test_a_mutation_that_has_not_begun_is_executed_by_graphql_core(
    schema: GraphQLSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def add(_: Any, __: Any, by: int) -> int:
        calls.append(by)
        return by

    resolve(schema, "Mutation.add", add)
    generate, made = Generator.selection, []

    def second_is_broken(self: Generator, selection: Any, variant: Any) -> Any:
        made.append(1)
        return broken() if len(made) == 2 else generate(self, selection, variant)

    monkeypatch.setattr(Generator, "selection", second_is_broken)
    document, plans = parse("mutation { add(by: 1) again: add(by: 2) }"), Plans(sightings=1)
    result = execute(schema, document, {}, executor_class=compiling(plans))
    assert result == ExecutionResult({"add": 1, "again": 2}, None)
    assert calls == [1, 2]
    assert plans.counts.fallen_back == UNFORESEEN


@pytest.mark.parametrize("waits", [True, False])
async def test_a_mutation_that_has_begun_is_not_begun_again(monkeypatch: pytest.MonkeyPatch, *, waits: bool) -> None:
    """What cannot be told is an error of its field; nobody else's run knows of it."""
    schema = build_schema(
        """type Query { a: Int } type Mutation { do(kind: String!): Done } interface Done { text: String }
        type Good implements Done { text: String } type Bad implements Done { text: String }"""
    )
    calls, go = [], asyncio.Event()

    async def do(_: Any, __: Any, kind: str) -> Any:
        calls.append(kind)
        if kind == "Good" and waits:
            await go.wait()
        return {"__typename": kind, "text": "done"}

    resolve(schema, "Mutation.do", do)
    break_type(monkeypatch, "Bad")
    document, plans = parse("mutation ($kind: String!) { do(kind: $kind) { text } }"), Plans(sightings=1)

    async def run(kind: str) -> ExecutionResult:
        result = execute(schema, document, {}, variable_values={"kind": kind}, executor_class=compiling(plans))
        return result if isinstance(result, ExecutionResult) else await result

    good = asyncio.create_task(run("Good"))
    await asyncio.sleep(0)
    bad = await run("Bad")
    go.set()
    assert await good == ExecutionResult({"do": {"text": "done"}}, None)
    assert bad.data == {"do": None}
    assert [one.path for one in bad.errors or ()] == [["do"]]
    assert await run("Bad") == ExecutionResult({"do": {"text": "done"}}, None), "graphql-core does it from now on"
    assert calls == ["Good", "Bad", "Bad"]
    assert plans.counts.fallen_back == UNFORESEEN


def test_what_is_nested_too_deeply_to_be_compared_is_executed_nevertheless() -> None:
    schema, plans = build_schema("type Query { again: Query  text: String }"), Plans()
    for depth in (100, 150, 180):
        for _ in range(4):
            document = parse("{ again " * depth + "{ text }" + "}" * depth)
            result = execute(schema, document, {"again": None}, executor_class=compiling(plans))
            assert result == ExecutionResult({"again": None}, None)


def test_what_is_nested_deeper_than_is_compiled_is_left_to_graphql_core() -> None:
    schema = build_schema("type Query { again: Query  text: String }")
    document = parse("{ again " * 180 + "{ text }" + "}" * 180)
    plans = Plans(sightings=1)
    assert execute(schema, document, {"again": None}, executor_class=compiling(plans)) == ExecutionResult(
        {"again": None}, None
    )
    assert plans.counts.fallen_back == {"unexpected RecursionError": 1}


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("{ ... @defer(if: false) { hello } }", "@defer"),
        ("query @experimental_disableErrorPropagation { hello }", "@experimental_disableErrorPropagation"),
        ("subscription { count }", None),
    ],
)
def test_what_is_not_compiled_is_left_to_graphql_core_and_counted(
    schema: GraphQLSchema, query: str, reason: str | None
) -> None:
    plans = Plans(sightings=1)
    execute(schema, parse(query), {"hello": "x", "count": 1}, executor_class=compiling(plans))
    assert dict(plans.counts.fallen_back) == ({reason: 1} if reason else {})


async def test_a_fragment_with_variables_is_left_to_graphql_core_and_counted(schema: GraphQLSchema) -> None:
    query = "{ ...F(more: true) } fragment F($more: Boolean!) on Query { hello @include(if: $more) }"
    document = parse(query, experimental_fragment_arguments=True)
    plans = Plans(sightings=1)
    engine = Engine(schema, plans)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    outcome = engine.execute(engine.executable(document, operation), {}, None, {"hello": "x"})
    outcome = outcome if isinstance(outcome, Outcome) else await outcome
    assert outcome.data == {"hello": "x"}
    execute(schema, document, {"hello": "x"}, executor_class=compiling(plans))
    assert dict(plans.counts.fallen_back) == {"a fragment with variables": 2}


def test_a_condition_that_is_no_boolean_is_left_to_graphql_core(schema: GraphQLSchema) -> None:
    """As in a document that was not validated."""
    document, plans = parse("query ($s: [Int]) { hello @skip(if: $s) item { name } }"), Plans(sightings=1)
    root, given = {"hello": "x", "item": {"name": "a"}}, {"s": [1]}
    expected = execute(schema, document, root, variable_values=given)
    assert execute(schema, document, root, variable_values=given, executor_class=compiling(plans)) == expected
    assert plans.counts.fallen_back == {"a condition that is no Boolean": 1}
