"""Search: what is found, best first, as far as the caller may see it."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from ariadne import QueryType, UnionType

from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_user_level_auth_async, require_login
from authz.nouns import noun_of, nouns
from authz.police import police
from authz.subject import Place
from bindings.types import CarrierType
from database import search
from database.pool import Reader
from database.row import AnyRow
from domain.names import check_text
from domain.page import decode_cursor, encode_cursor, page_from

query = QueryType()
result = UnionType("SearchResult")
MOST_TEXT = 200
_LONE_MINUS = re.compile(r"-+(?=[\s-]|$)")
"""A minus before nothing: PostgreSQL stacks each one, up to an error."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results: its records with the position of each, and how many results there are."""

    rows: Sequence[tuple[int, AnyRow]]
    total: int
    first: int


def _cursor(position: int, row: AnyRow) -> str:
    return encode_cursor((position, cast(UUID, row["key"])))


def _page_info(found: Found) -> dict[str, Any]:
    return {
        "hasNextPage": bool(found.rows) and found.rows[-1][0] + 1 < found.total,
        "hasPreviousPage": found.first > 0,
        "startCursor": _cursor(*found.rows[0]) if found.rows else None,
        "endCursor": _cursor(*found.rows[-1]) if found.rows else None,
    }


connection = CarrierType("SearchConnection", connection=True)
connection.carry("edges", lambda found: found.rows)
connection.carry("nodes", lambda found: [row for _, row in found.rows])
connection.carry("pageInfo", _page_info)
connection.carry("totalCount", lambda found: found.total)
edge = CarrierType("SearchEdge", connection=True)
edge.carry("node", lambda pair: pair[1])
edge.carry("cursor", lambda pair: _cursor(*pair))


@result.type_resolver
def resolve_result_type(record: AnyRow, *_: object) -> str:
    """Return the type of what was found."""
    return str(record["typename"])


@query.field("search")
@require_login
@enforce_user_level_auth_async(Action.SEARCH_READ)
async def resolve_search(_: None, info: Info, *, text: str, first: int = 20, after: str | None = None) -> Found:
    """Return what matches the text."""
    caller = info.context
    words = _LONE_MINUS.sub(" ", check_text(text, "text", least=1, most=MOST_TEXT))
    page = page_from(first, after)
    subject = caller.signed_in
    matches = [
        match
        for match in await search.find(caller.reader, words, police().scope(subject, Action.GROUP_READ))
        if police().may(
            subject, noun_of(match["type_name"]).visible, Place(match["organization_id"], match["group_id"])
        )
    ]
    start = 0
    if page.cursor is not None:
        start = int(str(decode_cursor(page.cursor, (int, UUID), "after")[0])) + 1
    part = matches[max(start, 0) : max(start, 0) + page.size]
    records = await _records(caller.reader, part)
    rows = [
        (start + number, records[match["object_key"]])
        for number, match in enumerate(part)
        if match["object_key"] in records
    ]
    return Found(rows, len(matches), start)


async def _records(reader: Reader, matches: Sequence[search.SearchMatchRow]) -> dict[UUID, AnyRow]:
    """Return the records of the matches by key, in one statement for each noun."""
    wanted: dict[str, list[tuple[UUID, UUID]]] = defaultdict(list)
    for match in matches:
        wanted[noun_of(match["type_name"]).name].append((match["organization_id"], match["object_key"]))
    found: dict[UUID, AnyRow] = {}
    for noun in nouns():
        if noun.name in wanted:
            found |= await noun.load_several(reader, wanted[noun.name])
    return found


BINDABLES = [query, result, connection, edge]
