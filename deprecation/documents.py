"""What GraphQL documents use: those in files of their own, and those that are embedded in pages and programs."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from graphql import (
    ExecutableDefinitionNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    build_ast_schema,
    parse,
)

from deprecation.git import CannotCheckError
from deprecation.members import skip_ignored
from deprecation.named_coordinates import named_in
from deprecation.schema import Schema
from deprecation.whole_sdl import whole_sdl

_PAGES = {".md", ".mdx", ".markdown"}
_WHOLE = {".graphql", ".graphqls", ".gql"}
_FENCED = re.compile(r"^[ \t>]*(```+|~~~+)[ \t]*(?i:graphql|gql)\b[^\n]*\n(.*?)^[ \t>]*\1", re.MULTILINE | re.DOTALL)
_TAG = r"(?:\b(?:gql|graphql)(?:<[^<>()`]*>)?\s*\(?\s*|/\*\s*GraphQL\s*\*/\s*)"
_QUOTED = re.compile(rf"{_TAG}(`|\"\"\"|''')(.*?)\1|{_TAG}([\"'])([^\r\n]*?)\3", re.DOTALL)
_QUOTE_MARKS = re.compile(r"^[ \t]*>[ \t>]*", re.MULTILINE)
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
        for path in _matching(folder, pattern):
            if path.is_file() and "node_modules" not in path.parts:
                try:
                    files[path.resolve().relative_to(root.resolve()).as_posix()] = path.read_text()
                except (OSError, UnicodeDecodeError, ValueError) as error:
                    raise CannotCheckError(f"{path} cannot be read: {error}.") from None
    return files


def _matching(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except (ValueError, NotImplementedError) as error:
        message = (
            f"{pattern!r} names no documents: it must be a pattern below {folder}, such as 'docs/**/*.md' ({error})."
        )
        raise CannotCheckError(message) from None


def documents_in(file: str, text: str) -> Iterator[Document]:
    """Go through the documents in a file: all of it, what is fenced as `graphql` in a page, or tagged in a program."""
    suffix = Path(file).suffix
    if suffix in _WHOLE:
        yield Document(file, 0, text)
        return
    for match in (_FENCED if suffix in _PAGES else _QUOTED).finditer(text):
        group = 2 if match[2] is not None else 4
        plain = _PLACEHOLDER.sub(_blank, match[group])
        yield Document(file, match.start(group), _QUOTE_MARKS.sub(_blank, plain) if suffix in _PAGES else plain)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def executable_schema(schema: Schema) -> GraphQLSchema:
    """Return graphql-core's schema of one that was read: what it names and lacks is made up, so that it can be built.

    Raises CannotCheckError.
    """
    try:
        return build_ast_schema(parse(whole_sdl(schema)), assume_valid=True, assume_valid_sdl=True)
    except (GraphQLSyntaxError, TypeError) as error:
        raise CannotCheckError(f"The schema cannot be used to read documents: {error}") from None


def uses_of(document: Document, schema: GraphQLSchema) -> list[Use]:
    """Return what a document uses. SDL uses nothing. Raises DocumentSyntaxError."""
    if skip_ignored(document.text) == len(document.text):
        return []
    try:
        parsed = parse(document.text)
    except GraphQLSyntaxError as error:
        raise DocumentSyntaxError(document, error.message, next(iter(error.positions or ()), 0)) from None
    definitions = [one for one in parsed.definitions if isinstance(one, ExecutableDefinitionNode)]
    named = [one for definition in definitions for one in named_in(definition, schema).coordinates]
    return [Use(document.file, document.offset + one.offset, one.coordinate, one.known) for one in named]
