"""The records that imports had to reject, in the order of their files."""

from typing import TypedDict
from uuid import UUID

from sqlalchemy import Column, Integer, Text, Uuid

from database.metadata import key, tenant_table, typename
from database.page import PageQuery
from database.scan_import import scan_imports

scan_import_rejections = tenant_table(
    "scan_import_rejections",
    key("scan_import_id"),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("rejection_id", Uuid, nullable=False),
    Column("pointer", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

ADD = """
INSERT INTO scan_import_rejections (organization_id, scan_import_id, ordinal, rejection_id, pointer, reason)
SELECT $1, $2, ordinal, rejection_id, pointer, reason
FROM unnest($3::uuid[], $4::text[], $5::text[]) WITH ORDINALITY AS r(rejection_id, pointer, reason, ordinal)
"""
MOST = 10_000
"""How many rejected records are listed; the count goes on."""


class ScanImportRejectionRow(TypedDict):
    """A record that an import had to reject."""

    typename: str
    organization_id: UUID
    group_id: UUID
    key: UUID
    ordinal: int
    pointer: str
    reason: str


OF_IMPORT = PageQuery(
    scan_import_rejections.join(
        scan_imports,
        (scan_imports.c.organization_id == scan_import_rejections.c.organization_id)
        & (scan_imports.c.scan_import_id == scan_import_rejections.c.scan_import_id),
    ),
    row=ScanImportRejectionRow,
    columns=(
        typename("ScanImportRejection"),
        scan_import_rejections.c.organization_id,
        scan_imports.c.group_id,
        scan_import_rejections.c.rejection_id.label("key"),
        scan_import_rejections.c.ordinal,
        scan_import_rejections.c.pointer,
        scan_import_rejections.c.reason,
    ),
    organization=scan_import_rejections.c.organization_id,
    group=scan_imports.c.group_id,
    parent=scan_import_rejections.c.scan_import_id,
    key=scan_import_rejections.c.rejection_id,
    orders={"ORDINAL": (scan_import_rejections.c.ordinal, int)},
)
"""What an import had to reject, in the order of the file."""
