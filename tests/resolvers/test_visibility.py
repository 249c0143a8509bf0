"""What may not be seen is absent on every path; what is refused is refused by name."""

import pytest

from tests.world import World, result, sarif

PATHS = {
    "finding": "query ($id: ID!) { finding(id: $id) { title } }",
    "node": "query ($id: ID!) { node(id: $id) { __typename id } }",
    "node with a fragment": "query ($id: ID!) { node(id: $id) { ...f } } fragment f on Finding { title }",
    "an alias": "query ($id: ID!) { x: finding(id: $id) { y: title } }",
    "an inline fragment": "query ($id: ID!) { node(id: $id) { ... on Node { ... on Finding { group { name } } } } }",
}
SEES = {"admin", "organization_manager", "customer_manager", "group_manager", "vulnerability_manager", "architect",
    "hacker", "reattacker", "reviewer", "resourcer", "user", "service_agent"}  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
async def test_a_finding_is_there_for_who_may_see_it_and_absent_for_others(world: World, path: str) -> None:
    key = await world.add_finding()
    for person in (*SEES, "stranger", "nobody_special", "member"):
        (value,) = (await world.get(person, PATHS[path], id=key)).values()
        assert (value is not None) == (person in SEES), person
    response = await world.ask(None, PATHS[path], id=key)
    assert response["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_list_and_its_count_hold_only_what_may_be_seen(world: World) -> None:
    query = '{ organization(name: "castle") { groups { totalCount nodes { name } edges { node { name } } } } }'
    for person, names in {
        "organization_manager": ["shop", "warehouse"],
        "user": ["shop"],
        "member": [],
    }.items():
        groups = (await world.get(person, query))["organization"]["groups"]
        assert groups["totalCount"] == len(names), person
        assert [node["name"] for node in groups["nodes"]] == names
        assert [edge["node"]["name"] for edge in groups["edges"]] == names
    assert (await world.get("stranger", query))["organization"] is None


async def test_a_group_of_one_group_does_not_see_another(world: World) -> None:
    assert (await world.get("group_manager", '{ group(name: "warehouse") { name } }'))["group"] is None


async def test_a_refused_column_is_null_with_its_reason_and_the_rest_is_there(world: World) -> None:
    await world.add_finding()
    query = '{ group(name: "shop") { findings { nodes { title reportedBy } } } }'
    response = await world.ask("user", query)
    assert response["data"]["group"]["findings"]["nodes"] == [{"title": "A weakness", "reportedBy": None}]
    (error,) = response["errors"]
    assert error["extensions"] == {"code": "FORBIDDEN", "action": "finding:read_reporter"}
    assert error["path"] == ["group", "findings", "nodes", 0, "reportedBy"]
    data = await world.get("hacker", query)
    assert data["group"]["findings"]["nodes"][0]["reportedBy"] == "group_manager@adarve.example"


async def test_everyone_sees_oneself_and_only_an_admin_sees_others(world: World) -> None:
    data = await world.get("user", "{ me { id email name role createdAt } }")
    assert data["me"]["email"] == "user@adarve.example"
    query = "query ($id: ID!) { node(id: $id) { ... on User { email } } }"
    assert (await world.get("user", query, id=data["me"]["id"]))["node"] == {"email": "user@adarve.example"}
    assert (await world.get("admin", query, id=data["me"]["id"]))["node"] == {"email": "user@adarve.example"}
    assert (await world.get("organization_manager", query, id=data["me"]["id"]))["node"] is None


@pytest.mark.parametrize("key", ["", "nonsense", "0" * 66, "07" + "g" * 64, "99" + "0" * 64, "07" + "0" * 63, "é" * 66])
async def test_a_malformed_id_is_named(world: World, key: str) -> None:
    for query in ("query ($id: ID!) { node(id: $id) { id } }", "query ($id: ID!) { finding(id: $id) { id } }"):
        response = await world.ask("user", query, id=key)
        assert response["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "id"}


async def test_an_id_of_another_type_is_named(world: World) -> None:
    key = await world.add_finding()
    response = await world.ask("user", "query ($id: ID!) { vulnerability(id: $id) { id } }", id=key)
    assert "is the id of a Finding" in response["errors"][0]["message"]
    disguised = "08" + key[2:]
    assert (await world.get("user", "query ($id: ID!) { node(id: $id) { id } }", id=disguised))["node"] is None


async def test_every_type_is_found_by_its_id(world: World) -> None:
    scan = await world.import_file(sarif(result()))
    await world.get(
        "group_manager",
        """mutation {
          a: addGitRoot(groupName: "shop", nickname: "a", url: "https://x.example/", branch: "b") { success }
          b: addIpRoot(groupName: "shop", nickname: "b", address: "192.0.2.1") { success }
          c: addUrlRoot(groupName: "shop", nickname: "c", url: "https://x.example/") { success } }""",
    )
    data = await world.get(
        "organization_manager",
        """query ($scan: ID!) { me { id } organization(name: "castle") { id } scanImport(id: $scan) { id }
          group(name: "shop") { id roots { nodes { id } }
            findings { nodes { id vulnerabilities { nodes { id } } } } } }""",
        scan=scan["id"],
    )
    finding = data["group"]["findings"]["nodes"][0]
    ids = {
        "User": data["me"]["id"],
        "Organization": data["organization"]["id"],
        "Group": data["group"]["id"],
        "ScanImport": data["scanImport"]["id"],
        "Finding": finding["id"],
        "Vulnerability": finding["vulnerabilities"]["nodes"][0]["id"],
    } | dict(
        zip(("GitRoot", "IpRoot", "UrlRoot"), (node["id"] for node in data["group"]["roots"]["nodes"]), strict=True)
    )
    assert len(set(ids.values())) == 9
    for type_name, key in ids.items():
        found = await world.get("organization_manager", "query ($id: ID!) { node(id: $id) { __typename id } }", id=key)
        assert found["node"] == {"__typename": type_name, "id": key}
        if type_name not in {"User"}:
            assert (await world.get("stranger", "query ($id: ID!) { node(id: $id) { __typename } }", id=key))[
                "node"
            ] is None


async def test_search_finds_words_phrases_and_paths_best_first(world: World) -> None:
    await world.add_finding("SQL injection in the search")
    await world.import_file(sarif(result("shell-injection", "src/pay/checkout.py", text="a shell is started")))
    query = """query ($text: String!, $first: Int, $after: String) { search(text: $text, first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } nodes { __typename ... on Finding { title }
      ... on Vulnerability { path } ... on Group { name } } } }"""

    async def found(text: str) -> list[str]:
        return [node["__typename"] for node in (await world.get("user", query, text=text))["search"]["nodes"]]

    assert await found("injection") == ["Finding", "Finding"]
    assert await found("checkout.py") == ["Vulnerability"]
    assert await found("checkout") == ["Vulnerability"]
    assert await found('"injection in the search"') == ["Finding"]
    assert await found("injection -sql") == ["Finding"]
    assert await found("shop") == ["Group"]
    assert await found("CWE-79") == ["Finding"]
    assert await found("' ; DROP TABLE findings; --") == []
    first = (await world.get("user", query, text="injection", first=1))["search"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (2, True)
    second = (await world.get("user", query, text="injection", first=1, after=first["pageInfo"]["endCursor"]))["search"]
    assert second["pageInfo"]["hasNextPage"] is False
    assert first["nodes"] != second["nodes"]
    for wrong in ("", "x" * 201, "a\0b"):
        assert await world.code("user", query, text=wrong) == "BAD_USER_INPUT"
    assert await world.code("user", query, text="x", after="nonsense") == "BAD_USER_INPUT"


async def test_what_was_removed_is_found_no_more(world: World) -> None:
    key = await world.add_finding("Ephemeral weakness")
    query = '{ search(text: "ephemeral") { totalCount } }'
    assert (await world.get("user", query))["search"]["totalCount"] == 1
    await world.get("reviewer", "mutation ($id: ID!) { removeFinding(findingId: $id) { success } }", id=key)
    assert (await world.get("user", query))["search"]["totalCount"] == 0


async def test_what_a_large_import_brings_is_found_once_it_is_indexed(world: World) -> None:
    await world.import_file(sarif(*(result("A", f"src/place{n}.py") for n in range(150))))
    data = await world.get("user", '{ search(text: "place77") { nodes { ... on Vulnerability { path } } } }')
    assert data["search"]["nodes"] == [{"path": "src/place77.py"}]
    await world.import_file(sarif(*(result("A", f"src/place{n}.py", 9, "moved") for n in range(150))))
    data = await world.get("user", '{ search(text: "moved place77") { totalCount } }')
    assert data["search"]["totalCount"] == 1
