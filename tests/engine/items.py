"""A small schema of items, for tests of what the engine makes of operations."""

from typing import Any

from graphql import GraphQLSchema

from engine.executor import CompiledExecutor, executor_of
from engine.plans import Plans

SDL = """
type Query { item: Item  must: Item!  items: [Item!]!  hello(name: String, names: [String]): String! }
type Mutation { add(by: Int!): Int! }
type Subscription { count: Int! }
type Item { name: String  must: String!  child: Item  children: [Item!]!  later: Item! }
"""


def resolve(schema: GraphQLSchema, coordinate: str, resolver: Any) -> None:
    """Give a field a resolver."""
    type_name, field = coordinate.split(".")
    schema.type_map[type_name].fields[field].resolve = resolver  # type: ignore[attr-defined]


def compiling(plans: Plans) -> type[CompiledExecutor]:
    """Return the executor that uses these plans."""
    return executor_of(plans)
