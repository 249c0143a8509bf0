"""Imports: one uploaded report, its file until it is read, its counts, and the records it had to reject."""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from database.metadata import key, moment, tenant_table, typename
from database.page import UUIDS, PageQuery, text_equals
from database.row import CountRow
from database.statement import Statement

COUNTS = ("results", "added", "merged", "same", "reopened", "suppressed", "closed", "rejected", "skipped")
"""The counts of an import, as columns."""
CHANGES = ("added", "merged", "same", "reopened", "suppressed", "closed")
"""Those of them that tell of vulnerabilities: 0 until the import has landed."""

scan_imports = tenant_table(
    "scan_imports",
    key("scan_import_id"),
    Column("group_id", Uuid, nullable=False),
    Column("root_id", Uuid, nullable=True),
    Column("status", Text, nullable=False),
    Column("progress", SmallInteger, nullable=False, server_default="0"),
    Column("file_name", Text, nullable=False),
    Column("file_size", Integer, nullable=False),
    Column("file_hash", Text, nullable=False),
    Column("branch", Text, nullable=True),
    Column("commit", Text, nullable=True),
    Column("category", Text, nullable=True),
    Column("strict", Boolean, nullable=False),
    Column("partial", Boolean, nullable=False, server_default="false"),
    Column("allow_mass_close", Boolean, nullable=False, server_default="false"),
    Column("format", Text, nullable=True),
    Column("warnings", ARRAY(Text), nullable=False, server_default="{}"),
    Column("scan_targets", ARRAY(Uuid), nullable=False, server_default="{}"),
    Column("tools", ARRAY(Text), nullable=False, server_default="{}"),
    *(Column(name, Integer, nullable=False, server_default="0") for name in COUNTS),
    Column("error", Text, nullable=True),
    Column("idempotency_key", Text, nullable=True),
    Column("started_by", Uuid, nullable=False),
    moment("created_at"),
    moment("started_at", nullable=True),
    moment("finished_at", nullable=True),
    CheckConstraint("status IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED')", name="status"),
    CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
    CheckConstraint("(error IS NOT NULL) = (status = 'FAILED')", name="error_if_failed"),
    ForeignKeyConstraint(["organization_id", "group_id"], ["groups.organization_id", "groups.group_id"]),
)
Index(
    "uq_scan_imports_idempotency_key",
    scan_imports.c.organization_id,
    scan_imports.c.group_id,
    scan_imports.c.idempotency_key,
    unique=True,
)
Index(
    "ix_scan_imports_created_at",
    scan_imports.c.organization_id,
    scan_imports.c.group_id,
    scan_imports.c.created_at,
    scan_imports.c.scan_import_id,
)

scan_import_files = tenant_table(
    "scan_import_files",
    key("scan_import_id"),
    Column("content", LargeBinary, nullable=False),
)

COLUMNS: tuple[ColumnElement[Any], ...] = (
    typename("ScanImport", digits="09"),
    scan_imports.c.organization_id,
    scan_imports.c.group_id,
    scan_imports.c.root_id,
    scan_imports.c.scan_import_id.label("key"),
    *(
        scan_imports.c[name]
        for name in (
            "status",
            "progress",
            "file_name",
            "file_size",
            "branch",
            "commit",
            "category",
            "strict",
            "partial",
            "allow_mass_close",
            "format",
            "warnings",
            "tools",
            *COUNTS,
            "error",
            "created_at",
            "started_at",
            "finished_at",
        )
    ),
)

_one = (
    scan_imports.c.organization_id == bindparam("organization_id", type_=Uuid),
    scan_imports.c.scan_import_id == bindparam("key", type_=Uuid),
)


class ScanImportRow(TypedDict):
    """An import."""

    typename: str
    organization_id: UUID
    group_id: UUID
    root_id: UUID | None
    key: UUID
    status: str
    progress: int
    file_name: str
    file_size: int
    branch: str | None
    commit: str | None
    category: str | None
    strict: bool
    partial: bool
    allow_mass_close: bool
    format: str | None
    warnings: list[str]
    tools: list[str]
    results: int
    added: int
    merged: int
    same: int
    reopened: int
    suppressed: int
    closed: int
    rejected: int
    skipped: int
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class KnownImportRow(TypedDict):
    """The import that was asked for by an idempotency key: its file and its target."""

    scan_import_id: UUID
    file_hash: str
    root_id: UUID | None
    branch: str | None
    category: str | None


class FilePartRow(TypedDict):
    """A part of an uploaded file."""

    content: bytes


