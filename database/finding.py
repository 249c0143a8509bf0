"""Findings: what is wrong."""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    Uuid,
    bindparam,
    func,
    insert,
    select,
    update,
)

from database.metadata import key, moment, sorted_text, tenant_table, typename
from database.page import UUIDS, PageQuery, at_least, text_equals
from database.statement import Statement

findings = tenant_table(
    "findings",
    key("finding_id"),
    Column("group_id", Uuid, nullable=False),
    sorted_text("title"),
    Column("description", Text, nullable=False, server_default=""),
    Column("recommendation", Text, nullable=False, server_default=""),
    Column("status", Text, nullable=False),
    Column("severity_tenths", SmallInteger, nullable=False),
    Column("severity_vector", Text, nullable=True),
    Column("cwe_ids", ARRAY(Text), nullable=False, server_default="{}"),
    Column("cve_ids", ARRAY(Text), nullable=False, server_default="{}"),
    Column("tool", Text, nullable=True),
    Column("rule_id", Text, nullable=True),
    Column("reported_by", Text, nullable=True),
    moment("created_at"),
    moment("updated_at"),
    moment("removed_at", nullable=True),
    CheckConstraint("status IN ('DRAFT', 'VULNERABLE', 'SAFE')", name="status"),
    CheckConstraint("severity_tenths BETWEEN 0 AND 100", name="severity_tenths"),
    CheckConstraint("(tool IS NULL) = (rule_id IS NULL)", name="tool_and_rule"),
    ForeignKeyConstraint(["organization_id", "group_id"], ["groups.organization_id", "groups.group_id"]),
)
_present = findings.c.removed_at.is_(None)
Index(
    "uq_findings_rule",
    findings.c.organization_id,
    findings.c.group_id,
    findings.c.tool,
    findings.c.rule_id,
    unique=True,
    postgresql_where=_present,
)
for _name in ("severity_tenths", "created_at", "title"):
    Index(
        f"ix_findings_{_name}",
        findings.c.organization_id,
        findings.c.group_id,
        findings.c[_name],
        findings.c.finding_id,
        postgresql_where=_present,
    )

COLUMNS: tuple[ColumnElement[Any], ...] = (
    typename("Finding", digits="07"),
    findings.c.organization_id,
    findings.c.group_id,
    findings.c.finding_id.label("key"),
    findings.c.title,
    findings.c.description,
    findings.c.recommendation,
    findings.c.status,
    findings.c.severity_tenths,
    findings.c.severity_vector,
    findings.c.cwe_ids,
    findings.c.cve_ids,
    findings.c.tool,
    findings.c.rule_id,
    findings.c.reported_by,
    findings.c.created_at,
    findings.c.updated_at,
)


class FindingRow(TypedDict):
    """A finding."""

    typename: str
    organization_id: UUID
    group_id: UUID
    key: UUID
    title: str
    description: str
    recommendation: str
    status: str
    severity_tenths: int
    severity_vector: str | None
    cwe_ids: list[str]
    cve_ids: list[str]
    tool: str | None
    rule_id: str | None
    reported_by: str | None
    created_at: datetime
    updated_at: datetime


BY_KEY = Statement(
    select(*COLUMNS).where(
        findings.c.organization_id == bindparam("organization_id", type_=Uuid),
        findings.c.finding_id == bindparam("key", type_=Uuid),
        _present,
    ),
    FindingRow,
)
BY_KEYS = Statement(
    select(*COLUMNS).where(
        findings.c.organization_id == bindparam("organizations", type_=UUIDS).any_(),
        findings.c.finding_id == bindparam("keys", type_=UUIDS).any_(),
        _present,
    ),
    FindingRow,
)
_content = ("title", "description", "recommendation", "severity_tenths", "severity_vector", "cwe_ids")
ADD = Statement(
    insert(findings).values(
        {
            name: bindparam(name, value=None, type_=findings.c[name].type)
            for name in (
                "organization_id",
                "finding_id",
                "group_id",
                *_content,
                "status",
                "cve_ids",
                "tool",
                "rule_id",
                "reported_by",
            )
        }
    )
)
_one = (
    findings.c.organization_id == bindparam("organization_id", type_=Uuid),
    findings.c.finding_id == bindparam("key", type_=Uuid),
    _present,
)
UPDATE = Statement(
    update(findings)
    .where(*_one)
    .values({name: bindparam(name, type_=findings.c[name].type) for name in _content})
    .values(updated_at=func.now())
    .returning(findings.c.finding_id)
)
REMOVE = Statement(update(findings).where(*_one).values(removed_at=func.now()).returning(findings.c.finding_id))
LOCK = Statement(select(findings.c.finding_id).where(*_one).with_for_update())
"""Locks a finding against others who change it or its vulnerabilities; returns no row if it is gone."""

FILTERS = {
    "status": text_equals(findings.c.status),
    "min_severity_rating": at_least(findings.c.severity_tenths),
    "tool": text_equals(findings.c.tool),
}
OF_GROUP = PageQuery(
    findings,
    row=FindingRow,
    columns=COLUMNS,
    organization=findings.c.organization_id,
    group=findings.c.group_id,
    parent=findings.c.group_id,
    key=findings.c.finding_id,
    orders={
        "SEVERITY_SCORE": (findings.c.severity_tenths, int),
        "CREATED_AT": (findings.c.created_at, datetime),
        "TITLE": (findings.c.title, str),
    },
    filters=FILTERS,
    where=_present,
)
"""The findings of a group."""
