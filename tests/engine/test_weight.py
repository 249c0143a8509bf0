"""What plans and documents are counted as taking is what they take, also where they are dense or tiny."""

import gc
import tracemalloc
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLSchema, OperationDefinitionNode, build_schema, execute, parse

from engine.executor import executor_of
from engine.plans import Plans
from engine.weight import weight_of_document
from tests.sampling import sample

SDL = " ".join(
    [
        "type Query { again: Query with(x: Int): Query list: [Query] text: String any: Any }",
        "interface Any { text: String }",
        *(f"type Some{one} implements Any {{ text: String }}" for one in range(12)),
    ]
)
TEXTS = {
    "tiny": "{ xNUMBER: text }",
    "dense": "{ xNUMBER: text " + "text " * 200 + "}",
    "wide": "{ xNUMBER: text " + " ".join(f"y{one}: text" for one in range(100)) + "}",
    "deep": "{ again" * 8 + "{ xNUMBER: text }" + "}" * 8,
    "arguments": "{ xNUMBER: text " + " ".join(f"y{one}: with(x: {one}) {{ text }}" for one in range(50)) + "}",
    "lists": "{ xNUMBER: text " + " ".join(f"y{one}: list {{ text again {{ text }} }}" for one in range(20)) + "}",
    "comments": "{ xNUMBER: text " + "#\n" * 500 + "}",
    "comments before": "#\n" * 500 + "{ xNUMBER: text }",
    "comments after": "{ xNUMBER: text }" + "#\n" * 500,
    "never executed": "{ xNUMBER: text any { " + " ".join(f"y{one}: text" for one in range(50)) + " } }",
    "long": "{ xNUMBER: text with(x: 1) @include(if: true) { text } " + "averylongnameforthis: text " * 20 + "}",
}
COUNT, ROUNDS = 30, 3
"""Several rounds, as a table that belongs to the whole process may grow in one of them."""


def memory() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.fixture
def schema() -> GraphQLSchema:
    return build_schema(SDL)


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(TEXTS)[:: sample(1, 3)])
def test_documents_and_plans_are_counted_for_what_they_take(schema: GraphQLSchema, kind: str) -> None:
    plans = Plans(sightings=1)
    compiling: Any = executor_of(plans)
    root: dict[str, Any] = {"text": "x"}
    root |= {"again": root, "with": root, "list": [{"text": "x", "again": {"text": "x"}}]}

    def run(first: int) -> list[Any]:
        documents = [parse(TEXTS[kind].replace("NUMBER", str(first + number))) for number in range(COUNT)]
        for document in documents:
            result = execute(schema, document, root, executor_class=compiling)
            assert isinstance(result, ExecutionResult)
            assert result.errors is None
        return documents

    kept, shares = run(0), []
    tracemalloc.start()
    try:
        for number in range(1, ROUNDS + 1):
            began, counted = memory(), plans.weight
            kept += run(number * COUNT)
            shares.append((plans.weight - counted) / (memory() - began))
    finally:
        tracemalloc.stop()
    assert 0.8 < max(shares) < 3, "the count holds, and does not waste what it may use"


def test_what_was_not_parsed_from_a_text_counts_as_large() -> None:
    counted = weight_of_document(parse("{ text }").definitions)
    bare = parse("{ text }", no_location=True).definitions
    assert isinstance(bare[0], OperationDefinitionNode)
    assert weight_of_document(bare) > 10 * counted
