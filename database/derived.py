"""Values that are made of a record's columns: in Python and, as JSON, in SQL alike, or in Python only.

    SEVERITY_SCORE = Derived(lambda record: …, lambda columns, type_name: […], ("severity_tenths",))
    AGE_DAYS = PythonOnly(lambda record: …, ("created_at",))

The two of a Derived give the same JSON, which a test compares over all that a column can hold. A list in which a
PythonOnly is selected is read as rows and written by Python: one statement more, and about half as fast again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from sqlalchemy import ColumnElement, case

from database.json_text import constant, hex_of
from database.row import AnyRow
from domain.identifiers import TYPE_DIGITS
from domain.severity import rating_of, score_of
from enums.severity import SeverityRating


class SeverityRow(TypedDict):
    """What has a severity."""

    severity_tenths: int


Columns = Mapping[str, ColumnElement[Any]]
ORGANIZATION_HEX = "organization_hex"
"""A column beside those of every record: the hexadecimal digits of its organization."""
Pieces = list[str | ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Derived:
    """A value made of a record: `of` makes it in Python, `json` in SQL."""

    of: Callable[[Any], Any]
    json: Callable[[Columns, str], Pieces]
    """Given the record's columns and its type, returns pieces of text; they are never null."""
    reads: tuple[str, ...]
    """The columns that `json` reads."""


@dataclass(frozen=True, slots=True)
class PythonOnly:
    """A value made of a record by `of` alone: PostgreSQL writes no list in which it is selected."""

    of: Callable[[Any], Any]
    reads: tuple[str, ...]
    """The columns that `of` reads; no others need be selected for it."""


PYTHON_ONLY: dict[Callable[[Any], Any], PythonOnly] = {}
"""The values that fields are bound to and SQL does not write, by the function that makes them."""
DERIVED: dict[Callable[[Any], Any], Derived] = {}
"""The values that fields are bound to, by the function that makes them in Python."""


def _global_id(record: AnyRow) -> str:
    row: Any = record
    return f"{TYPE_DIGITS[row['typename']]}{row['organization_id'].hex}{row['key'].hex}"


def _score(record: SeverityRow) -> float:
    return score_of(record["severity_tenths"])


def _rating(record: SeverityRow) -> SeverityRating:
    return rating_of(record["severity_tenths"])


def _global_id_json(columns: Columns, type_name: str) -> Pieces:
    return [f'"{TYPE_DIGITS[type_name]}', columns[ORGANIZATION_HEX], hex_of(columns["key"]), '"']


def _score_json(columns: Columns, _: str) -> Pieces:
    tenths = columns["severity_tenths"]
    return [tenths.op("/")(10), ".", tenths.op("%")(10)]


def _rating_json(columns: Columns, _: str) -> Pieces:
    ratings = sorted(SeverityRating, reverse=True)
    tenths = columns["severity_tenths"]
    return ['"', case(*((tenths >= int(one), constant(one.name)) for one in ratings)), '"']


GLOBAL_ID = Derived(_global_id, _global_id_json, ("key",))
"""The opaque id of any object, see `domain.identifiers`."""
SEVERITY_SCORE = Derived(_score, _score_json, ("severity_tenths",))
"""A severity from 0.0 to 10.0."""
SEVERITY_RATING = Derived(_rating, _rating_json, ("severity_tenths",))
"""A severity's qualitative rating."""
