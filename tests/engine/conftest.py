"""The schema of items, for the tests that have none of their own."""

import pytest
from graphql import GraphQLSchema, build_schema

from tests.engine.items import SDL


@pytest.fixture
def schema() -> GraphQLSchema:
    """Return the schema of items, whose fields a test may give resolvers."""
    return build_schema(SDL)
