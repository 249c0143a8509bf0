"""Automatic persisted queries: a client sends a document once, and its SHA-256 from then on.

    {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "…"}}}

Where the hash is not known the answer is PERSISTED_QUERY_NOT_FOUND, and the client sends hash and document together.
Only valid documents are kept; each process keeps its own, and forgets what was used longest ago.
Source: Apollo, "Automatic Persisted Queries".
"""

import hashlib
import re
from collections import OrderedDict
from sys import getsizeof
from typing import Any

from domain.errors import BadUserInput, PersistedQueryNotFound

MOST_BYTES = 4 * 1024 * 1024
"""How much memory their texts may take, about."""
_BYTES_BESIDE = 300
"""What a hash takes, and its entry."""
_HASH = re.compile("[0-9a-f]{64}")


class PersistedQueries:
    """The documents that are known by their hashes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Take how much memory they may take."""
        self._most_bytes = most_bytes
        self._weight = 0
        self._texts: OrderedDict[str, str] = OrderedDict()

    def text_of(self, data: dict[str, object]) -> Any:
        """Return the document of a request: the one that it has, or the one that its hash stands for.

        Raises PersistedQueryNotFound where the hash is not known, and BadUserInput where it is none of SHA-256, or not
        that of the document beside it.
        """
        given, query = _hash_of(data), data.get("query")
        if given is None:
            return query
        if query is None:
            known = self._texts.get(given)
            if known is None:
                raise PersistedQueryNotFound("PersistedQueryNotFound")
            self._texts.move_to_end(given)
            return known
        if not isinstance(query, str) or hashlib.sha256(query.encode(errors="replace")).hexdigest() != given:
            raise BadUserInput(
                "`extensions.persistedQuery.sha256Hash` is not the SHA-256 of `query`.", argument="extensions"
            )
        return query

    def keep(self, data: dict[str, object], query: str) -> None:
        """Keep a valid document that came with its hash."""
        given = _hash_of(data)
        if given is None or given in self._texts:
            return
        self._texts[given] = query
        self._weight += weight_of(query)
        while self._weight > self._most_bytes:
            _, oldest = self._texts.popitem(last=False)
            self._weight -= weight_of(oldest)


def weight_of(query: str) -> int:
    """Return the bytes that a known document takes, about."""
    return getsizeof(query) + _BYTES_BESIDE


def _hash_of(data: dict[str, object]) -> str | None:
    """Return the hash that a request names its document by, if it does; raise BadUserInput if it is none."""
    extensions = data.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    if persisted is None:
        return None
    given = persisted.get("sha256Hash") if isinstance(persisted, dict) and _is_first(persisted.get("version")) else None
    if not isinstance(given, str) or not _HASH.fullmatch(given):
        raise BadUserInput(
            "`extensions.persistedQuery` must be of version 1, and its `sha256Hash` 64 hexadecimal digits.",
            argument="extensions",
        )
    return given


def _is_first(version: object) -> bool:
    """Whether a version is the number 1; to Python `true` is that too."""
    return type(version) is int and version == 1
