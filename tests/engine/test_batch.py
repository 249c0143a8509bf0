"""Batch resolvers: one call a level, per-item errors, and nothing left waiting."""

import asyncio
import gc
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import GraphQLError, build_schema, execute, parse

from engine.batch import BatchResolver
from engine.executor import executor_of
from engine.plans import Plans

SDL = "type Query { items: [Item!]! } type Item { name: String  children(first: Int): [Item!] }"


class Context:
    def __init__(self) -> None:
        self.batches: dict[Any, Any] = {}


def run(resolve_children: Any, query: str, items: int = 3, executor: Any = None) -> Any:
    schema = build_schema(SDL)
    schema.query_type.fields["items"].resolve = lambda *_: [{"name": f"i{n}"} for n in range(items)]  # type: ignore[union-attr]
    schema.type_map["Item"].fields["children"].resolve = BatchResolver(resolve_children)  # type: ignore[attr-defined]
    context = Context()

    async def main() -> Any:
        result = execute(schema, parse(query), context_value=context, executor_class=executor)
        return await result if asyncio.iscoroutine(result) or hasattr(result, "__await__") else result

    result = asyncio.run(main())
    assert context.batches == {}
    return result


def test_a_level_is_one_call_with_all_its_parents() -> None:
    calls: list[list[str]] = []

    async def children(parents: list, _info: Any, **arguments: Any) -> list:
        calls.append([one["name"] for one in parents])
        return [[{"name": f"{one['name']}.{n}"} for n in range(arguments.get("first", 2))] for one in parents]

    result = run(children, "{ items { name children { name children(first: 1) { name } } } }")
    assert result.errors is None
    assert calls == [["i0", "i1", "i2"], [f"i{n}.{m}" for n in range(3) for m in range(2)]]
    assert result.data["items"][2]["children"][1] == {"name": "i2.1", "children": [{"name": "i2.1.0"}]}


def test_aliases_with_other_arguments_are_calls_of_their_own() -> None:
    calls: list[int] = []

    async def children(parents: list, _info: Any, first: int) -> list:
        calls.append(first)
        return [[{"name": str(first)}] * first for _ in parents]

    result = run(children, "{ items { a: children(first: 1) { name } b: children(first: 2) { name } } }")
    assert sorted(calls) == [1, 2]
    assert [len(one["a"]) for one in result.data["items"]] == [1, 1, 1]
    assert [len(one["b"]) for one in result.data["items"]] == [2, 2, 2]


def test_one_item_may_fail_alone() -> None:
    async def children(parents: list, _info: Any) -> list:
        return [GraphQLError("not this one") if one["name"] == "i1" else [] for one in parents]

    result = run(children, "{ items { children { name } } }")
    assert result.data == {"items": [{"children": []}, {"children": None}, {"children": []}]}
    assert [(error.message, error.path) for error in result.errors] == [("not this one", ["items", 1, "children"])]


def test_a_batch_that_fails_fails_every_item() -> None:
    async def children(_parents: list, _info: Any) -> list:
        raise RuntimeError("all of it")

    result = run(children, "{ items { children { name } } }")
    assert len(result.errors) == 3


@pytest.mark.parametrize("answers", [0, 2, 4])
def test_an_answer_of_another_length_is_an_error_that_names_the_field(answers: int) -> None:
    async def children(_parents: list, _info: Any) -> list:
        return [[]] * answers

    result = run(children, "{ items { children { name } } }")
    assert f"Item.children: the batch resolver returned {answers} results for 3 parents" in result.errors[0].message


@pytest.mark.parametrize("executor", [None, executor_of(Plans(sightings=1))])
def test_a_batch_resolver_may_return_its_results_at_once(executor: Any) -> None:
    def children(parents: list, _info: Any) -> list:
        return [ValueError("not this one") if one["name"] == "i1" else [{"name": "child"}] for one in parents]

    result = run(children, "{ items { children { name } } }", executor=executor)
    assert [one["children"] for one in result.data["items"]] == [[{"name": "child"}], None, [{"name": "child"}]]
    assert [(one.message, one.path) for one in result.errors] == [("not this one", ["items", 1, "children"])]


@pytest.mark.parametrize("whole", [True, False])
async def test_an_error_that_nobody_waits_for_any_more_is_not_logged(whole: bool) -> None:
    """A sibling's error may have ended the waiting: a refused field is no incident then, either."""

    async def fail(parents: list, _info: Any) -> list:
        if whole:
            raise ValueError("refused")
        return [ValueError("refused") for _ in parents]

    logged: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: logged.append(context))
    info: Any = SimpleNamespace(
        context=Context(), field_nodes=[object()], parent_type=SimpleNamespace(name="Item"), field_name="children"
    )
    BatchResolver(fail)("parent", info)
    await asyncio.sleep(0.01)
    gc.collect()
    loop.set_exception_handler(None)
    assert logged == []
