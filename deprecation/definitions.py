"""Texts of SDL, split into their definitions; a text that was seen before is not split again.

Between two versions of a schema few definitions differ. So a text is first cut where a closing brace opens a line,
which costs next to nothing, and only pieces that are new are looked at. A piece may end within a definition (a brace
in a block string, say): then it is joined with those that follow until the definitions in it are complete.
"""

from deprecation import grammar
from deprecation.definition import Definition, SchemaSyntaxError
from deprecation.members import skip_ignored

_CUT = b"\n}"
_MOST_JOINED = 8
"""How many pieces are joined in the hope of whole definitions, before the rest of the text is taken in one."""


class Splitter:
    """Splits texts, and remembers pieces: a piece that comes again gives the same definitions, not equal ones."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[Definition, ...] | None] = {}

    def split(self, data: bytes) -> list[Definition]:
        """Return the definitions of a text in their order.

        Raises SchemaSyntaxError where it is no SDL.
        """
        pieces = [piece + _CUT for piece in data.split(_CUT)]
        last = pieces.pop().removesuffix(_CUT)
        found: list[Definition] = []
        begun = 0
        for number, piece in enumerate(pieces):
            definitions = self._pieces(piece if begun == number else b"".join(pieces[begun : number + 1]))
            if definitions is not None:
                found += definitions
                begun = number + 1
            elif number - begun == _MOST_JOINED:
                break
        rest = b"".join([*pieces[begun:], last])
        if rest.strip():
            found += self._split_rest(data, rest)
        return found

    def _pieces(self, piece: bytes) -> tuple[Definition, ...] | None:
        """Return the definitions of a piece, or None if it is not made of whole ones."""
        known = self._known.get(piece, ...)
        if known is ...:
            known = self._known[piece] = complete(piece)
        return known

    def _split_rest(self, data: bytes, rest: bytes) -> tuple[Definition, ...]:
        definitions = self._known.get(rest)
        if definitions is None:
            before = decode(data[: len(data) - len(rest)])
            try:
                definitions = self._known[rest] = tuple(read(decode(rest)))
            except SchemaSyntaxError as error:
                raise SchemaSyntaxError(error.message, error.offset + len(before)) from None
        return definitions


def complete(piece: bytes) -> tuple[Definition, ...] | None:
    """Return the definitions of a piece, or None if it is not made of whole ones."""
    try:
        return tuple(read(decode(piece)))
    except SchemaSyntaxError:
        return None


def decode(data: bytes) -> str:
    """Return the text. Raises SchemaSyntaxError if it is not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        message = f"Byte 0x{data[error.start]:02x} is not UTF-8, which SDL is written in."
        raise SchemaSyntaxError(message, len(data[: error.start].decode())) from None


def read(text: str) -> list[Definition]:
    """Return all definitions of a text. Raises SchemaSyntaxError."""
    definitions: list[Definition] = []
    position = skip_ignored(text)
    while position < len(text):
        definition = read_one(text, position)
        if definition is None:
            return _read_by_parser(text, position, definitions)
        definitions.append(definition)
        position += len(definition.text)
    return definitions


def _read_by_parser(text: str, position: int, before: list[Definition]) -> list[Definition]:
    """Return those before and, by the parser, the rest. The last may have been cut short by what did not match."""
    from deprecation.parsing import parse_rest  # noqa: PLC0415, since it takes 0.15 s and is seldom needed

    start = position - len(before[-1].text) if before else position
    return before[:-1] + parse_rest(text, start)


def read_one(text: str, position: int) -> Definition | None:
    """Return the definition that begins at a position, or None if `grammar` does not know it."""
    opened = grammar.keyword().match(text, position)
    rest = opened and grammar.after_keyword(opened[3]).match(text, opened.end())
    if not opened or not rest:
        return None
    kind, extends = opened[3], bool(opened[2])
    body = (rest.start(4) - position, rest.end(4) - position)
    has_body, has_more = bool(rest[4]), bool(rest[2] or rest[3] or rest[4])
    if extends and (opened[1] or not has_more or kind == "directive"):
        return None
    if kind == "schema" and not extends and not has_body:
        return None
    written, name_start = text[position : rest.end()], rest.start(1) - position
    keyword_start = opened.start(3) - position
    return Definition(kind, rest[1], extends, written, rest[2], rest[3], keyword_start, name_start, body)
