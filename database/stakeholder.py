"""Stakeholders: who has which role in an organization or in a group, as lists and one by one.

The memberships themselves are directory tables (`database.organization`, `database.group`), led by the user, since a
caller's roles must be known before any organization is. Here they are read from the other side, joined with the
organization, so that row-level security holds for them too.
"""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import ColumnElement, Text, Uuid, bindparam, delete, exists, func, null, or_, select
from sqlalchemy import cast as sql_cast

from database.group import group_members
from database.metadata import typename
from database.organization import organization_members, organization_names, organizations
from database.page import PageQuery
from database.row import CountRow
from database.statement import Statement
from database.user import users

_in_organization = organization_members.join(
    organizations, organizations.c.organization_id == organization_members.c.organization_id
).join(users, users.c.user_id == organization_members.c.user_id)
_in_group = group_members.join(organizations, organizations.c.organization_id == group_members.c.organization_id).join(
    users, users.c.user_id == group_members.c.user_id
)


def _columns(members: Any, group: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    return (
        typename("Stakeholder"),
        members.c.organization_id,
        group.label("group_id"),
        members.c.user_id.label("key"),
        members.c.user_id,
        users.c.email,
        users.c.name,
        members.c.role,
        members.c.created_at,
    )


_ORGANIZATION_COLUMNS = _columns(organization_members, sql_cast(null(), Uuid))
_GROUP_COLUMNS = _columns(group_members, group_members.c.group_id)


class StakeholderRow(TypedDict):
    """Who has which role in an organization or in a group."""

    typename: str
    organization_id: UUID
    group_id: UUID
    key: UUID
    user_id: UUID
    email: str
    name: str
    role: str
    created_at: datetime


class OrganizationNameRow(TypedDict):
    """The name of an organization."""

    name: str


class GroupKeyRow(TypedDict):
    """The key of a group."""

    group_id: UUID


OF_ORGANIZATION = PageQuery(
    _in_organization,
    row=StakeholderRow,
    columns=_ORGANIZATION_COLUMNS,
    organization=organization_members.c.organization_id,
    group=None,
    parent=None,
    key=organization_members.c.user_id,
    orders={"EMAIL": (users.c.email, str), "CREATED_AT": (organization_members.c.created_at, datetime)},
)
"""The stakeholders of an organization."""
OF_GROUP = PageQuery(
    _in_group,
    row=StakeholderRow,
    columns=_GROUP_COLUMNS,
    organization=group_members.c.organization_id,
    group=group_members.c.group_id,
    parent=group_members.c.group_id,
    key=group_members.c.user_id,
    orders={"EMAIL": (users.c.email, str), "CREATED_AT": (group_members.c.created_at, datetime)},
)
"""The stakeholders of a group."""

_organization_id = bindparam("organization_id", type_=Uuid)
_group_id = bindparam("group_id", type_=Uuid)
_email = bindparam("email", type_=Text)

IN_ORGANIZATION = Statement(
    select(*_ORGANIZATION_COLUMNS)
    .select_from(_in_organization)
    .where(organization_members.c.organization_id == _organization_id, users.c.email == _email),
    StakeholderRow,
)
"""The stakeholder of an organization with an e-mail address."""
IN_GROUP = Statement(
    select(*_GROUP_COLUMNS)
    .select_from(_in_group)
    .where(
        group_members.c.organization_id == _organization_id,
        group_members.c.group_id == _group_id,
        users.c.email == _email,
    ),
    StakeholderRow,
)
"""The stakeholder of a group with an e-mail address."""
OTHER_MANAGERS = Statement(
    select(func.count().label("count"))
    .select_from(_in_organization)
    .where(
        organization_members.c.organization_id == _organization_id,
        organization_members.c.role == "ORGANIZATION_MANAGER",
        users.c.suspended.is_(False),
        organization_members.c.user_id != bindparam("but", type_=Uuid),
    ),
    CountRow,
)
"""How many others manage an organization and are not suspended."""
_other = organization_members.alias("other")
MANAGED_BY_NOBODY_ELSE = Statement(
    select(organization_names.c.name)
    .join(organization_members, organization_members.c.organization_id == organization_names.c.organization_id)
    .where(
        organization_members.c.user_id == bindparam("user_id", type_=Uuid),
        organization_members.c.role == "ORGANIZATION_MANAGER",
        ~exists().where(
            _other.c.organization_id == organization_members.c.organization_id,
            _other.c.role == "ORGANIZATION_MANAGER",
            _other.c.user_id != organization_members.c.user_id,
            _other.c.user_id == users.c.user_id,
            users.c.suspended.is_(False),
        ),
    )
    .order_by(organization_names.c.name)
    .limit(5),
    OrganizationNameRow,
)
"""Names of organizations that a user manages and nobody else does."""
REMOVE_FROM_ORGANIZATION = Statement(
    delete(organization_members).where(
        organization_members.c.user_id == bindparam("user_id", type_=Uuid),
        organization_members.c.organization_id == _organization_id,
    )
)
REMOVE_FROM_GROUPS = Statement(
    delete(group_members)
    .where(
        group_members.c.user_id == bindparam("user_id", type_=Uuid),
        group_members.c.organization_id == _organization_id,
        or_(_group_id.is_(None), group_members.c.group_id == _group_id),
    )
    .returning(group_members.c.group_id),
    GroupKeyRow,
)
"""Takes the role in one group of an organization away, or in all of them where no group is named."""
