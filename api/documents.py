"""Documents: parsed and validated once each, kept by their text, so that a repeated operation costs neither."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    get_operation_ast,
    parse,
    validate,
)

from api.errors import as_validation_error
from api.limits import MOST_TOKENS, Measure, check_length, check_shape
from domain.errors import BadUserInput

MOST_KEPT_CHARACTERS = 4_000_000
"""How much text of documents is kept; the oldest is forgotten first."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that may run: its valid document, which operation of it, and the variables."""

    document: DocumentNode
    definition: OperationDefinitionNode
    name: str | None
    query: str
    variables: dict[str, Any]

    @property
    def kind(self) -> str:
        """Return `query`, `mutation` or `subscription`."""
        return self.definition.operation.value

    @property
    def data(self) -> dict[str, Any]:
        """Return the operation in the form of a GraphQL request."""
        return {"query": self.query, "operationName": self.name, "variables": self.variables}


class InvalidOperation(Exception):
    """A document that does not parse or validate, with all its errors."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


class Documents:
    """The documents of one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        """Take the schema by which documents are validated."""
        self._schema = schema
        self._kept: OrderedDict[str, DocumentNode] = OrderedDict()
        self._characters = 0

    def prepare(self, data: Any) -> Operation:
        """Return the operation that a request's JSON asks for.

        Raises BadUserInput if the JSON is no request, InvalidOperation with the document's errors, and
        CostLimitExceeded if the operation asks for too much.
        """
        query, name, variables = _request(data)
        document = self._document(query)
        definition = get_operation_ast(document, name)
        if definition is None:
            raise BadUserInput(
                "`operationName` must name one of the document's operations, and may be left out only if it has one.",
                argument="operationName",
            )
        Measure(self._schema, document, variables).check(definition)
        return Operation(document, definition, name, query, variables)

    def _document(self, query: str) -> DocumentNode:
        document = self._kept.get(query)
        if document is not None:
            self._kept.move_to_end(query)
            return document
        check_length(query)
        try:
            document = parse(query, max_tokens=MOST_TOKENS)
            check_shape(document)
            errors = validate(self._schema, document, max_errors=20)
        except GraphQLError as error:
            raise InvalidOperation([error]) from None
        except RecursionError:
            raise BadUserInput("The document is nested too deeply.") from None
        if errors:
            raise InvalidOperation([as_validation_error(error) for error in errors])
        self._keep(query, document)
        return document

    def _keep(self, query: str, document: DocumentNode) -> None:
        self._kept[query] = document
        self._characters += len(query)
        while self._characters > MOST_KEPT_CHARACTERS:
            oldest, _ = self._kept.popitem(last=False)
            self._characters -= len(oldest)


def _request(data: Any) -> tuple[str, str | None, dict[str, Any]]:
    if not isinstance(data, dict):
        raise BadUserInput('A request is one JSON object, as in {"query": "{ me { name } }"}; batches are not taken.')
    query, name, variables = data.get("query"), data.get("operationName"), data.get("variables")
    if not isinstance(query, str) or not query.strip():
        raise BadUserInput("`query` must be a text with a GraphQL document.", argument="query")
    if name is not None and not isinstance(name, str):
        raise BadUserInput("`operationName` must be a text.", argument="operationName")
    if variables is not None and not isinstance(variables, dict):
        raise BadUserInput("`variables` must be a JSON object.", argument="variables")
    return query, name or None, variables or {}
