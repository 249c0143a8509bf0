"""Each mutation: who is refused, what wrong input is told, and what has changed afterwards."""

from typing import Any

import pytest

from api.settings import Settings
from tests.world import World

ADD_ORGANIZATION = "mutation ($name: String!) { addOrganization(name: $name) { success organization { name } } }"
ADD_GROUP = """mutation ($organization: String = "castle", $name: String = "newgroup", $description: String = "") {
  addGroup(organizationName: $organization, name: $name, description: $description, plan: ADVANCED)
  { success group { name plan organization { name } } } }"""
ADD_GIT_ROOT = """mutation ($group: String = "shop", $nickname: String = "r", $url: Url = "https://git.example/r.git") {
  addGitRoot(groupName: $group, nickname: $nickname, url: $url, branch: "main")
  { success root { id nickname url branch group { name } } } }"""
ADD_IP_ROOT = """mutation ($group: String = "shop", $address: String = "192.0.2.1") {
  addIpRoot(groupName: $group, nickname: "host", address: $address) { root { address } } }"""
ADD_URL_ROOT = """mutation ($group: String = "shop", $url: Url = "https://shop.example/") {
  addUrlRoot(groupName: $group, nickname: "site", url: $url) { root { url } } }"""
ADD_FINDING = """mutation ($group: String = "shop", $input: AddFindingInput = {title: "Found it"}) {
  addFinding(groupName: $group, input: $input)
  { success finding { id title status severityScore severityVector cweIds } } }"""
UPDATE_FINDING = """mutation ($id: ID!, $input: UpdateFindingInput = {title: "Changed"}) {
  updateFinding(findingId: $id, input: $input)
  { success finding { title description recommendation severityScore severityRating cweIds } } }"""
REMOVE_FINDING = "mutation ($id: ID!) { removeFinding(findingId: $id) { success finding { title } } }"
ADD_VULNERABILITY = """mutation ($id: ID!, $input: AddVulnerabilityInput = {path: "a.py", line: 1}) {
  addVulnerability(findingId: $id, input: $input)
  { success vulnerability { path line state severityScore root { nickname } finding { status } } } }"""

BY_GROUP = {
    ADD_GIT_ROOT: {"resourcer", "architect", "group_manager", "organization_manager", "admin"},
    ADD_IP_ROOT: {"resourcer", "architect", "group_manager", "organization_manager", "admin"},
    ADD_URL_ROOT: {"resourcer", "architect", "group_manager", "organization_manager", "admin"},
    ADD_FINDING: {"hacker", "group_manager", "organization_manager", "admin"},
}
BY_FINDING = {
    UPDATE_FINDING: {"hacker", "architect", "reviewer", "group_manager", "organization_manager", "admin"},
    REMOVE_FINDING: {"architect", "reviewer", "group_manager", "organization_manager", "admin"},
    ADD_VULNERABILITY: {"hacker", "group_manager", "organization_manager", "admin"},
}
OUTSIDERS = ("stranger", "nobody_special")
MEMBERS = (
    "admin", "organization_manager", "customer_manager", "group_manager", "vulnerability_manager", "architect",
    "hacker", "reattacker", "reviewer", "resourcer", "user", "service_agent",
)  # fmt: skip


@pytest.mark.parametrize("mutation", BY_GROUP, ids=("git root", "ip root", "url root", "finding"))
async def test_only_the_roles_of_the_policy_may_change_a_group(world: World, mutation: str) -> None:
    for person in MEMBERS:
        expected = None if person in BY_GROUP[mutation] else "FORBIDDEN"
        code = await world.code(person, mutation)
        assert code in {expected, "CONFLICT" if expected is None else expected}, person
    for person in OUTSIDERS:
        assert await world.code(person, mutation) == "NOT_FOUND", person
    assert await world.code("member", mutation) == "NOT_FOUND", "a member of the organization sees no group of it"
    assert await world.code(None, mutation) == "UNAUTHENTICATED"
    assert await world.code("group_manager", mutation, group="ferry") == "NOT_FOUND"
    assert await world.code("group_manager", mutation, group="nonsense") == "NOT_FOUND"