BY_KEY = Statement(select(*COLUMNS).where(*_one), ScanImportRow)
BY_KEYS = Statement(
    select(*COLUMNS).where(
        scan_imports.c.organization_id == bindparam("organizations", type_=UUIDS).any_(),
        scan_imports.c.scan_import_id == bindparam("keys", type_=UUIDS).any_(),
    ),
    ScanImportRow,
)
BY_IDEMPOTENCY_KEY = Statement(
    select(
        scan_imports.c.scan_import_id,
        scan_imports.c.file_hash,
        scan_imports.c.root_id,
        scan_imports.c.branch,
        scan_imports.c.category,
    ).where(
        scan_imports.c.organization_id == bindparam("organization_id", type_=Uuid),
        scan_imports.c.group_id == bindparam("group_id", type_=Uuid),
        scan_imports.c.idempotency_key == bindparam("idempotency_key", type_=Text),
    ),
    KnownImportRow,
)
LOCK_QUEUE = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
"""Imports of one group are queued one after the other, so that the same report sent twice at once is one import."""
SAME_BYTES = """
SELECT i.scan_import_id FROM scan_imports i
WHERE i.organization_id = $1 AND i.group_id = $2 AND i.file_hash = $3 AND i.root_id IS NOT DISTINCT FROM $4
    AND i.branch IS NOT DISTINCT FROM $5 AND i.category IS NOT DISTINCT FROM $6 AND i.commit IS NOT DISTINCT FROM $7
    AND i.partial = $8 AND (
        i.finished_at IS NULL AND i.strict = $9 AND i.allow_mass_close = $10
        OR i.status = 'SUCCEEDED' AND (i.rejected = 0 OR NOT $9) AND cardinality(i.scan_targets) > 0 AND NOT EXISTS (
            SELECT FROM unnest(i.scan_targets) named(scan_target)
            LEFT JOIN scan_targets t ON t.organization_id = $1 AND t.group_id = $2 AND t.scan_target = named.scan_target
            WHERE t.scan_import_id IS DISTINCT FROM i.scan_import_id))
    AND NOT EXISTS (
        SELECT FROM scan_imports o WHERE o.organization_id = $1 AND o.group_id = $2 AND o.finished_at IS NULL
            AND o.scan_import_id <> i.scan_import_id AND o.root_id IS NOT DISTINCT FROM $4
            AND o.branch IS NOT DISTINCT FROM $5)
ORDER BY i.scan_import_id DESC LIMIT 1
"""
"""The import of the same file for the same target, unless something else was imported there since or is about to."""
ADD = Statement(
    upsert(scan_imports)
    .values(
        {
            name: bindparam(name, value=None, type_=scan_imports.c[name].type)
            for name in (
                "organization_id",
                "scan_import_id",
                "group_id",
                "root_id",
                "status",
                "file_name",
                "file_size",
                "file_hash",
                "branch",
                "commit",
                "category",
                "strict",
                "partial",
                "allow_mass_close",
                "idempotency_key",
                "started_by",
            )
        }
    )
    .on_conflict_do_nothing(index_elements=["organization_id", "group_id", "idempotency_key"])
    .returning(scan_imports.c.scan_import_id)
)
UNFINISHED = Statement(
    select(func.count().label("count")).where(
        scan_imports.c.organization_id == bindparam("organization_id", type_=Uuid),
        scan_imports.c.group_id == bindparam("group_id", type_=Uuid),
        scan_imports.c.finished_at.is_(None),
    ),
    CountRow,
)
"""How many imports of a group wait or run."""
ADD_FILE = Statement(
    insert(scan_import_files).values(
        organization_id=bindparam("organization_id"),
        scan_import_id=bindparam("scan_import_id"),
        content=bindparam("content"),
    )
)
_file = (
    scan_import_files.c.organization_id == bindparam("organization_id", type_=Uuid),
    scan_import_files.c.scan_import_id == bindparam("scan_import_id", type_=Uuid),
)
FILE_PART = Statement(
    select(
        func.substr(
            scan_import_files.c.content,
            bindparam("start", type_=Integer),
            bindparam("size", type_=Integer),
            type_=LargeBinary,
        ).label("content")
    ).where(*_file),
    FilePartRow,
)
"""A part of an uploaded file, from a byte counted from 1."""
PART_BYTES = 8 * 1024 * 1024
REMOVE_FILE = Statement(delete(scan_import_files).where(*_file))

START = Statement(
    update(scan_imports)
    .where(*_one, scan_imports.c.status == "QUEUED")
    .values(status="RUNNING", started_at=func.now())
    .returning(scan_imports.c.scan_import_id)
)
REPORT = Statement(
    update(scan_imports)
    .where(*_one, scan_imports.c.status == "RUNNING")
    .values(
        progress=bindparam("progress", type_=SmallInteger),
        results=bindparam("results", type_=Integer),
        rejected=bindparam("rejected", type_=Integer),
        skipped=bindparam("skipped", type_=Integer),
    )
)
FINISH = Statement(
    update(scan_imports)
    .where(*_one, scan_imports.c.status == "RUNNING")
    .values(
        status="SUCCEEDED",
        progress=100,
        tools=bindparam("tools", type_=ARRAY(Text)),
        format=bindparam("format", type_=Text),
        warnings=bindparam("warnings", type_=ARRAY(Text)),
        scan_targets=bindparam("scan_targets", type_=UUIDS),
        finished_at=func.clock_timestamp(),
        **{name: bindparam(name, type_=Integer) for name in COUNTS},
    )
    .returning(scan_imports.c.scan_import_id)
)
FAIL = Statement(
    update(scan_imports)
    .where(*_one, scan_imports.c.status.in_((literal_column("'QUEUED'"), literal_column("'RUNNING'"))))
    .values(
        status="FAILED",
        idempotency_key=None,
        error=bindparam("error", type_=Text),
        finished_at=func.clock_timestamp(),
        **dict.fromkeys(CHANGES, 0),
    )
    .returning(scan_imports.c.scan_import_id)
)

OF_GROUP = PageQuery(
    scan_imports,
    row=ScanImportRow,
    columns=COLUMNS,
    organization=scan_imports.c.organization_id,
    group=scan_imports.c.group_id,
    parent=scan_imports.c.group_id,
    key=scan_imports.c.scan_import_id,
    orders={"CREATED_AT": (scan_imports.c.created_at, datetime)},
    filters={"status": text_equals(scan_imports.c.status)},
)
"""The imports of a group."""
