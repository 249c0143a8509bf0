"""Automatic persisted queries: a document by its hash, once it was sent along with it."""

import hashlib
from typing import Any

import pytest

from api.persisted_queries import PersistedQueries, weight_of
from domain.errors import BadUserInput, PersistedQueryNotFound
from tests.world import World

QUERY = "query Who { me { email } }"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def by_hash(given: Any, version: Any = 1, **more: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": version, "sha256Hash": given}}, **more}


def told(world: World, data: Any) -> str | None:
    """Return the code of what a request is refused for, or None if it is not."""
    prepared: Any = world.services.execution.prepare(data)
    return prepared["errors"][0]["extensions"]["code"] if isinstance(prepared, dict) else None


async def test_a_document_is_known_by_its_hash_once_it_was_sent_along(world: World) -> None:
    assert told(world, by_hash(sha256(QUERY))) == "PERSISTED_QUERY_NOT_FOUND"
    assert told(world, by_hash(sha256(QUERY), query=QUERY)) is None
    prepared: Any = world.services.execution.prepare(by_hash(sha256(QUERY), operationName="Who"))
    result = await world.services.execution.run(prepared, await world.caller("user"))
    assert result == {"data": {"me": {"email": "user@adarve.example"}}}


def test_a_hash_of_another_document_is_refused(world: World) -> None:
    assert told(world, by_hash(sha256("{ me { name } }"), query=QUERY)) == "BAD_USER_INPUT"
    assert told(world, by_hash(sha256("{ me { name } }"))) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    ("given", "version"),
    [(None, 1), (7, 1), ("", 1), ("a" * 63, 1), ("A" * 64, 1), ("a" * 64, 2), ("a" * 64, None), ("a" * 64, True)],
)
def test_a_hash_is_one_of_sha_256(world: World, given: Any, version: Any) -> None:
    assert told(world, by_hash(given, version)) == "BAD_USER_INPUT"
    assert told(world, by_hash(given, version, query=QUERY)) == "BAD_USER_INPUT"


def test_what_is_not_valid_is_not_kept(world: World) -> None:
    wrong = "{ nothing }"
    assert told(world, by_hash(sha256(wrong), query=wrong)) == "GRAPHQL_VALIDATION_FAILED"
    assert told(world, by_hash(sha256(wrong))) == "PERSISTED_QUERY_NOT_FOUND"


def test_what_was_used_longest_ago_is_forgotten() -> None:
    queries = PersistedQueries(most_bytes=3 * weight_of("a" * 10))
    for text in ("a" * 10, "b" * 10, "c" * 10):
        queries.keep(by_hash(sha256(text)), text)
    assert queries.text_of(by_hash(sha256("a" * 10))) == "a" * 10
    queries.keep(by_hash(sha256("d" * 10)), "d" * 10)
    with pytest.raises(PersistedQueryNotFound):
        queries.text_of(by_hash(sha256("b" * 10)))
    assert queries.text_of(by_hash(sha256("a" * 10))) == "a" * 10


def test_a_text_that_is_none_of_unicode_is_not_known() -> None:
    with pytest.raises(BadUserInput):
        PersistedQueries().text_of(by_hash("a" * 64, query="\ud800"))
