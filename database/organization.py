"""Organizations: the tenants, their directory of names, and who is a stakeholder in which."""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Table,
    Text,
    Uuid,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from database.metadata import metadata, moment, sorted_text, tenant_table, typename
from database.page import UUIDS, PageQuery
from database.statement import Statement

organizations = tenant_table(
    "organizations",
    sorted_text("name"),
    Column("description", Text, nullable=False, server_default=""),
    Column("merges_across_tools", Boolean, nullable=False, server_default="true"),
    moment("created_at"),
)

organization_names = Table(
    "organization_names",
    metadata,
    Column("name", Text(collation="C"), primary_key=True),
    Column("organization_id", Uuid, nullable=False, unique=True),
)

organization_members = Table(
    "organization_members",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True),
    Column("organization_id", Uuid, primary_key=True),
    Column("role", Text, nullable=False),
    moment("created_at"),
    CheckConstraint("role IN ('ORGANIZATION_MANAGER', 'CUSTOMER_MANAGER', 'USER')", name="role"),
    Index("ix_organization_members_organization_id", "organization_id", "user_id"),
)

COLUMNS: tuple[ColumnElement[Any], ...] = (
    typename("Organization", digits="02"),
    organizations.c.organization_id,
    organizations.c.organization_id.label("key"),
    organizations.c.name,
    organizations.c.description,
    organizations.c.merges_across_tools,
    organizations.c.created_at,
)


class OrganizationRow(TypedDict):
    """An organization."""

    typename: str
    organization_id: UUID
    key: UUID
    name: str
    description: str
    merges_across_tools: bool
    created_at: datetime


class OrganizationSettingsRow(TypedDict):
    """What can be changed of an organization."""

    description: str
    merges_across_tools: bool


class OrganizationKeyRow(TypedDict):
    """The key of an organization."""

    organization_id: UUID


class OrganizationRoleRow(TypedDict):
    """A role that a user holds in an organization."""

    organization_id: UUID
    role: str


BY_KEY = Statement(
    select(*COLUMNS).where(organizations.c.organization_id == bindparam("organization_id", type_=Uuid)), OrganizationRow
)
BY_ID = Statement(
    select(*COLUMNS).where(
        organizations.c.organization_id == bindparam("organization_id", type_=Uuid),
        organizations.c.organization_id == bindparam("key", type_=Uuid),
    ),
    OrganizationRow,
)
"""An organization by what a global id says."""
LOCK = Statement(
    select(organizations.c.description, organizations.c.merges_across_tools)
    .where(organizations.c.organization_id == bindparam("organization_id", type_=Uuid))
    .with_for_update(),
    OrganizationSettingsRow,
)
"""The settings of an organization, locked against others who change them."""
LOCK_ROLES = Statement(
    select(organization_names.c.organization_id)
    .where(organization_names.c.organization_id == bindparam("organizations", type_=UUIDS).any_())
    .order_by(organization_names.c.organization_id)
    .with_for_update(),
    OrganizationKeyRow,
)
"""Keeps everybody else from changing the roles in some organizations; always in the same order."""
MANAGED_BY = Statement(
    select(organization_members.c.organization_id).where(
        organization_members.c.user_id == bindparam("user_id", type_=Uuid),
        organization_members.c.role == "ORGANIZATION_MANAGER",
    ),
    OrganizationKeyRow,
)
"""The organizations that a user manages."""
BY_KEYS = Statement(
    select(*COLUMNS).where(
        organizations.c.organization_id == bindparam("organizations", type_=UUIDS).any_(),
        organizations.c.organization_id == bindparam("keys", type_=UUIDS).any_(),
    ),
    OrganizationRow,
)
BY_NAME = Statement(
    select(*COLUMNS)
    .join_from(
        organization_names,
        organizations,
        organizations.c.organization_id == organization_names.c.organization_id,
    )
    .where(organization_names.c.name == bindparam("name", type_=Text)),
    OrganizationRow,
)
EVERY_KEY = Statement(select(organization_names.c.organization_id), OrganizationKeyRow)
"""All organizations, for those who may see all."""

ADD = Statement(
    insert(organizations).values(
        organization_id=bindparam("organization_id"),
        name=bindparam("name"),
        description=bindparam("description"),
    )
)
UPDATE = Statement(
    update(organizations)
    .where(organizations.c.organization_id == bindparam("in_organization", type_=Uuid))
    .values(
        description=bindparam("description", type_=Text),
        merges_across_tools=bindparam("merges_across_tools", type_=Boolean),
    )
)
ADD_NAME = Statement(
    upsert(organization_names)
    .values(name=bindparam("name"), organization_id=bindparam("organization_id"))
    .on_conflict_do_nothing(index_elements=["name"])
    .returning(organization_names.c.organization_id),
    OrganizationKeyRow,
)
"""Takes the name; returns no row if it is taken already."""
_member = upsert(organization_members).values(
    user_id=bindparam("user_id"), organization_id=bindparam("organization_id"), role=bindparam("role")
)
SET_ROLE = Statement(
    _member.on_conflict_do_update(index_elements=["user_id", "organization_id"], set_={"role": _member.excluded.role})
)
ADD_MEMBER = Statement(_member.on_conflict_do_nothing(index_elements=["user_id", "organization_id"]))
ROLES = Statement(
    select(organization_members.c.organization_id, organization_members.c.role).where(
        organization_members.c.user_id == bindparam("user_id", type_=Uuid)
    ),
    OrganizationRoleRow,
)

OF_USER = PageQuery(
    organizations.join(organization_members, organization_members.c.organization_id == organizations.c.organization_id),
    row=OrganizationRow,
    columns=COLUMNS,
    organization=organizations.c.organization_id,
    group=None,
    parent=organization_members.c.user_id,
    key=organizations.c.organization_id,
    orders={"NAME": (organizations.c.name, str), "CREATED_AT": (organizations.c.created_at, datetime)},
    across_organizations=True,
)
"""The organizations in which a user is a stakeholder."""
