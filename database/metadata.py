"""The one MetaData of all tables, and the columns that tenant tables share.

Under row-level security only leakproof operators reach an index, so keys, filters and sort columns are uuid,
integer, text, timestamptz or boolean.
"""

from typing import Any, TypeAlias

from sqlalchemy import Column, DateTime, MetaData, Table, Text, Uuid, func, literal_column
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.schema import SchemaItem

from domain.identifiers import register_type

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Expression: TypeAlias = ColumnElement[Any]
"""An expression of SQL, of whatever type."""
TENANT = {"tenant": True}
"""The `info` of a tenant table: a test proves that row-level security is forced on every table that has it."""


def organization_id() -> Column[Any]:
    """Return the column that leads every key of a tenant table."""
    return Column("organization_id", Uuid, primary_key=True)


def key(name: str) -> Column[Any]:
    """Return the second column of a tenant table's primary key."""
    return Column(name, Uuid, primary_key=True)


def moment(name: str, *, nullable: bool = False) -> Column[Any]:
    """Return a timestamptz column; one that is not nullable is set by the database if nothing else sets it."""
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=None if nullable else func.now())


def sorted_text(name: str, *, nullable: bool = False) -> Column[Any]:
    """Return a text column that sorts by code point, the same on every server."""
    return Column(name, Text(collation="C"), nullable=nullable)


def tenant_table(name: str, *items: SchemaItem) -> Table:
    """Return a tenant table; its row-level security is made by a migration."""
    return Table(name, metadata, organization_id(), *items, info=TENANT)


def typename(name: str, digits: str | None = None) -> ColumnElement[str]:
    """Return the constant column by which a record says its type in the contract.

    `digits` are the first two of its global ids, for a type that has ids. Choose ones that no type ever had.
    """
    if digits is not None:
        register_type(name, digits)
    return literal_column(f"'{name}'::text", Text).label("typename")
