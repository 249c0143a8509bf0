"""Who may do what: every row of the access matrix, as every role and as nobody, in every place."""

import re
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from typing import Any
from zlib import crc32

import pytest
from graphql import GraphQLSchema, get_named_type

from api.documents import Operation
from authz.law import read_policy
from authz.police import BIT, Masks, compile_masks
from authz.roles import ALL_ROLES, OWNER
from bindings.coordinates import names_of, requirements_of
from database.unit_of_work import UnitOfWork
from domain.errors import AdarveError
from enums.group import Plan
from tests.matrix.expectation import expected
from tests.matrix.operations import document, forms_of, outcome, variables_of
from tests.matrix.places import EVERYBODY, Matrix, Place
from tests.matrix.rows import ROOT_TYPES, Row, rows
from tests.matrix.snapshot import snapshot
from tests.world import World, as_clients_see_it

PAGES = sorted({row.page for row in rows()})


CHANGED_TABLES = """
SELECT relname FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
"""
"""The tables of which the transaction at hand has changed rows."""
AUDITS = {"audit_entries", "installation_audit_entries"}
NOT_AUDITED = {"sign_in_attempts", "search_pending", "deprecations", "deprecation_uses"}
"""What is counted or derived, and changed by nobody in particular."""


class RolledBack(AdarveError):
    """Stands for the end of a transaction that had passed every guard; nothing stays of it."""

    code = "ROLLED_BACK"


@contextmanager
def rolled_back() -> Iterator[None]:
    """Let every transaction get to its end, and no further: the one place that commits does not."""
    finish = UnitOfWork.finish

    async def finish_in_vain(self: UnitOfWork) -> None:
        await finish(self)
        changed = {row["relname"] for row in await self.connection.fetch(CHANGED_TABLES)} - NOT_AUDITED
        assert not changed or changed & AUDITS, f"changed without an audit entry: {sorted(changed)}"
        raise RolledBack("The transaction was rolled back.")

    UnitOfWork.finish = finish_in_vain  # type: ignore[method-assign]
    try:
        yield
    finally:
        UnitOfWork.finish = finish  # type: ignore[method-assign]


@pytest.fixture
async def matrix(world: World) -> Matrix:
    return await Matrix.make(world)


def trials(matrix: Matrix, page: str) -> Iterator[tuple[Row, Place]]:
    for row in rows():
        if row.page == page:
            for person in EVERYBODY:
                yield from ((row, place) for place in matrix.places(row, person))


async def run(matrix: Matrix, text: str, place: Place) -> dict[str, Any]:
    """Run an operation in a person's name, in the own session of that person, and return its first answer."""
    caller = await matrix.world.caller(place.person)
    if place.person is not None:
        caller.session_id = matrix.of_person[place.person]["session_id"]
    variables = variables_of(text, place.variables)
    prepared = matrix.world.services.execution.prepare({"query": text, "variables": variables})
    assert isinstance(prepared, Operation), (text, prepared)
    if prepared.kind != "subscription":
        return as_clients_see_it(await matrix.world.services.execution.run(prepared, caller))
    async with aclosing(matrix.world.services.execution.subscribe(prepared, caller)) as answers:
        return as_clients_see_it(await anext(aiter(answers), {"data": {"at": None}}))


def form_of(row: Row, place: Place, schema: GraphQLSchema) -> str:
    """Return a form for a trial: another one for each person and place, so that each row meets all of them."""
    forms = forms_of(row, schema)
    return forms[crc32(f"{row.coordinate} {place.person} {place.name}".encode()) % len(forms)]


