"""Execution of GraphQL operations. Knows graphql-core and nothing of ours."""
