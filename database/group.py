"""Groups: what an organization has tested together, their directory of names, and who is a stakeholder in which."""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from database.metadata import key, metadata, moment, sorted_text, tenant_table, typename
from database.page import UUIDS, PageQuery
from database.statement import Statement

groups = tenant_table(
    "groups",
    key("group_id"),
    sorted_text("name"),
    Column("description", Text, nullable=False, server_default=""),
    Column("plan", Text, nullable=False),
    moment("created_at"),
    CheckConstraint("plan IN ('ESSENTIAL', 'ADVANCED')", name="plan"),
)

group_names = Table(
    "group_names",
    metadata,
    Column("name", Text(collation="C"), primary_key=True),
    Column("organization_id", Uuid, nullable=False),
    Column("group_id", Uuid, nullable=False),
    UniqueConstraint("organization_id", "group_id"),
)

group_members = Table(
    "group_members",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True),
    Column("group_id", Uuid, primary_key=True),
    Column("organization_id", Uuid, nullable=False),
    Column("role", Text, nullable=False),
    moment("created_at"),
    CheckConstraint(
        "role IN ('GROUP_MANAGER', 'VULNERABILITY_MANAGER', 'ARCHITECT', 'HACKER', 'REATTACKER', 'REVIEWER', "
        "'RESOURCER', 'USER', 'SERVICE_AGENT')",
        name="role",
    ),
    Index("ix_group_members_group_id", "organization_id", "group_id", "user_id"),
)

COLUMNS: tuple[ColumnElement[Any], ...] = (
    typename("Group", digits="03"),
    groups.c.organization_id,
    groups.c.group_id,
    groups.c.group_id.label("key"),
    groups.c.name,
    groups.c.description,
    groups.c.plan,
    groups.c.created_at,
)


class GroupRow(TypedDict):
    """A group."""

    typename: str
    organization_id: UUID
    group_id: UUID
    key: UUID
    name: str
    description: str
    plan: str
    created_at: datetime


class GroupRoleRow(TypedDict):
    """A role that a user holds in a group."""

    group_id: UUID
    organization_id: UUID
    role: str


BY_KEY = Statement(
    select(*COLUMNS).where(
        groups.c.organization_id == bindparam("organization_id", type_=Uuid),
        groups.c.group_id == bindparam("key", type_=Uuid),
    ),
    GroupRow,
)
BY_KEYS = Statement(
    select(*COLUMNS).where(
        groups.c.organization_id == bindparam("organizations", type_=UUIDS).any_(),
        groups.c.group_id == bindparam("keys", type_=UUIDS).any_(),
    ),
    GroupRow,
)
BY_NAME = Statement(
    select(*COLUMNS)
    .join_from(
        group_names,
        groups,
        (groups.c.organization_id == group_names.c.organization_id) & (groups.c.group_id == group_names.c.group_id),
    )
    .where(group_names.c.name == bindparam("name", type_=Text)),
    GroupRow,
)

ADD = Statement(
    insert(groups).values(
        organization_id=bindparam("organization_id"),
        group_id=bindparam("group_id"),
        name=bindparam("name"),
        description=bindparam("description"),
        plan=bindparam("plan"),
    )
)
ADD_NAME = Statement(
    upsert(group_names)
    .values(
        name=bindparam("name"),
        organization_id=bindparam("organization_id"),
        group_id=bindparam("group_id"),
    )
    .on_conflict_do_nothing(index_elements=["name"])
    .returning(group_names.c.group_id)
)
"""Takes the name; returns no row if it is taken already."""
_member = upsert(group_members).values(
    user_id=bindparam("user_id"),
    group_id=bindparam("group_id"),
    organization_id=bindparam("organization_id"),
    role=bindparam("role"),
)
SET_ROLE = Statement(
    _member.on_conflict_do_update(index_elements=["user_id", "group_id"], set_={"role": _member.excluded.role})
)
ROLES = Statement(
    select(group_members.c.group_id, group_members.c.organization_id, group_members.c.role).where(
        group_members.c.user_id == bindparam("user_id", type_=Uuid)
    ),
    GroupRoleRow,
)

OF_ORGANIZATION = PageQuery(
    groups,
    row=GroupRow,
    columns=COLUMNS,
    organization=groups.c.organization_id,
    group=groups.c.group_id,
    parent=None,
    key=groups.c.group_id,
    orders={"NAME": (groups.c.name, str), "CREATED_AT": (groups.c.created_at, datetime)},
)
"""The groups of an organization."""