def told(row: Row, place: Place, form: str, got: str) -> str:
    return f"{row.coordinate} as {place.person} in {place.name} by {form}: {got}, not {expected(row, place)}"


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
async def test_who_is_listed_is_allowed_and_nobody_else(matrix: Matrix, schema: GraphQLSchema, page: str) -> None:
    """Those who must be refused run for real, and leave no trace; those who are allowed are rolled back at the end."""
    wrong: list[str] = []
    allowed: list[tuple[Row, Place]] = []
    refused: list[tuple[Row, Place]] = []
    for row, place in trials(matrix, page):
        (allowed if "ALLOWED" in expected(row, place) else refused).append((row, place))

    async def attempt(row: Row, place: Place) -> None:
        form = form_of(row, place, schema)
        got = outcome(row, schema, form, await run(matrix, document(row, schema, form), place))
        if got not in expected(row, place):
            wrong.append(told(row, place, form, got))

    before = await snapshot(matrix.world)
    for row, place in refused:
        await attempt(row, place)
    assert not wrong, "\n".join(wrong)
    assert await snapshot(matrix.world) == before, "somebody who was refused has changed something"
    with rolled_back():
        for row, place in allowed:
            await attempt(row, place)
    assert not wrong, "\n".join(wrong)
    assert await snapshot(matrix.world) == before, "something was not rolled back"


def test_every_coordinate_has_a_row_and_every_row_a_coordinate(schema: GraphQLSchema) -> None:
    needs = requirements_of(schema)
    wanted = {name for name in (*names_of(schema), *needs) if "(" not in name}
    listed = {row.coordinate for row in rows()}
    missing = [f"{one}: no row; add it to tests/matrix, saying who is allowed" for one in sorted(wanted - listed)]
    assert missing == []
    assert sorted(listed - wanted) == [], "rows of coordinates that there are not"


def test_ids_of_another_tenant_are_tried_in_every_id_argument(schema: GraphQLSchema) -> None:
    """Each row runs in the own group, in another one and in another organization, with the ids of things there."""
    tried_elsewhere = {"Query.explainAccess(on:)"}  # tests/resolvers/test_explain_access.py
    reaches = " ".join(row.reach for row in rows() if row.where != "nowhere")
    for coordinate in names_of(schema):
        name, _, argument = coordinate.rstrip(":)").partition("(")
        type_name, field_name = name.split(".")
        if argument and type_name in ROOT_TYPES and coordinate not in tried_elsewhere:
            defined: Any = schema.type_map[type_name]
            if get_named_type(defined.fields[field_name].args[argument].type).name == "ID":
                assert re.search(rf"\b{field_name}\({argument}: \$", reaches), coordinate


def disagreements(schema: GraphQLSchema, masks: Masks) -> list[str]:
    """Return the rows that list other roles than the law allows, on some plan or where there is none."""
    needs, found = requirements_of(schema), []
    for row in rows():
        action = needs[row.coordinate]
        if action is None:
            continue
        for plan in (None, *Plan):
            law = {role for role in ALL_ROLES if masks[role, None if role == OWNER else plan] & BIT[action]}
            listed = row.allowed if row.plan in {None, plan} else frozenset()
            if law != listed:
                found.append(f"{row.coordinate} on {plan}: the law allows {sorted(law)}, the row {sorted(listed)}")
    return found


def test_the_matrix_and_the_law_list_the_same_roles(schema: GraphQLSchema) -> None:
    assert disagreements(schema, compile_masks()) == []


def changed_laws() -> Iterator[Any]:
    """Yield the law with one line changed at a time: taken out, given to another role, or tied to another plan."""
    lines = read_policy()
    for number, line in enumerate(lines):
        others = [lines[:number] + lines[number + 1 :]]
        if line[0] == "p":
            role = "group:USER" if line[1] != "group:USER" else "group:SERVICE_AGENT"
            feature = "any" if line[3] != "any" else "MANUAL_FINDINGS"
            changes = ([*line[:1], role, *line[2:]], [*line[:3], feature])
            others += [[*lines[:number], change, *lines[number + 1 :]] for change in changes]
        for kind, changed in zip(("taken out", "of another role", "of another plan"), others, strict=False):
            yield pytest.param(changed, id=f"{' '.join(line)} {kind}")


@pytest.mark.slow
@pytest.mark.parametrize("law", list(changed_laws()))
def test_every_change_of_a_line_of_the_policy_is_noticed(law: list[list[str]], schema: GraphQLSchema) -> None:
    assert disagreements(schema, compile_masks(law)) != []
