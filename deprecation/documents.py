"""What GraphQL documents use: those in files of their own, and those that are embedded in pages and programs."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    EnumValueNode,
    ExecutableDefinitionNode,
    FieldNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    NamedTypeNode,
    Node,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_ast_schema,
    get_named_type,
    is_input_object_type,
    parse,
    visit,
)

from deprecation import coordinates
from deprecation.git import CannotCheckError

_PAGES = {".md", ".mdx", ".markdown"}
_WHOLE = {".graphql", ".graphqls", ".gql"}
_FENCED = re.compile(r"^[ \t>]*(```+|~~~+)[ \t]*(?:graphql|gql)\b[^\n]*\n(.*?)^[ \t>]*\1", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"(?:\b(?:gql|graphql)\s*\(?\s*|/\*\s*GraphQL\s*\*/\s*)(`|\"\"\"|''')(.*?)\1", re.DOTALL)
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Document:
    """A document: the file it stands in, where in its text it begins, and what it says."""

    file: str
    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Use:
    """A use of what a coordinate names, at an offset of a file; `known` says whether the schema has it."""

    file: str
    offset: int
    coordinate: str
    known: bool


class DocumentSyntaxError(Exception):
    """A document is no GraphQL: what is wrong, and the offset in its file."""

    def __init__(self, document: Document, message: str, offset: int) -> None:
        super().__init__(message)
        self.file = document.file
        self.message = message
        self.offset = document.offset + offset


def find_files(folder: Path, patterns: Iterable[str], root: Path) -> dict[str, str]:
    """Return the texts of the files that patterns name, by their paths from the root. Raises CannotCheckError."""
    files: dict[str, str] = {}
    for pattern in patterns:
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and "node_modules" not in path.parts:
                try:
                    files[path.resolve().relative_to(root.resolve()).as_posix()] = path.read_text()
                except (OSError, UnicodeDecodeError, ValueError) as error:
                    raise CannotCheckError(f"{path} cannot be read: {error}.") from None
    return files


def documents_in(file: str, text: str) -> Iterator[Document]:
    """Go through the documents in a file: all of it, what is fenced as `graphql` in a page, or tagged in a program."""
    suffix = Path(file).suffix
    if suffix in _WHOLE:
        yield Document(file, 0, text)
        return
    for match in (_FENCED if suffix in _PAGES else _QUOTED).finditer(text):
        plain = _PLACEHOLDER.sub(lambda found: " " * len(found[0]), match[2])
        yield Document(file, match.start(2), plain)


def executable_schema(sdl: Iterable[str]) -> GraphQLSchema:
    """Return graphql-core's schema of SDL, which is known to be well-formed. Raises CannotCheckError."""
    try:
        return build_ast_schema(parse("\n".join(sdl)), assume_valid=True, assume_valid_sdl=True)
    except (GraphQLSyntaxError, TypeError) as error:
        raise CannotCheckError(f"The schema cannot be used to read documents: {error}") from None


def uses_of(document: Document, schema: GraphQLSchema) -> list[Use]:
    """Return what a document uses. SDL uses nothing. Raises DocumentSyntaxError."""
    if not document.text.strip():
        return []
    try:
        parsed = parse(document.text)
    except GraphQLSyntaxError as error:
        raise DocumentSyntaxError(document, error.message, next(iter(error.positions or ()), 0)) from None
    info = TypeInfo(schema)
    collector = _Collector(document, schema, info)
    for definition in parsed.definitions:
        if isinstance(definition, ExecutableDefinitionNode):
            visit(definition, TypeInfoVisitor(info, collector))
    return collector.uses


class _Collector(Visitor):
    """Notes each coordinate that a document names."""

    def __init__(self, document: Document, schema: GraphQLSchema, info: TypeInfo) -> None:
        super().__init__()
        self.uses: list[Use] = []
        self._document = document
        self._schema = schema
        self._info = info

    def _note(self, node: Node, coordinate: str, *, known: bool) -> None:
        start = node.loc.start if node.loc else 0
        self.uses.append(Use(self._document.file, self._document.offset + start, coordinate, known))

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Note a field, but for what every type has."""
        parent = self._info.get_parent_type()
        if parent and not node.name.value.startswith("__"):
            known = self._info.get_field_def() is not None
            self._note(node, coordinates.of_member(parent.name, node.name.value), known=known)

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        """Note an argument of a field or of a directive."""
        directive, parent, field = self._info.get_directive(), self._info.get_parent_type(), self._info.get_field_def()
        known = self._info.get_argument() is not None
        if directive:
            self._note(node, f"@{directive.name}({node.name.value}:)", known=known)
        elif parent and field and field.ast_node:
            holder = coordinates.of_member(parent.name, field.ast_node.name.value)
            self._note(node, coordinates.of_argument(holder, node.name.value), known=known)

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        """Note an input field in a value."""
        parent = get_named_type(self._info.get_parent_input_type())
        if is_input_object_type(parent):
            coordinate = coordinates.of_member(parent.name, node.name.value)
            self._note(node, coordinate, known=node.name.value in parent.fields)

    def enter_enum_value(self, node: EnumValueNode, *_: Any) -> None:
        """Note an enum value."""
        named = get_named_type(self._info.get_input_type())
        values = getattr(named, "values", None)
        if named and values is not None:
            self._note(node, coordinates.of_member(named.name, node.value), known=node.value in values)

    def enter_named_type(self, node: NamedTypeNode, *_: Any) -> None:
        """Note a type that a fragment or a variable names."""
        self._note(node, node.name.value, known=node.name.value in self._schema.type_map)

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        """Note a directive."""
        self._note(node, f"@{node.name.value}", known=self._schema.get_directive(node.name.value) is not None)
