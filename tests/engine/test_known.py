"""Operations that come again: what is compiled and when, what is kept, and what is left to graphql-core."""

import gc
import linecache
import resource
import weakref
from pathlib import Path
from typing import Any

import ariadne
import pytest
from graphql import (
    REMOVE,
    ExecutionResult,
    FieldNode,
    GraphQLSchema,
    Source,
    SourceLocation,
    Visitor,
    build_schema,
    execute,
    parse,
    visit,
)

from engine.known import EXECUTIONS_A_PLAN, MOST_COMPILED, MOST_PLANS, TOO_MANY_WAYS
from engine.plans import Plans
from engine.weight import weight_of_document
from tests.engine.items import SDL, compiling, resolve

pytestmark = pytest.mark.slow


def test_an_operation_is_compiled_when_it_is_seen_again(schema: GraphQLSchema) -> None:
    plans, document = Plans(), parse("{ hello }")
    for _ in range(3):
        result = execute(schema, document, {"hello": "you"}, executor_class=compiling(plans))
        assert result == ExecutionResult({"hello": "you"}, None)
    assert (plans.counts.first_seen, plans.counts.compiled) == (1, 2)


def test_what_is_parsed_again_of_the_same_text_is_seen_again(schema: GraphQLSchema) -> None:
    """As behind a server that keeps no documents."""
    plans = Plans()
    query = "{ ...F } fragment F on Query { hello }"
    for _ in range(4):
        result = execute(schema, parse(query), {"hello": "you"}, executor_class=compiling(plans))
        assert result == ExecutionResult({"hello": "you"}, None)
    assert (plans.counts.first_seen, plans.counts.compiled, len(plans._known)) == (1, 3, 1)
    given: Any = {"root_value": {"hello": "you"}, "execution_context_class": compiling(plans)}
    other = ariadne.make_executable_schema(SDL)
    for _ in range(3):
        told = ariadne.graphql_sync(other, {"query": query}, **given)
        assert told == (True, {"data": {"hello": "you"}})
    assert (plans.counts.first_seen, plans.counts.compiled, len(plans._known)) == (2, 5, 2)


class LeavesOut(Visitor):
    """Leaves a field out of a document, whose nodes still say of which text they are."""

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        return REMOVE if node.name.value == "must" else None


def test_what_was_changed_since_it_was_parsed_is_not_taken_for_its_text(schema: GraphQLSchema) -> None:
    plans, query = Plans(sightings=1), "{ item { name must } }"
    root = {"item": {"name": "a", "must": "b"}}
    for _ in range(2):
        for document, item in (
            (parse(query), root["item"]),
            (visit(parse(query), LeavesOut()), {"name": "a"}),
            (parse(Source(query, "elsewhere")), root["item"]),
        ):
            result = execute(schema, document, root, executor_class=compiling(plans))
            assert result == ExecutionResult({"item": item}, None)
    assert plans.counts.compiled == 6
    while plans._known:
        plans._forget(next(iter(plans._known)))
    assert not plans._by_text
    assert plans.weight == 0


def test_a_large_document_is_compiled_later(schema: GraphQLSchema) -> None:
    plans, document = Plans(), parse(f"{{ {' '.join(f'a{number}: hello' for number in range(500))} }}")
    sightings = 0
    while not plans.counts.compiled:
        execute(schema, document, {"hello": "you"}, executor_class=compiling(plans))
        sightings += 1
    assert 5 < sightings < 50
    assert plans.counts.first_seen == sightings - 1


def ways_to_select(number: int) -> tuple[str, list[dict[str, bool]]]:
    """Return an operation whose variables select in so many ways, and these."""
    names = [f"c{one}" for one in range(number.bit_length())]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: hello @include(if: ${name})" for name in names)
    ways = [{name: bool(way >> bit & 1) for bit, name in enumerate(names)} for way in range(number)]
    return f"query ({declared}) {{ {fields} }}", ways


def test_a_way_to_select_is_compiled_when_it_is_seen_again(schema: GraphQLSchema) -> None:
    query, ways = ways_to_select(8)
    plans, document = Plans(), parse(query)
    for way in [*ways, *ways]:
        execute(schema, document, {"hello": "x"}, variable_values=way, executor_class=compiling(plans))
    assert (plans.counts.first_seen, plans.counts.compiled) == (8, 8)


def test_more_ways_than_are_kept_are_not_compiled_again_and_again(schema: GraphQLSchema) -> None:
    query, ways = ways_to_select(MOST_PLANS + 1)
    plans, document = Plans(), parse(query)
    for _ in range(20):
        for way in ways:
            result = execute(schema, document, {"hello": "x"}, variable_values=way, executor_class=compiling(plans))
            assert result == ExecutionResult({name: "x" for name, given in way.items() if given}, None)
    (known,) = plans._known.values()
    assert known._compiled <= MOST_COMPILED + 20 * len(ways) / EXECUTIONS_A_PLAN
    assert len(known._plans) == MOST_PLANS
    assert plans.counts.fallen_back[TOO_MANY_WAYS] > 0


def test_whoever_selects_in_many_ways_does_not_stop_others_for_good(schema: GraphQLSchema) -> None:
    query, (usual, *others) = ways_to_select(32)
    plans, document = Plans(), parse(query)

    def run(way: dict[str, bool], times: int) -> int:
        before = plans.counts.compiled
        for _ in range(times):
            execute(schema, document, {"hello": "x"}, variable_values=way, executor_class=compiling(plans))
        return plans.counts.compiled - before

    assert run(usual, 10) == 9
    for _ in range(4):
        for way in others:
            run(way, 1)
    assert run(usual, EXECUTIONS_A_PLAN) > 0
    assert run(usual, 10) == 10


