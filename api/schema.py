"""The executable schema: the pages of SDL, bound to Python and sealed.

Pages are read one by one, so that every error says file, line and column.
"""

from functools import cache
from pathlib import Path

from graphql import (
    DocumentNode,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    Source,
    assert_valid_schema,
    build_ast_schema,
    parse,
    print_schema,
)

from api.bindables import bindables, contract_enums, list_inputs
from authz.nouns import nouns
from bindings.fit import refuse_unlike_enums, refuse_unlike_nouns
from bindings.seal import seal
from domain.names import snake_case

FOLDER = Path(__file__).parent.parent / "schema"


def pages(folder: Path = FOLDER) -> list[Source]:
    """Return the pages of SDL in a folder, by name."""
    return [
        Source(path.read_text(encoding="utf-8"), f"{folder.name}/{path.name}")
        for path in sorted(folder.glob("*.graphql"))
    ]


def read_document(sources: list[Source]) -> DocumentNode:
    """Return all pages as one document, each definition with its own source."""
    return DocumentNode(definitions=tuple(one for source in sources for one in parse(source).definitions))


def build_schema() -> GraphQLSchema:
    """Return the bound and sealed schema.

    Raises UnguardedError if any of it is not guarded, and BindingFault where Python and the contract do not fit.
    """
    schema = build_ast_schema(read_document(pages()))
    refuse_unlike_enums(schema, contract_enums())
    bound = bindables()
    refuse_unlike_nouns(schema, bound, nouns())
    for one in bound:
        one.bind_to_schema(schema)
    _name_as_python_does(schema)
    assert_valid_schema(schema)
    seal(schema, bound, list_inputs())
    return schema


def _name_as_python_does(schema: GraphQLSchema) -> None:
    """Let arguments and input fields arrive under their names in snake case."""
    for graphql_type in schema.type_map.values():
        if graphql_type.name.startswith("__"):
            continue  # introspection is shared by all schemas, and spells its own arguments
        if isinstance(graphql_type, GraphQLObjectType | GraphQLInterfaceType):
            for field in graphql_type.fields.values():
                for name, argument in field.args.items():
                    argument.out_name = snake_case(name)
        elif isinstance(graphql_type, GraphQLInputObjectType):
            for name, input_field in graphql_type.fields.items():
                input_field.out_name = snake_case(name)


@cache
def schema_text() -> str:
    """Return the whole contract as one page of SDL, as served at /schema.graphql."""
    return print_schema(build_ast_schema(read_document(pages()))) + "\n"
