"""No N+1: a nested list costs one statement a level at most, however many parents it has."""

from tests.world import World, as_clients_see_it, result, sarif

NESTED = """{ organization(name: "castle") { groups(first: 10) { nodes { name
  findings(first: 20) { nodes { title
    vulnerabilities(first: 10) { nodes { path root { nickname } finding { title } } } } } } } } }"""


async def statements(world: World, query: str) -> list[str]:
    """Return the statements that an operation runs, without those that find out who asks."""
    caller = await world.caller("organization_manager")
    seen: list[str] = []
    world.services.database.observers.append(seen.append)
    operation = world.services.execution.documents.prepare({"query": query})
    response = as_clients_see_it(await world.services.execution.run(operation, caller))
    world.services.database.observers.remove(seen.append)
    assert "errors" not in response, response
    return seen


async def fill(world: World, rules: int, places: int) -> None:
    root = 'addGitRoot(groupName: "shop", nickname: "code", url: "https://x.example/y", branch: "m") { success }'
    await world.get("group_manager", f"mutation {{ {root} }}")
    results = [result(rule=f"r{n}", path=f"p{m}.py", line=m + 1) for n in range(rules) for m in range(places)]
    await world.import_file(sarif(*results), root="code")


async def test_a_nested_list_costs_one_statement_a_level(world: World) -> None:
    await fill(world, 12, 4)
    seen = await statements(world, NESTED)
    assert len(seen) == 6, "organization, groups, findings, vulnerabilities, roots, findings of those"


async def test_a_nested_list_of_columns_costs_one_statement(world: World) -> None:
    await fill(world, 12, 4)
    seen = await statements(world, NESTED.replace("root { nickname } finding { title }", ""))
    if world.services.execution.engine.plans is None:  # as ADARVE_ENGINE=reference has it
        assert len(seen) == 4, "organization, groups, findings, vulnerabilities"
    else:
        assert len(seen) == 2, "organization, and all below it"


async def test_more_parents_cost_no_more_statements(world: World) -> None:
    await fill(world, 2, 1)
    few = len(await statements(world, NESTED))
    results = [result(rule=f"r{n}", path=f"p{m}.py", line=m + 1) for n in range(20) for m in range(8)]
    await world.import_file(sarif(*results, tool="Another"), root="code")
    assert len(await statements(world, NESTED)) == few


async def test_a_count_is_computed_only_if_it_is_selected(world: World) -> None:
    await fill(world, 3, 1)
    query = '{{ group(name: "shop") {{ findings(first: 2) {{ {0} nodes {{ title }} }} }} }}'
    without = await statements(world, query.format(""))
    counted = await statements(world, query.format("totalCount"))
    assert not any("count(*)" in sql for sql in without)
    assert any("count(*)" in sql for sql in counted)
    assert len(counted) <= len(without) + 1


async def test_aliases_of_one_list_with_different_filters_do_not_mix(world: World) -> None:
    """A fragment on a connection serves several lists: each must get its own count."""
    await fill(world, 3, 2)
    data = await world.get(
        "user",
        """{ group(name: "shop") {
          all: vulnerabilities(first: 1) { ...count }
          some: vulnerabilities(first: 1, filter: { path: "p0.py" }) { ...count } } }
        fragment count on VulnerabilityConnection { totalCount nodes { path } }""",
    )
    assert data["group"]["all"]["totalCount"] == 6
    assert data["group"]["some"] == {"totalCount": 3, "nodes": [{"path": "p0.py"}]}