def test_a_plan_keeps_no_document_but_that_which_is_counted(schema: GraphQLSchema) -> None:
    names = [f"c{number}" for number in range(4)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: hello @include(if: ${name})" for name in names)
    plans, sources = Plans(sightings=1), []
    for way in range(16):
        source = Source(f"query ({declared}) {{ ...F }} fragment F on Query {{ {fields} }}")
        sources.append(weakref.ref(source))
        given = {name: bool(way >> bit & 1) for bit, name in enumerate(names)}
        execute(schema, parse(source), {"hello": "x"}, variable_values=given, executor_class=compiling(plans))
        del source
    gc.collect()
    (known,) = plans._known.values()
    assert len(known._plans) == 16
    assert sum(one() is not None for one in sources) == 1


def test_an_error_names_the_text_that_was_sent(schema: GraphQLSchema) -> None:
    plans, query = Plans(sightings=1), "{ hello }"
    for source in (Source(query, "one"), Source(query, "two"), Source(query, "two", SourceLocation(5, 7))):
        told = [
            str(execute(schema, parse(source), {}, executor_class=kind).errors[0])  # type: ignore[union-attr, index]
            for kind in (compiling(plans), None)
        ]
        assert told[0] == told[1]


def test_one_operation_takes_a_share_of_what_plans_may_take(schema: GraphQLSchema) -> None:
    query, ways = ways_to_select(16)
    plans, document = Plans(sightings=1, most_bytes=200_000), parse(query)
    for way in [*ways, *ways]:
        execute(schema, document, {"hello": "x"}, variable_values=way, executor_class=compiling(plans))
        assert plans.weight <= 200_000
    (known,) = plans._known.values()
    assert plans.weight == known.weight
    assert 1 < len(known._plans) < 16
    assert known.weight == weight_of_document(document.definitions) + sum(one.weight for one in known._plans.values())


def test_a_plan_that_takes_more_than_its_share_is_not_kept(schema: GraphQLSchema) -> None:
    plans, document = Plans(sightings=1, most_bytes=3_000_000), parse("{ item { name } }")
    large = parse(f"{{ {' '.join(f'a{number}: item {{ name }}' for number in range(400))} }}")
    for _ in range(3):
        for one in (document, large):
            execute(schema, one, {"item": {"name": "x"}}, executor_class=compiling(plans))
            assert plans.weight <= 3_000_000
    assert plans.counts.fallen_back == {"a plan that takes too much memory": 2}
    assert plans.counts.compiled == 4


def test_there_is_a_plan_for_each_way_in_which_variables_decide(schema: GraphQLSchema) -> None:
    plans = Plans(sightings=1)
    names = [f"c{number}" for number in range(6)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: hello @include(if: ${name})" for name in names)
    document = parse(f"query ({declared}) {{ {fields} }}")
    for combination in range(40):
        variables = {name: bool(combination >> number & 1) for number, name in enumerate(names)}
        result = execute(schema, document, {"hello": "x"}, variable_values=variables, executor_class=compiling(plans))
        assert isinstance(result, ExecutionResult)
        assert result.data == {name: "x" for name, given in variables.items() if given}
    (known,) = plans._known.values()
    assert len(known._plans) == MOST_PLANS


def test_the_plan_that_was_not_used_for_longest_is_forgotten(schema: GraphQLSchema) -> None:
    plans = Plans(sightings=1)
    names = [f"c{number}" for number in range(5)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    document = parse(f"query ({declared}) {{ {' '.join(f'{n}: hello @include(if: ${n})' for n in names)} }}")

    def run(combination: int) -> None:
        variables = {name: bool(combination >> number & 1) for number, name in enumerate(names)}
        execute(schema, document, {"hello": "x"}, variable_values=variables, executor_class=compiling(plans))

    run(31)
    (known,) = plans._known.values()
    (kept,) = known._plans.values()
    for combination in range(30):
        run(combination)
        run(31)
    assert len(known._plans) == MOST_PLANS
    assert kept in known._plans.values()


def test_a_million_documents_would_not_grow_the_process(schema: GraphQLSchema) -> None:
    plans = Plans(sightings=1, most_bytes=1_500_000)
    files = len(linecache.cache)

    def run(first: int, count: int) -> int:
        for number in range(first, first + count):
            execute(schema, parse(f"{{ a{number}: hello b: item {{ name }} }}"), {}, executor_class=compiling(plans))
            assert plans.weight <= 1_500_000
        gc.collect()
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

    before = run(0, 500)
    assert run(500, 2_000) - before < 15_000_000, "kept, they would take 50"
    assert plans.counts.compiled == 2_500
    assert 1 < len(plans._known) < 200
    assert len(plans._by_text) == len(plans._known)
    plans = Plans()
    for _ in range(3):
        gc.collect()
    assert len(linecache.cache) <= files + 2


def test_a_schema_or_fragments_of_another_document_make_another_plan(schema: GraphQLSchema) -> None:
    plans, other = Plans(sightings=1), build_schema(SDL)
    resolve(other, "Query.hello", lambda *_: "other")
    document = parse("{ hello }")
    for some, said in ((schema, "one"), (other, "other"), (schema, "one")):
        result = execute(some, document, {"hello": "one"}, executor_class=compiling(plans))
        assert result == ExecutionResult({"hello": said}, None)
