"""What has changed: the audit trail, and the outbox from which others are told.

Both rows are written in the transaction of the change itself. A position counts the changes of one organization
without gaps that a reader could overtake: it is taken by updating the organization's counter row in the
transaction's last statement, so positions become visible in their order.
"""

from sqlalchemy import BigInteger, Column, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from database.metadata import TENANT, key, metadata, moment, organization_id, tenant_table

audit_entries = tenant_table(
    "audit_entries",
    key("audit_entry_id"),
    Column("actor_id", Uuid, nullable=True),
    Column("verb", Text, nullable=False),
    Column("type_name", Text, nullable=False),
    Column("object_key", Uuid, nullable=False),
    Column("details", JSONB, nullable=False),
    moment("created_at"),
)

installation_audit_entries = Table(
    "installation_audit_entries",
    metadata,
    Column("audit_entry_id", Uuid, primary_key=True),
    Column("actor_id", Uuid, nullable=True),
    Column("verb", Text, nullable=False),
    Column("type_name", Text, nullable=False),
    Column("object_key", Uuid, nullable=False),
    Column("details", JSONB, nullable=False),
    moment("created_at"),
)
"""What belongs to no organization: accounts, roles everywhere, passwords, sessions and access tokens."""

outbox = Table(
    "outbox",
    metadata,
    organization_id(),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("verb", Text, nullable=False),
    Column("type_name", Text, nullable=False),
    Column("object_key", Uuid, nullable=False),
    moment("created_at"),
    info=TENANT,
)

positions = tenant_table("positions", Column("position", BigInteger, nullable=False))

APPEND = """
WITH changed AS (
    SELECT * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::jsonb[])
        WITH ORDINALITY AS c(entry_id, verb, type_name, object_key, details, ordinal)
), audited AS (
    INSERT INTO audit_entries (organization_id, audit_entry_id, actor_id, verb, type_name, object_key, details)
    SELECT $1, entry_id, $7, verb, type_name, object_key, details FROM changed
), counter AS (
    INSERT INTO positions AS p (organization_id, position) VALUES ($1, cardinality($2::uuid[]))
    ON CONFLICT (organization_id) DO UPDATE SET position = p.position + excluded.position
    RETURNING position
)
INSERT INTO outbox (organization_id, position, verb, type_name, object_key)
SELECT $1, counter.position - cardinality($2::uuid[]) + ordinal, verb, type_name, object_key
FROM changed, counter
"""
"""Writes the audit entries and outbox rows of a transaction: organization, entry ids, verbs, types, keys, details,
actor."""

APPEND_TO_INSTALLATION = """
INSERT INTO installation_audit_entries (audit_entry_id, verb, type_name, object_key, details, actor_id)
SELECT entry_id, verb, type_name, object_key, details, $6
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::jsonb[])
    c(entry_id, verb, type_name, object_key, details)
"""
"""Writes the audit entries of a transaction that belongs to no organization: the same, but for the organization."""
