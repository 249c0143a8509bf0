"""Full text search.

The words of every searchable object are kept in `search_documents`, filled by triggers; those of what a statement
changes by the hundred follow a moment later, written by a worker. Full text operators are not
leakproof, so under row-level security they would not reach an index; therefore the application role has no right to
this table at all and reads it through one SECURITY DEFINER function, which takes the permitted organizations and
groups as arguments.
"""

from typing import TypedDict
from uuid import UUID

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, Uuid, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import TSVECTOR

from database.metadata import metadata
from database.page import UUIDS, Scope
from database.pool import Reader
from database.statement import Statement

search_documents = Table(
    "search_documents",
    metadata,
    Column("organization_id", Uuid, primary_key=True),
    Column("object_key", Uuid, primary_key=True),
    Column("group_id", Uuid, nullable=False),
    Column("type_name", Text, nullable=False),
    Column("words", TSVECTOR, nullable=False),
    Index("ix_search_documents_words", "words", postgresql_using="gin"),
)

search_pending = Table(
    "search_pending",
    metadata,
    Column("organization_id", Uuid, nullable=False),
    Column("object_key", Uuid, nullable=False),
)
"""Vulnerabilities whose documents are not written yet: changes of many rows are indexed a moment later."""

PENDING_AT_ONCE = 500
INDEX_PENDING = "SELECT index_pending($1)"
"""Writes the documents of some pending objects; returns how many there were."""

MOST_RESULTS = 500
"""No search goes further than this many of its best results."""

_found = func.search_objects(
    bindparam("everything", type_=Boolean),
    bindparam("organizations", type_=UUIDS),
    bindparam("groups", type_=UUIDS),
    bindparam("text", type_=Text),
    bindparam("most", type_=Integer),
).table_valued(
    column("organization_id", Uuid),
    column("group_id", Uuid),
    column("type_name", Text),
    column("object_key", Uuid),
    name="found",
)


class SearchMatchRow(TypedDict):
    """What a search has found: the type, the key and the place of an object."""

    organization_id: UUID
    group_id: UUID
    type_name: str
    object_key: UUID


FIND = Statement(
    select(_found.c.organization_id, _found.c.group_id, _found.c.type_name, _found.c.object_key), SearchMatchRow
)


async def find(reader: Reader, text: str, scope: Scope) -> list[SearchMatchRow]:
    """Return the type and keys of what matches, best first, at most MOST_RESULTS."""
    if scope.empty:
        return []
    return list(
        await reader.fetch(
            FIND,
            everything=scope.everything,
            organizations=list(scope.organizations),
            groups=list(scope.groups),
            text=text,
            most=MOST_RESULTS,
        )
    )
