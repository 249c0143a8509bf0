"""JSON that PostgreSQL writes, byte for byte as orjson and the scalars of the contract write it.

Pieces of it are put together by `concat`, which needs no casts; it skips nulls, so that what may be null says so.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, DateTime, Integer, Text, case, cast, func, literal_column
from sqlalchemy.sql.sqltypes import TypeEngine

from database.metadata import Expression

MOST_ARGUMENTS = 90
"""How many pieces one call of `concat` takes; PostgreSQL allows 100 arguments."""
NULL = "null"


def constant(text: str) -> ColumnElement[str]:
    """Return a text as a literal of SQL; only texts of the program's own, names among them, are put into statements."""
    return literal_column("'" + text.replace("'", "''") + "'", Text)


def joined(pieces: Sequence[str | Expression]) -> ColumnElement[str]:
    """Return texts and expressions one after the other."""
    merged: list[str | ColumnElement[Any]] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    some = [constant(one) if isinstance(one, str) else one for one in merged]
    while len(some) > MOST_ARGUMENTS:
        some = [func.concat(*some[at : at + MOST_ARGUMENTS]) for at in range(0, len(some), MOST_ARGUMENTS)]
    return func.concat(*some)


def json_of(column: Expression, kind: TypeEngine[object], *, nullable: bool) -> ColumnElement[Any] | None:
    """Return the JSON of a column of a kind; None for kinds whose JSON PostgreSQL writes in another way."""
    written = _written(column, kind)
    if written is None or not nullable:
        return written
    return func.coalesce(cast(written, Text), constant(NULL))


def _written(column: Expression, kind: TypeEngine[object]) -> ColumnElement[Any] | None:
    if isinstance(kind, Boolean):
        return case((column, constant("true")), (~column, constant("false")))
    if isinstance(kind, Integer):
        return column
    if isinstance(kind, DateTime):
        written = func.to_char(_in_utc(column), constant(_MOMENT))
        return _finite(column, written, f'"{_LATEST}Z"', f'"{_EARLIEST}Z"')
    if isinstance(kind, Text):
        return func.to_json(column)
    return None


_MOMENT = '"\\""YYYY-MM-DD"T"HH24:MI:SS.US"Z\\""'
"""A moment between double quotes, as `to_char` is told it."""
_LATEST, _EARLIEST = "9999-12-31T23:59:59.999999", "0001-01-01T00:00:00.000000"
"""The moments as which asyncpg reads PostgreSQL's `infinity` and `-infinity`, and as which it writes them."""


def _in_utc(moment: Expression) -> ColumnElement[Any]:
    return moment.op("AT TIME ZONE")(constant("UTC"))


def _finite(moment: Expression, written: object, latest: str, earliest: str) -> ColumnElement[Any]:
    """Return what is written of a moment, also where that is infinite."""
    return case(
        (func.isfinite(moment), written),
        (moment > func.to_timestamp(0), constant(latest)),
        (moment < func.to_timestamp(0), constant(earliest)),
    )


def hex_of(key: Expression) -> ColumnElement[str]:
    """Return the 32 hexadecimal digits of a uuid."""
    return func.encode(func.uuid_send(key), constant("hex"))


def cursor_of(order: ColumnElement[Any], kind: type, key: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the cursor that `domain.page.encode_cursor` makes of these values, without quotes."""
    values = joined(["[", _cursor_value(order, kind), ',"', hex_of(key), '"]'])
    encoded = func.encode(func.convert_to(values, constant("UTF8")), constant("base64"))
    return func.translate(encoded, literal_column("E'+/=\\n'"), constant("-_"))


def _cursor_value(order: ColumnElement[Any], kind: type) -> ColumnElement[Any]:
    if kind is int:
        return order
    if kind is str:
        return func.to_json(order)
    if kind is UUID:
        return joined(['"', hex_of(order), '"'])
    seconds = func.to_char(_in_utc(order), constant('YYYY-MM-DD"T"HH24:MI:SS'))
    micros = func.to_char(_in_utc(order), constant("US"))
    fraction = case((micros == constant("000000"), constant("")), else_=joined([".", micros]))
    return joined(['"', _finite(order, joined([seconds, fraction, "+00:00"]), _LATEST, _EARLIEST), '"'])