@pytest.mark.parametrize("mutation", BY_FINDING, ids=("update", "remove", "place"))
async def test_only_the_roles_of_the_policy_may_change_a_finding(world: World, mutation: str) -> None:
    for person in MEMBERS:
        key = await world.add_finding()
        expected = None if person in BY_FINDING[mutation] else "FORBIDDEN"
        assert await world.code(person, mutation, id=key) == expected, person
    key = await world.add_finding("Untouched")
    for person in (*OUTSIDERS, "member"):
        assert await world.code(person, mutation, id=key) == "NOT_FOUND", person
    assert await world.code(None, mutation, id=key) == "UNAUTHENTICATED"
    theirs = await world.add_finding("Theirs", group="ferry", person="stranger")
    for person in ("group_manager", "organization_manager"):
        assert await world.code(person, mutation, id=theirs) == "NOT_FOUND"
    shown = await world.get("stranger", "query ($id: ID!) { finding(id: $id) { title status } }", id=theirs)
    assert shown["finding"] == {"title": "Theirs", "status": "DRAFT"}, "nothing has changed"


async def test_an_absent_and_an_invisible_object_are_told_alike(world: World) -> None:
    theirs = await world.add_finding("Theirs", group="ferry", person="stranger")
    absent = theirs[:-4] + ("0000" if theirs[-4:] != "0000" else "1111")
    first = await world.ask("group_manager", UPDATE_FINDING, id=theirs)
    second = await world.ask("group_manager", UPDATE_FINDING, id=absent)
    assert str(first).replace(theirs, "ID") == str(second).replace(absent, "ID")


async def test_whoever_opens_an_organization_manages_it(world: World) -> None:
    data = await world.get("nobody_special", ADD_ORGANIZATION, name="newcomers")
    assert data["addOrganization"] == {"success": True, "organization": {"name": "newcomers"}}
    data = await world.get("nobody_special", ADD_GROUP, organization="newcomers")
    assert data["addGroup"]["group"] == {"name": "newgroup", "plan": "ADVANCED", "organization": {"name": "newcomers"}}
    data = await world.get("nobody_special", "{ me { organizations { totalCount nodes { name } } } }")
    assert data["me"]["organizations"] == {"totalCount": 1, "nodes": [{"name": "newcomers"}]}


async def test_a_name_is_taken_once_in_the_whole_installation(world: World) -> None:
    assert await world.code("nobody_special", ADD_ORGANIZATION, name="harbour") == "CONFLICT"
    assert await world.code("organization_manager", ADD_GROUP, name="ferry") == "CONFLICT"
    data = await world.get("organization_manager", '{ organization(name: "castle") { groups { nodes { name } } } }')
    assert [node["name"] for node in data["organization"]["groups"]["nodes"]] == ["shop", "warehouse"]


async def test_a_group_is_opened_by_who_manages_the_organization(world: World) -> None:
    assert await world.code(None, ADD_GROUP) == "UNAUTHENTICATED"
    assert await world.code("stranger", ADD_GROUP) == "NOT_FOUND"
    for person in ("customer_manager", "group_manager", "member"):
        assert await world.code(person, ADD_GROUP) == "FORBIDDEN", person
    assert await world.code("admin", ADD_GROUP) is None


