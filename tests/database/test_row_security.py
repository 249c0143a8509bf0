"""The second lock: with every guard taken away, another tenant's rows still do not come."""

import asyncpg
import pytest
from graphql import GraphQLSchema

from authz.actions import Action
from authz.police import Police
from authz.verdict import Verdict
from database.finding import BY_KEY, OF_GROUP
from database.page import Ask, Scope
from database.tables import metadata
from database.unit_of_work import unit_of_work
from domain.identifiers import parse_global_id
from domain.page import Page
from outbox.audit_stream import AUDIT_STREAM
from outbox.consumer import Consumers
from tests.authz.test_canaries import Choir
from tests.authz.test_matrix import run
from tests.canaries.tenants import make_tenants
from tests.matrix.operations import document, forms_of, outcome
from tests.matrix.places import GROUPS, Matrix
from tests.matrix.rows import rows
from tests.matrix.snapshot import snapshot
from tests.sampling import sample
from tests.world import World, result, sarif

ALL_ACTIONS = (1 << len(Action)) - 1
OF_A_TENANT = {"tenant", "organization", "groups"}
EVERYTHING = Scope(everything=True, organizations=frozenset(), groups=frozenset())


def take_guards_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody do everything, as if all guards had been forgotten."""
    monkeypatch.setattr(Police, "mask", lambda *_: ALL_ACTIONS)
    monkeypatch.setattr(Police, "may", lambda *_: True)
    monkeypatch.setattr(Police, "verdict", lambda *_: Verdict.ALLOWED)
    monkeypatch.setattr(Police, "scope", lambda *_: EVERYTHING)


@pytest.fixture
def no_guards(monkeypatch: pytest.MonkeyPatch) -> None:
    take_guards_away(monkeypatch)


async def filled(world: World) -> dict[str, str]:
    """Put something of every kind into castle and return its ids."""
    root = 'addUrlRoot(groupName: "shop", nickname: "r", url: "https://x.example/") { success }'
    await world.get("group_manager", f"mutation {{ {root} }}")
    finding = await world.add_finding("Secret weakness")
    vulnerability = await world.add_vulnerability(finding)
    scan = await world.import_file(sarif(result(), result(line="x")))
    return {"finding": finding, "vulnerability": vulnerability, "scan": scan["id"]}


async def test_without_guards_a_stranger_still_sees_nothing(world: World, no_guards: None) -> None:
    ids = await filled(world)
    data = await world.get(
        "stranger",
        """query ($finding: ID!, $vulnerability: ID!, $scan: ID!) {
          organization(name: "castle") { name }  group(name: "shop") { name }
          finding(id: $finding) { title }  vulnerability(id: $vulnerability) { path }  scanImport(id: $scan) { status }
          f: node(id: $finding) { id }  v: node(id: $vulnerability) { id }  s: node(id: $scan) { id }
        }""",
        **ids,
    )
    assert set(data.values()) == {None}


async def test_without_guards_a_stranger_still_changes_nothing(world: World, no_guards: None) -> None:
    ids = await filled(world)
    for mutation in (
        'mutation ($finding: ID!) { updateFinding(findingId: $finding, input: {title: "taken over"}) { success } }',
        "mutation ($finding: ID!) { removeFinding(findingId: $finding) { success } }",
        'mutation ($finding: ID!) { addVulnerability(findingId: $finding, input: {path: "x"}) { success } }',
    ):
        assert await world.code("stranger", mutation, finding=ids["finding"]) == "NOT_FOUND"
    data = await world.get("group_manager", "query ($id: ID!) { finding(id: $id) { title } }", id=ids["finding"])
    assert data["finding"]["title"] == "Secret weakness"


@pytest.mark.slow
async def test_without_guards_no_path_leads_to_another_tenant(
    world: World, schema: GraphQLSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every row of the access matrix that leads to something of a tenant, in every form, asked by a stranger."""
    matrix = await Matrix.make(world)
    before = await snapshot(world)
    take_guards_away(monkeypatch)
    reached, tried = [], 0
    for row in rows():
        for form in forms_of(row, schema) if row.where in OF_A_TENANT else ():
            text = document(row, schema, form)
            for place in matrix.places(row, "stranger"):
                if GROUPS.get(place.name, place.name) == "castle":
                    got = outcome(row, schema, form, await run(matrix, text, place))
                    tried += 1
                    if got not in {"ABSENT", "NOT_FOUND"}:
                        reached.append(f"{row.coordinate} in {place.name} by {form}: {got}")
    assert not reached, "\n".join(reached)
    assert await snapshot(world) == before
    assert tried > 2_000


