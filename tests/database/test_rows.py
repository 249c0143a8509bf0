"""The type that a statement's rows are said to have is that of its columns: names, types, and what may be null."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, get_args, get_type_hints
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import ARRAY, Column, ColumnElement, Label, bindparam, select, types
from sqlalchemy.dialects.postgresql import JSONB

import database
from database.finding import FindingRow, findings
from database.metadata import metadata
from database.page import PageQuery
from database.row import UnreadRow
from database.statement import Statement
from domain.discovery import modules_of
from tests.conftest import Postgres

PYTHON: tuple[tuple[type[Any], Any], ...] = (
    (types.Uuid, UUID),
    (types.Boolean, bool),
    (types.DateTime, datetime),
    (types.Date, date),
    (types.Interval, timedelta),
    (types.LargeBinary, bytes),
    (types.Integer, int),
    (types.String, str),
)


def typed() -> Iterator[tuple[str, Statement[Any] | PageQuery[Any]]]:
    for module in modules_of(database):
        for name, value in vars(module).items():
            if isinstance(value, Statement | PageQuery) and value.columns:
                yield f"{module.__name__}.{name}", value


def statements() -> Iterator[tuple[str, Statement[Any]]]:
    for module in modules_of(database):
        for name, value in vars(module).items():
            if isinstance(value, Statement) and value.row is not UnreadRow:
                yield f"{module.__name__}.{name}", value


TYPED = dict(typed())


def type_of(column: ColumnElement[Any]) -> Any:
    found: Any = column.type
    if isinstance(found, ARRAY):
        return list[type_of(Column("item", found.item_type))]  # type: ignore[misc]  # a type made at run time
    return next(python for kind, python in PYTHON if isinstance(found, kind))


def faults(one: Statement[Any] | PageQuery[Any]) -> list[str]:
    """Return the names whose column and type differ; what an outer join leaves out may be null, too."""
    said, told = get_type_hints(one.row), {column.name: column for column in one.columns}
    wrong = sorted(said.keys() ^ told.keys())
    for name in said.keys() & told.keys():
        if isinstance(told[name].type, JSONB):
            continue  # JSON says itself what is in it
        kinds = set(get_args(said[name])) - {type(None)} if type(None) in get_args(said[name]) else {said[name]}
        if kinds != {type_of(told[name])}:
            wrong.append(f"{name}: {said[name]} for {told[name].type}")
        plain = told[name]
        source = plain.element if isinstance(plain, Label) else plain
        if isinstance(source, Column) and source.nullable and type(None) not in get_args(said[name]):
            wrong.append(f"{name}: may be null")
    return wrong


@pytest.mark.parametrize("name", sorted(TYPED))
def test_a_row_has_the_columns_that_its_type_says(name: str) -> None:
    nonnull = {"database.scan_results.KNOWN_FINDINGS": {"tool: may be null", "rule_id: may be null"}}
    assert [one for one in faults(TYPED[name]) if one not in nonnull.get(name, ())] == []


async def test_postgresql_names_the_columns_as_the_types_do(module_postgres: Postgres) -> None:
    """Ask the server itself: it also knows the columns of what is written as text, and names what has no name."""
    connection = await asyncpg.connect(module_postgres.superuser)
    try:
        for name, statement in statements():
            prepared = await connection.prepare(statement.sql)
            told = [attribute.name for attribute in prepared.get_attributes()]
            assert sorted(told) == sorted(get_type_hints(statement.row)), name
    finally:
        await connection.close()


def test_what_differs_is_told() -> None:
    key = findings.c.finding_id.label("key")
    assert "title" in faults(Statement(select(key), FindingRow))
    wrong = Statement(
        select(findings.c.tool.label("title"), bindparam("key", type_=types.Text).label("key")), FindingRow
    )
    assert {"title: may be null"} <= set(faults(wrong))
    assert any(one.startswith("key: ") for one in faults(wrong))


def test_every_statement_that_returns_rows_says_which() -> None:
    assert len(TYPED) >= 60
    assert metadata.tables