@pytest.mark.parametrize("name", ["", "ab", "Upper", "with space", "1digit", "x" * 41, "umläut", "a\nb", "shop\0"])
async def test_a_malformed_name_is_refused(world: World, name: str) -> None:
    response = await world.ask("organization_manager", ADD_GROUP, name=name)
    assert response["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "name"}


async def test_a_root_is_added_once_under_its_nickname(world: World) -> None:
    data = await world.get("resourcer", ADD_GIT_ROOT)
    assert data["addGitRoot"]["root"]["group"] == {"name": "shop"}
    assert data["addGitRoot"]["root"]["url"] == "https://git.example/r.git"
    assert await world.code("resourcer", ADD_GIT_ROOT) == "CONFLICT"
    assert (await world.get("resourcer", ADD_IP_ROOT, address="2001:DB8::1"))["addIpRoot"]["root"] == {
        "address": "2001:db8::1"
    }
    await world.get("resourcer", ADD_URL_ROOT)
    data = await world.get(
        "user",
        """{ group(name: "shop") { roots { totalCount nodes { __typename nickname
          ... on GitRoot { branch } ... on IpRoot { address } ... on UrlRoot { url } } } } }""",
    )
    assert data["group"]["roots"]["totalCount"] == 3
    assert [node["__typename"] for node in data["group"]["roots"]["nodes"]] == ["IpRoot", "GitRoot", "UrlRoot"]


@pytest.mark.parametrize(
    ("mutation", "variables"),
    [
        (ADD_GIT_ROOT, {"url": "https://me:secret@git.example/r.git"}),
        (ADD_GIT_ROOT, {"url": "file:///etc/passwd"}),
        (ADD_GIT_ROOT, {"url": "nonsense"}),
        (ADD_GIT_ROOT, {"nickname": "../x"}),
        (ADD_URL_ROOT, {"url": "javascript:alert(1)"}),
        (ADD_URL_ROOT, {"url": "ftp://shop.example/"}),
        (ADD_IP_ROOT, {"address": "300.1.1.1"}),
        (ADD_IP_ROOT, {"address": "shop.example"}),
    ],
)
async def test_a_root_that_points_nowhere_is_refused(world: World, mutation: str, variables: dict) -> None:
    assert await world.code("resourcer", mutation, **variables) == "BAD_USER_INPUT"


async def test_a_finding_is_reported_changed_and_removed(world: World) -> None:
    vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
    given = {"title": "  SQL injection ", "severityVector": vector, "cweIds": ["cwe-89", "CWE-20", "CWE-89"]}
    added = (await world.get("hacker", ADD_FINDING, input=given))["addFinding"]["finding"]
    assert added == {
        "id": added["id"],
        "title": "SQL injection",
        "status": "DRAFT",
        "severityScore": 9.3,
        "severityVector": vector,
        "cweIds": ["CWE-20", "CWE-89"],
    }
    reported = await world.get("hacker", "query ($id: ID!) { finding(id: $id) { reportedBy } }", id=added["id"])
    assert reported["finding"] == {"reportedBy": "hacker@adarve.example"}
    changed = await world.get("reviewer", UPDATE_FINDING, id=added["id"], input={"description": "In the search."})
    assert changed["updateFinding"]["finding"] == {
        "title": "SQL injection",
        "description": "In the search.",
        "recommendation": "",
        "severityScore": 9.3,
        "severityRating": "CRITICAL",
        "cweIds": ["CWE-20", "CWE-89"],
    }
    await world.add_vulnerability(added["id"])
    removed = await world.get("reviewer", REMOVE_FINDING, id=added["id"])
    assert removed["removeFinding"] == {"success": True, "finding": {"title": "SQL injection"}}
    assert (await world.get("user", "query ($id: ID!) { node(id: $id) { id } }", id=added["id"]))["node"] is None
    query = '{ group(name: "shop") { vulnerabilities { totalCount } } search(text: "injection") { totalCount } }'
    data = await world.get("user", query)
    assert data == {"group": {"vulnerabilities": {"totalCount": 0}}, "search": {"totalCount": 0}}
    assert await world.code("reviewer", REMOVE_FINDING, id=added["id"]) == "NOT_FOUND"


@pytest.mark.parametrize(
    "given",
    [
        {"title": "ab"},
        {"title": "x" * 201},
        {"title": "a\0b"},
        {"title": "fine", "description": "x" * 20_001},
        {"title": "fine", "severityVector": "CVSS:3.1/AV:Q"},
        {"title": "fine", "severityVector": "nonsense"},
        {"title": "fine", "cweIds": ["89"]},
        {"title": "fine", "cweIds": [f"CWE-{n}" for n in range(1, 22)]},
        {"title": "fine", "unknown": 1},
        {"title": None},
        {},
    ],
    ids=lambda given: str(given)[:40],
)
async def test_a_finding_with_wrong_input_is_refused_and_nothing_is_kept(world: World, given: dict) -> None:
    assert await world.code("hacker", ADD_FINDING, input=given) == "BAD_USER_INPUT"
    data = await world.get("user", '{ group(name: "shop") { findings { totalCount } } }')
    assert data["group"]["findings"]["totalCount"] == 0


async def test_the_plan_decides_whether_findings_are_reported_by_hand(world: World) -> None:
    response = await world.ask("organization_manager", ADD_FINDING, group="warehouse")
    (error,) = response["errors"]
    assert error["extensions"]["code"] == "PLAN_REQUIRED"
    assert error["extensions"]["plan"] == "ADVANCED"
    assert await world.code("customer_manager", ADD_FINDING, group="warehouse") == "FORBIDDEN", "the role comes first"


async def test_a_vulnerability_opens_its_finding(world: World) -> None:
    key = await world.add_finding()
    await world.get("resourcer", ADD_URL_ROOT)
    given = {"path": "/checkout", "message": "twenty at once", "rootNickname": "site"}
    data = await world.get("hacker", ADD_VULNERABILITY, id=key, input=given)
    assert data["addVulnerability"]["vulnerability"] == {
        "path": "/checkout",
        "line": None,
        "state": "VULNERABLE",
        "severityScore": 9.8,
        "root": {"nickname": "site"},
        "finding": {"status": "VULNERABLE"},
    }


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"path": ""}, "BAD_USER_INPUT"),
        ({"path": "a\0"}, "BAD_USER_INPUT"),
        ({"path": "a", "line": 0}, "BAD_USER_INPUT"),
        ({"path": "a", "line": -1}, "BAD_USER_INPUT"),
        ({"path": "a", "line": 2**31}, "BAD_USER_INPUT"),
        ({"path": "a", "rootNickname": "none"}, "NOT_FOUND"),
    ],
)
async def test_a_vulnerability_with_wrong_input_is_refused(world: World, given: dict, code: str) -> None:
    key = await world.add_finding()
    assert await world.code("hacker", ADD_VULNERABILITY, id=key, input=given) == code
    data = await world.get("user", "query ($id: ID!) { finding(id: $id) { status } }", id=key)
    assert data["finding"]["status"] == "DRAFT"