@pytest.mark.slow
async def test_without_guards_no_canary_of_another_tenant_sings(
    world: World, schema: GraphQLSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What belongs to persons and to no tenant has no second lock, so their own texts are silent here."""
    choir = Choir(world, await make_tenants(world), schema, seed=7)
    async with world.services.database.connection() as connection:
        await connection.execute("UPDATE users SET name = 'x'")
        await connection.execute("UPDATE access_tokens SET name = 'x'")
        await connection.execute("UPDATE users SET email = user_id || '@adarve.example' WHERE email LIKE 'canary%'")
    take_guards_away(monkeypatch)
    first, *others = choir.tenants
    choir.generator.favourite = first
    for _ in range(sample(2_000, 400)):
        tenant = choir.random.choice(others)
        await choir.ask(choir.random.choice(tenant.people), tenant.canary, choir.generator.query())


async def test_a_reader_sees_the_tables_of_its_organizations_only(world: World) -> None:
    """The matrix makes an object of every noun, so that no table of a tenant is empty."""
    await Matrix.make(world)
    await Consumers(world.services.database, world.services.bus, [AUDIT_STREAM]).catch_up(AUDIT_STREAM)
    castle, harbour = world.organizations["castle"], world.organizations["harbour"]
    async with world.services.database.connection() as connection:
        for table in (one.name for one in metadata.sorted_tables if one.info.get("tenant")):
            await connection.see(frozenset())
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0, table
            await connection.see(frozenset({harbour}))
            others = await connection.fetchval(f"SELECT count(*) FROM {table} WHERE organization_id = $1", castle)
            assert others == 0, table
            await connection.see(frozenset({castle}))
            if table != "scan_import_files":
                found = await connection.fetchval(f"SELECT count(*) FROM {table}")
                assert found > 0, f"{table}: make a row by [made.…] on its noun's page in tests/matrix"


async def test_a_unit_of_work_cannot_write_into_another_organization(world: World) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with unit_of_work(world.services.database, world.organizations["harbour"], None) as work:
            await work.connection.execute(
                "INSERT INTO groups (organization_id, group_id, name, plan) VALUES ($1, $1, 'x', 'ESSENTIAL')",
                world.organizations["castle"],
            )


async def test_a_page_of_another_organization_is_empty_even_with_an_unlimited_scope(world: World) -> None:
    await filled(world)
    castle, shop = world.organizations["castle"], world.groups["shop"]
    ask = Ask(EVERYTHING, "TITLE", descending=False)
    mine = world.services.database.reader(frozenset({castle}))
    theirs = world.services.database.reader(frozenset({world.organizations["harbour"]}))
    page = Page(10, backwards=False, cursor=None)
    assert len((await OF_GROUP.pages(mine, [(castle, shop)], page, ask))[0].rows) == 2
    assert (await OF_GROUP.pages(theirs, [(castle, shop)], page, ask))[0].rows == []
    assert await OF_GROUP.counts(theirs, [(castle, shop)], ask) == [0]


async def test_an_id_with_another_organization_in_it_finds_nothing(world: World) -> None:
    """The organization in an id is the client's word; the row must be there, and visible there."""
    named = parse_global_id(await world.add_finding(), "id")
    harbour = world.organizations["harbour"]
    reader = world.services.database.reader(frozenset({named.organization_id, harbour}))
    assert await reader.fetch_one(BY_KEY, organization_id=harbour, key=named.key) is None


async def test_search_does_not_cross_organizations(world: World) -> None:
    await filled(world)
    data = await world.get("stranger", '{ search(text: "weakness") { totalCount nodes { __typename } } }')
    assert data["search"] == {"totalCount": 0, "nodes": []}
    data = await world.get("user", '{ search(text: "weakness") { totalCount } }')
    assert data["search"]["totalCount"] >= 1
