"""What documents and plans take of memory, about; measured on tiny and on dense ones, which take most for their size.

A token of a document stays with what was parsed of it, comments too, and a name costs more as a node than as a text; so
tokens are counted, and the text by its size. What was not parsed from a text is taken for a large one.
"""

from collections.abc import Sequence
from sys import getsizeof

from graphql import Node

_BYTES_OF_TOKEN, _BYTES_OF_DOCUMENT = 500, 2_000
_TOKENS_WITHOUT_TEXT = 1_000
_BYTES_OF_CHARACTER, _BYTES_OF_PLAN = 7, 4_000
"""What a character of a plan's text takes once it is compiled, and a plan besides."""


def weight_of_document(definitions: Sequence[Node]) -> int:
    """Return the bytes that definitions of one document take, about."""
    loc = definitions[0].loc
    text = getsizeof(loc.source.body) if loc else 0
    return _BYTES_OF_DOCUMENT + text + _BYTES_OF_TOKEN * sum(map(_tokens, definitions))


def weight_of_plan(characters: int) -> int:
    """Return the bytes that a plan takes for which so many characters were generated, about."""
    return _BYTES_OF_PLAN + _BYTES_OF_CHARACTER * characters


def _tokens(node: Node) -> int:
    """Return how many tokens a node was parsed from."""
    if node.loc is None:
        return _TOKENS_WITHOUT_TEXT
    count, token, last = 1, node.loc.start_token, node.loc.end_token
    while token is not last and token.next is not None:
        count, token = count + 1, token.next
    return count