SIGN_UP = """mutation ($email: EmailAddress = "first@adarve.example", $name: String = "First",
  $password: String = "several common words") {
  signUp(email: $email, name: $name, password: $password) { success user { email role } } }"""


async def test_the_first_account_administers_and_later_ones_need_an_invitation(world: World) -> None:
    async with world.services.database.connection() as connection:
        await connection.execute("DELETE FROM users")
    data = await world.get(None, SIGN_UP)
    assert data["signUp"]["user"] == {"email": "first@adarve.example", "role": "ADMIN"}
    assert await world.code(None, SIGN_UP, email="second@adarve.example") == "FORBIDDEN"


async def test_sign_up_can_be_opened_and_an_address_is_taken_once(world: World) -> None:
    world.services.settings = Settings(open_sign_up=True)
    data = await world.get(None, SIGN_UP, email="Somebody@Adarve.Example")
    assert data["signUp"]["user"] == {"email": "somebody@adarve.example", "role": "USER"}
    assert await world.code(None, SIGN_UP, email="somebody@adarve.example") == "CONFLICT"


@pytest.mark.parametrize(
    "variables",
    [{"email": "nonsense"}, {"email": "a@b@c"}, {"name": ""}, {"name": "x" * 101}, {"password": "short"},
     {"password": "aaaaaaaaaaaaaaa"}, {"password": "first@adarve.example"}, {"password": "x" * 257}],
    ids=str,
)  # fmt: skip
async def test_an_account_with_wrong_input_is_refused(world: World, variables: dict[str, Any]) -> None:
    world.services.settings = Settings(open_sign_up=True)
    assert await world.code(None, SIGN_UP, **variables) == "BAD_USER_INPUT"


async def test_signing_out_needs_a_session(world: World) -> None:
    caller = await world.caller("user")
    caller.session_id = None
    operation = world.services.execution.prepare({"query": "mutation { signOut { success } }"})
    answer = await world.services.execution.run(operation, caller)  # type: ignore[arg-type]
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await world.code(None, "mutation { signOut { success } }") == "UNAUTHENTICATED"
