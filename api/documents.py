"""Documents: parsed and validated once each, kept by their text, so that a repeated operation costs neither."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    get_operation_ast,
    parse,
    validate,
)

from api.errors import as_validation_error
from api.limits import MOST_TOKENS, Measure, check_length, check_shape
from api.persisted_queries import PersistedQueries
from deprecation.elements import DeprecatedElements, StaticUses
from domain.errors import BadUserInput
from engine.engine import Engine, Executable
from engine.weight import weight_of_document

MOST_KEPT_BYTES = 64 * 1024 * 1024
"""How much memory documents may take, about; what was used longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that may run: what of its valid document is executed, and the variables."""

    executable: Executable
    name: str | None
    query: str
    variables: dict[str, Any]
    deprecated: frozenset[str] = frozenset()
    """The coordinates of the deprecated elements that it uses."""
    tells_deprecations: bool = False
    """Whether the client wants to be told of those in the response's extensions."""

    @property
    def kind(self) -> str:
        """Return `query`, `mutation` or `subscription`."""
        return self.executable.operation.operation.value


class InvalidOperation(Exception):
    """A document that does not parse or validate, with all its errors."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


class Documents:
    """The documents of one schema."""

    def __init__(
        self,
        engine: Engine,
        elements: DeprecatedElements | None = None,
        *,
        most_bytes: int = MOST_KEPT_BYTES,
    ) -> None:
        """Take the engine that executes what is valid, what is deprecated in its schema, and how much may be kept."""
        self._engine = engine
        self._schema = engine.schema
        self._most_bytes = most_bytes
        self._elements = elements or DeprecatedElements(engine.schema)
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self.weight = 0
        """The bytes that all of them take, about."""
        self._persisted = PersistedQueries(most_bytes // 16)

    def prepare(self, data: Any) -> Operation:
        """Return the operation that a request's JSON asks for.

        Raises BadUserInput if the JSON is no request, PersistedQueryNotFound if it names its document by a hash that
        is not known, InvalidOperation with the document's errors, and CostLimitExceeded if it asks for too much.
        """
        query, name, variables = _request(data, self._persisted)
        tells = _tells_deprecations(data)
        kept = self._document(query)
        self._persisted.keep(data, query)
        document = kept.document
        definition = get_operation_ast(document, name)
        if definition is None:
            raise BadUserInput(
                "`operationName` must name one of the document's operations, and may be left out only if it has one.",
                argument="operationName",
            )
        key = definition.name.value if definition.name else None
        if key not in kept.measured:
            measure = Measure(self._schema, document, variables)
            measure.check(definition)
            if not measure.by_variables:
                kept.measured.add(key)
        if key not in kept.executables:
            like = next(iter(kept.executables.values()), None)
            kept.executables[key] = self._engine.executable(document, definition, like)
            kept.uses[key] = self._elements.static_uses(document, definition)
        deprecated = self._elements.uses(kept.uses[key], variables)
        return Operation(kept.executables[key], name, query, variables, deprecated, tells)

    def _document(self, query: str) -> "_Kept":
        known = self._kept.get(query)
        if known is not None:
            self._kept.move_to_end(query)
            return known
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
        return self._keep(query, _Kept(document))

    def _keep(self, query: str, kept: "_Kept") -> "_Kept":
        self._kept[query] = kept
        self.weight += kept.weight
        while self.weight > self._most_bytes and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self.weight -= oldest.weight
        return kept


@dataclass(frozen=True, slots=True)
class _Kept:
    """A valid document with its operations by name: what to execute, and the deprecated elements that each uses."""

    document: DocumentNode
    executables: dict[str | None, Executable] = field(default_factory=dict)
    measured: set[str | None] = field(default_factory=set)
    """Those that ask for no more than they may, whatever their variables are."""
    uses: dict[str | None, StaticUses] = field(default_factory=dict)
    weight: int = field(init=False)

    def __post_init__(self) -> None:
        """Weigh the document."""
        object.__setattr__(self, "weight", weight_of_document(self.document.definitions))


def _tells_deprecations(data: dict[str, object]) -> bool:
    """Whether a request's `extensions` ask for deprecations; other extensions are for others."""
    extensions = data.get("extensions")
    if extensions is not None and not isinstance(extensions, dict):
        raise BadUserInput("`extensions` must be a JSON object.", argument="extensions")
    return extensions is not None and extensions.get("deprecations") is True


def _request(data: object, persisted: PersistedQueries) -> tuple[str, str | None, dict[str, Any]]:
    if not isinstance(data, dict):
        raise BadUserInput('A request is one JSON object, as in {"query": "{ me { name } }"}; batches are not taken.')
    query, name, variables = persisted.text_of(data), data.get("operationName"), data.get("variables")
    if not isinstance(query, str) or not query.strip():
        raise BadUserInput("`query` must be a text with a GraphQL document.", argument="query")
    if name is not None and not isinstance(name, str):
        raise BadUserInput("`operationName` must be a text.", argument="operationName")
    if variables is not None and not isinstance(variables, dict):
        raise BadUserInput("`variables` must be a JSON object.", argument="variables")
    return query, name or None, variables or {}
