"""What documents and plans take of memory, about; measured on tiny and on dense ones, which take most for their size.

All tokens of a document stay with whatever was parsed of it, comments too, and a name costs more as a node than as a
text; so tokens are counted, and the text by its size. What was not parsed from a text is taken for a large one.
"""

from collections.abc import Sequence
from sys import getsizeof

from graphql import Node, Token

_BYTES_OF_TOKEN, _BYTES_OF_DOCUMENT = 500, 2_000
_TOKENS_WITHOUT_TEXT = 1_000
_BYTES_OF_PLAN, _BYTES_OF_FIELD, _BYTES_OF_SELECTION = 4_000, 1_000, 1_000
_BYTES_OF_CHARACTER = 6
"""What a character of a plan's text takes once it is compiled."""


def weight_of_document(definitions: Sequence[Node]) -> int:
    """Return the bytes that a document takes of which these are definitions, about."""
    loc = definitions[0].loc
    if loc is None:
        return _BYTES_OF_DOCUMENT + _BYTES_OF_TOKEN * _TOKENS_WITHOUT_TEXT * len(definitions)
    return _BYTES_OF_DOCUMENT + 2 * getsizeof(loc.source.body) + _BYTES_OF_TOKEN * _tokens(loc.start_token)


def weight_of_plan(characters: int, fields: int, selections: int) -> int:
    """Return the bytes that a plan takes of so many fields and selections and characters of functions, about."""
    tree = _BYTES_OF_FIELD * fields + _BYTES_OF_SELECTION * selections
    return _BYTES_OF_PLAN + tree + _BYTES_OF_CHARACTER * characters


def _tokens(token: Token) -> int:
    """Return how many tokens a document has, given one of them."""
    while token.prev is not None:
        token = token.prev
    count = 1
    while token.next is not None:
        count, token = count + 1, token.next
    return count
