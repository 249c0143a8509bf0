"""Roots: what is tested. One table for the three kinds; which columns are filled depends on the kind."""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    Text,
    Uuid,
    bindparam,
    case,
    select,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from database.metadata import key, moment, sorted_text, tenant_table
from database.page import UUIDS, PageQuery
from database.pool import Reader
from database.statement import Statement
from domain.errors import NotFound
from domain.identifiers import register_type

roots = tenant_table(
    "roots",
    key("root_id"),
    Column("group_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    sorted_text("nickname"),
    Column("url", Text, nullable=True),
    Column("branch", Text, nullable=True),
    Column("address", Text, nullable=True),
    moment("created_at"),
    CheckConstraint(
        "(kind = 'GIT' AND url IS NOT NULL AND branch IS NOT NULL AND address IS NULL)"
        " OR (kind = 'IP' AND address IS NOT NULL AND url IS NULL AND branch IS NULL)"
        " OR (kind = 'URL' AND url IS NOT NULL AND address IS NULL AND branch IS NULL)",
        name="kind",
    ),
    ForeignKeyConstraint(["organization_id", "group_id"], ["groups.organization_id", "groups.group_id"]),
    Index("uq_roots_nickname", "organization_id", "group_id", "nickname", unique=True),
)

for _type, _digits in (("GitRoot", "04"), ("IpRoot", "05"), ("UrlRoot", "06")):
    register_type(_type, digits=_digits)

COLUMNS: tuple[ColumnElement[Any], ...] = (
    case((roots.c.kind == "GIT", "GitRoot"), (roots.c.kind == "IP", "IpRoot"), else_="UrlRoot").label("typename"),
    roots.c.organization_id,
    roots.c.group_id,
    roots.c.root_id.label("key"),
    roots.c.nickname,
    roots.c.url,
    roots.c.branch,
    roots.c.address,
    roots.c.created_at,
)


class RootRow(TypedDict):
    """A root of any kind; which places are filled depends on the kind."""

    typename: str
    organization_id: UUID
    group_id: UUID
    key: UUID
    nickname: str
    url: str | None
    branch: str | None
    address: str | None
    created_at: datetime


BY_KEYS = Statement(
    select(*COLUMNS).where(
        roots.c.organization_id == bindparam("organizations", type_=UUIDS).any_(),
        roots.c.root_id == bindparam("keys", type_=UUIDS).any_(),
    ),
    RootRow,
)
BY_KEY = Statement(
    select(*COLUMNS).where(
        roots.c.organization_id == bindparam("organization_id", type_=Uuid),
        roots.c.root_id == bindparam("key", type_=Uuid),
    ),
    RootRow,
)
BY_NICKNAME = Statement(
    select(*COLUMNS).where(
        roots.c.organization_id == bindparam("organization_id", type_=Uuid),
        roots.c.group_id == bindparam("group_id", type_=Uuid),
        roots.c.nickname == bindparam("nickname", type_=Text),
    ),
    RootRow,
)
ADD = Statement(
    upsert(roots)
    .values(
        {
            name: bindparam(name, value=None)
            for name in (
                "organization_id",
                "root_id",
                "group_id",
                "kind",
                "nickname",
                "url",
                "branch",
                "address",
            )
        }
    )
    .on_conflict_do_nothing(index_elements=["organization_id", "group_id", "nickname"])
    .returning(roots.c.root_id)
)
"""Adds a root; returns no row if the nickname is taken in the group."""

OF_GROUP = PageQuery(
    roots,
    row=RootRow,
    columns=COLUMNS,
    organization=roots.c.organization_id,
    group=roots.c.group_id,
    parent=roots.c.group_id,
    key=roots.c.root_id,
    orders={"NICKNAME": (roots.c.nickname, str), "CREATED_AT": (roots.c.created_at, datetime)},
)
"""The roots of a group."""


async def key_of(reader: Reader, organization_id: UUID, group_id: UUID, nickname: str | None) -> UUID | None:
    """Return the key of a group's root by its nickname, None for none; raise NotFound if there is no such root."""
    if nickname is None:
        return None
    found = await reader.fetch_one(BY_NICKNAME, organization_id=organization_id, group_id=group_id, nickname=nickname)
    if found is None:
        raise NotFound(f"The group has no root {nickname[:80]!r}: add it first.", argument="rootNickname")
    key: UUID = found["key"]
    return key
