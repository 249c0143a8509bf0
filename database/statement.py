"""SQL that SQLAlchemy Core builds once and asyncpg runs many times.

A Statement is compiled when it is first run; its text and the order of its parameters are kept, so that a request
pays for neither.
"""

import re
from collections.abc import Mapping
from typing import Any, Generic, TypeVar, overload

from sqlalchemy import ColumnElement, Select
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.sql.elements import ClauseElement

from database.row import AnyRow, Row_co, UnreadRow
from domain.errors import BadUserInput

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
V = TypeVar("V")
_DIALECT = dialect()  # type: ignore[no-untyped-call]  # the dialect has no annotations


class Statement(Generic[Row_co]):
    """A statement, its named parameters, and the type of its rows."""

    __slots__ = ("_clause", "_constants", "_names", "_sql", "columns", "row")

    @overload
    def __init__(self: "Statement[UnreadRow]", clause: ClauseElement) -> None: ...

    @overload
    def __init__(self, clause: ClauseElement, row: type[Row_co]) -> None: ...

    def __init__(self, clause: ClauseElement, row: type[AnyRow] = UnreadRow) -> None:
        """Take a SQLAlchemy Core statement whose values are all `bindparam`s or constants, and what its rows are."""
        self.row = row
        self.columns = columns_of(clause) if row is not UnreadRow else ()
        self._clause: ClauseElement | None = clause
        self._sql = ""
        self._names: list[str] = []
        self._constants: dict[str, Any] = {}

    def _compile(self) -> None:
        """Keep the text and the parameters, and let go of what SQLAlchemy made of the clause, which is far larger."""
        if self._clause is not None:
            compiled = self._clause.compile(dialect=_DIALECT)
            self._sql = str(compiled)
            self._names = list(getattr(compiled, "positiontup", None) or ())
            self._constants = dict(compiled.params)
            self._clause = None

    @property
    def sql(self) -> str:
        """The text, with `$1`, `$2`, … in place of the parameters."""
        if self._clause is not None:
            self._compile()
        return self._sql

    def arguments(self, values: Mapping[str, object]) -> list[Any]:
        """Return the values in the order of the text; raise KeyError on a name that the statement lacks."""
        if self._clause is not None:
            self._compile()
        unknown = values.keys() - self._constants.keys()
        if unknown:
            raise KeyError(f"the statement has no parameter {sorted(unknown)}")
        return [storable(values[name], name) if name in values else self._constants[name] for name in self._names]


def columns_of(clause: ClauseElement) -> tuple[ColumnElement[Any], ...]:
    """Return the columns of a statement's rows; none where SQLAlchemy does not know them, as of a text."""
    if isinstance(clause, Select):
        return tuple(clause.selected_columns)
    return tuple(getattr(clause, "_returning", ()))


def storable(value: V, name: str) -> V:
    """Return a value; raise BadUserInput on a text that PostgreSQL cannot hold: one with NUL or half a character.

    Every text that a client sends, in whatever argument, ends in some statement's parameter; so it is checked here.
    """
    if isinstance(value, str):
        if "\0" in value or (not value.isascii() and _LONE_SURROGATE.search(value)):
            spelled = name.removeprefix("filter_")
            raise BadUserInput(
                f"A text (`{spelled}`) contains NUL or an unpaired surrogate: remove it.", argument=spelled
            )
    elif isinstance(value, list):
        for one in value:
            storable(one, name)
    return value
