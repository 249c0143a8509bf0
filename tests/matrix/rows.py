"""Reads the access matrix."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from authz.roles import ALL_ROLES

FOLDER = Path(__file__).parent
ROOT_TYPES = ("Query", "Mutation", "Subscription")
NOBODY = "nobody"


@dataclass(frozen=True)
class Row:
    """How a coordinate is reached, and who is allowed."""

    coordinate: str
    reach: str
    sees: frozenset[str]
    allowed: frozenset[str]
    operation: str = "query"
    where: str = "tenant"
    plan: str | None = None
    node: str | None = None
    union: str | None = None
    payload: str | None = None
    value: str | None = None
    page: str = field(default="", compare=False)

    @property
    def type_name(self) -> str:
        return self.coordinate.split(".")[0]

    @property
    def name(self) -> str:
        return self.coordinate.split(".")[1]


@cache
def role_sets() -> dict[str, frozenset[str]]:
    """Return the sets of roles by name, with `*` filled in."""
    sets = {}
    for name, roles in tomllib.loads((FOLDER / "roles.toml").read_text()).items():
        found: set[str] = set()
        for role in roles:
            matching = {one for one in ALL_ROLES if one.startswith(role[:-1])} if role.endswith("*") else {role}
            assert matching <= {*ALL_ROLES, NOBODY}, f"{name}: {role} is no role"
            found |= matching
        sets[name] = frozenset(found)
    return sets


@dataclass(frozen=True)
class Made:
    """How an object to try rows on is made or found: what is asked, and where in the answer its id is."""

    variable: str
    reach: str
    id: str
    operation: str = "query"


@cache
def pages() -> dict[str, dict[str, Any]]:
    """Return the pages of the matrix by name."""
    return {
        path.stem: tomllib.loads(path.read_text()) for path in sorted(FOLDER.glob("*.toml")) if path.stem != "roles"
    }


@cache
def made() -> tuple[Made, ...]:
    """Return what the pages say of objects to be made, in each group."""
    return tuple(Made(name, **table) for page in pages().values() for name, table in page.get("made", {}).items())


@cache
def rows() -> tuple[Row, ...]:
    """Return every row of the matrix."""
    found: list[Row] = []
    for page, tables in pages().items():
        for type_name, table in tables.items():
            if type_name not in {"made", "in_python"}:
                found += _rows_of(page, type_name, table)
    coordinates = [row.coordinate for row in found]
    assert len(coordinates) == len(set(coordinates)), "a coordinate has two rows"
    return tuple(found)


def _rows_of(page: str, type_name: str, table: dict[str, Any]) -> list[Row]:
    if type_name in ROOT_TYPES:
        return [_row(page, f"{type_name}.{name}", one) for name, one in table.items()]
    shared = {name: one for name, one in table.items() if name not in {"allowed", "values"}}
    values = table.get("values", {})
    made = []
    for name, one in table["allowed"].items():
        own = one if isinstance(one, dict) else {"allowed": one}
        made.append(_row(page, f"{type_name}.{name}", {**shared, **own, "value": values.get(name)}))
    return made


def _row(page: str, coordinate: str, table: dict[str, Any]) -> Row:
    sets = role_sets()
    given = {**table, "allowed": sets[table["allowed"]], "sees": sets[table["sees"]]}
    return Row(coordinate=coordinate, page=page, **given)
