"""Giving, changing and taking roles: nobody above themselves, never the last manager, oneself only if meant."""

import asyncio
from typing import Any

import pytest

from tests.world import DOMAIN, World

GRANT = """mutation ($organization: String, $group: String, $email: EmailAddress!, $role: StakeholderRole!) {
  grantStakeholderAccess(organizationName: $organization, groupName: $group, email: $email, role: $role)
  { success stakeholder { email role user { name } } } }"""
UPDATE = """mutation ($organization: String, $group: String, $email: EmailAddress!, $role: StakeholderRole!,
    $myself: Boolean! = false) {
  updateStakeholderRole(organizationName: $organization, groupName: $group, email: $email, role: $role,
    myself: $myself) { success stakeholder { email role } } }"""
REMOVE = """mutation ($organization: String, $group: String, $email: EmailAddress!, $myself: Boolean! = false) {
  removeStakeholderAccess(organizationName: $organization, groupName: $group, email: $email, myself: $myself)
  { success stakeholder { email role } } }"""
ROLES = """{ organization(name: "castle") { rolesICanGrant } group(name: "shop") { rolesICanGrant } }"""
GROUP = {"group": "shop"}
ORGANIZATION = {"organization": "castle"}
TESTERS = {"ARCHITECT", "HACKER", "REATTACKER", "REVIEWER"}
"""Roles that see who reported what, which those who are tested do not."""


def address(person: str) -> str:
    return f"{person}@{DOMAIN}"


async def make_manager(world: World, person: str) -> None:
    await world.get("admin", UPDATE, **ORGANIZATION, email=address(person), role="ORGANIZATION_MANAGER")


async def role_in_shop(world: World, person: str) -> str | None:
    data = await world.get("admin", '{ group(name: "shop") { stakeholders(first: 100) { nodes { email role } } } }')
    return {one["email"]: one["role"] for one in data["group"]["stakeholders"]["nodes"]}.get(address(person))


async def test_a_group_manager_gives_a_role_to_a_stakeholder_of_the_organization(world: World) -> None:
    given = await world.get("group_manager", GRANT, **GROUP, email=address("member"), role="RESOURCER")
    stakeholder = given["grantStakeholderAccess"]["stakeholder"]
    assert stakeholder == {"email": address("member"), "role": "RESOURCER", "user": None}
    assert (await world.get("member", '{ group(name: "shop") { name } }'))["group"] == {"name": "shop"}


async def test_who_is_not_seen_is_told_alike_whether_or_not_there_is_an_account(world: World) -> None:
    messages = set()
    for email in (address("stranger"), "no.account@adarve.example"):
        answer = await world.ask("organization_manager", GRANT, **ORGANIZATION, email=email, role="USER")
        (error,) = answer["errors"]
        assert error["extensions"]["code"] == "NOT_FOUND"
        messages.add(error["message"].replace(email, "WHO"))
    assert len(messages) == 1


async def test_an_admin_gives_a_role_to_any_account(world: World) -> None:
    given = await world.get("admin", GRANT, **GROUP, email=address("nobody_special"), role="HACKER")
    assert given["grantStakeholderAccess"]["stakeholder"]["user"] == {"name": "nobody_special"}
    assert await role_in_shop(world, "nobody_special") == "HACKER"


async def test_who_has_a_role_is_not_given_another_by_granting(world: World) -> None:
    answer = await world.code("group_manager", GRANT, **GROUP, email=address("user"), role="RESOURCER")
    assert answer == "CONFLICT"
    assert await role_in_shop(world, "user") == "USER"


async def test_the_roles_that_can_be_given_do_not_exceed_the_own_ones(world: World) -> None:
    managers = await world.get("group_manager", ROLES)
    assert set(managers["group"]["rolesICanGrant"]) == {
        "GROUP_MANAGER", "VULNERABILITY_MANAGER", "RESOURCER", "SERVICE_AGENT", "USER"
    }  # fmt: skip
    assert managers["organization"]["rolesICanGrant"] == []
    of_organization = await world.get("organization_manager", ROLES)
    assert set(of_organization["organization"]["rolesICanGrant"]) == {
        "ORGANIZATION_MANAGER", "CUSTOMER_MANAGER", "USER"
    }  # fmt: skip
    assert not TESTERS & set(of_organization["group"]["rolesICanGrant"])
    assert set((await world.get("admin", ROLES))["group"]["rolesICanGrant"]) > TESTERS
    for person in ("customer_manager", "vulnerability_manager", "hacker", "architect", "user"):
        assert (await world.get(person, ROLES))["group"]["rolesICanGrant"] == [], person


@pytest.mark.parametrize("role", sorted(TESTERS))
async def test_nobody_grants_above_themselves(world: World, role: str) -> None:
    for mutation, person in ((GRANT, "member"), (UPDATE, "user")):
        answer = await world.ask("group_manager", mutation, **GROUP, email=address(person), role=role)
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert "RESOURCER" in answer["errors"][0]["extensions"]["rolesICanGrant"]
    assert await role_in_shop(world, "member") is None
    assert await role_in_shop(world, "user") == "USER"


async def test_a_manager_takes_the_role_of_a_tester_away_who_may_do_more(world: World) -> None:
    assert await world.code("group_manager", REMOVE, **GROUP, email=address("hacker")) is None
    assert await role_in_shop(world, "hacker") is None


@pytest.mark.parametrize("place", [{}, {"group": "shop", "organization": "castle"}])
async def test_one_place_must_be_named(world: World, place: dict[str, Any]) -> None:
    assert await world.code("admin", REMOVE, **place, email=address("user")) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("place", "role"), [(ORGANIZATION, "HACKER"), (GROUP, "CUSTOMER_MANAGER"), (GROUP, "ORGANIZATION_MANAGER")]
)
async def test_a_role_of_the_other_level_is_named(world: World, place: dict[str, str], role: str) -> None:
    answer = await world.ask("admin", GRANT, **place, email=address("nobody_special"), role=role)
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "role"}


async def test_the_last_manager_stays(world: World) -> None:
    me = address("organization_manager")
    for who in ("organization_manager", "admin"):
        assert await world.code(who, REMOVE, **ORGANIZATION, email=me, myself=True) == "CONFLICT"
        assert await world.code(who, UPDATE, **ORGANIZATION, email=me, role="USER", myself=True) == "CONFLICT"
    await world.get(
        "organization_manager", UPDATE, **ORGANIZATION, email=address("member"), role="ORGANIZATION_MANAGER"
    )
    assert await world.code("organization_manager", REMOVE, **ORGANIZATION, email=me, myself=True) is None


async def test_a_suspended_manager_does_not_count(world: World) -> None:
    await world.get(
        "organization_manager", UPDATE, **ORGANIZATION, email=address("member"), role="ORGANIZATION_MANAGER"
    )
    async with world.services.database.connection() as connection:
        await connection.execute("UPDATE users SET suspended = true WHERE user_id = $1", world.users["member"])
    me = address("organization_manager")
    assert await world.code("organization_manager", REMOVE, **ORGANIZATION, email=me, myself=True) == "CONFLICT"


async def test_two_managers_who_remove_each_other_leave_one(world: World) -> None:
    """Both are let in by their guards, and get as far as they can, before either changes anything."""
    await make_manager(world, "member")
    async with world.services.database.connection() as connection:
        holding = connection.transaction()
        await holding.start()
        await connection.execute("LOCK TABLE organization_members IN SHARE MODE")
        removals = asyncio.gather(
            world.code("organization_manager", REMOVE, **ORGANIZATION, email=address("member")),
            world.code("member", REMOVE, **ORGANIZATION, email=address("organization_manager")),
        )
        await asyncio.sleep(0.3)
        await holding.rollback()
    assert sorted(map(str, await removals)) == ["FORBIDDEN", "None"]
    data = await world.get("admin", '{ organization(name: "castle") { stakeholders(first: 100) { nodes { role } } } }')
    roles = [one["role"] for one in data["organization"]["stakeholders"]["nodes"]]
    assert roles.count("ORGANIZATION_MANAGER") == 1


async def test_who_was_removed_a_moment_ago_gives_nothing_though_the_subject_is_still_kept(world: World) -> None:
    await world.get("group_manager", ROLES)
    caller = await world.caller("group_manager")
    async with world.services.database.connection() as connection:
        await connection.execute("DELETE FROM group_members WHERE user_id = $1", world.users["group_manager"])
    operation = world.services.execution.prepare(
        {"query": GRANT, "variables": {"group": "shop", "email": address("member"), "role": "USER"}}
    )
    answer = await world.services.execution.run(operation, caller)  # type: ignore[arg-type]
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await role_in_shop(world, "member") is None


async def test_nobody_gives_up_the_own_role_by_accident(world: World) -> None:
    me = address("group_manager")
    for mutation, more in ((REMOVE, {}), (UPDATE, {"role": "USER"})):
        answer = await world.ask("group_manager", mutation, **GROUP, email=me, **more)
        assert answer["errors"][0]["extensions"] == {"code": "CONFLICT", "argument": "myself"}
    assert await role_in_shop(world, "group_manager") == "GROUP_MANAGER"
    given_up = await world.get("group_manager", REMOVE, **GROUP, email=me, myself=True)
    assert given_up["removeStakeholderAccess"]["success"] is True
    assert (await world.get("group_manager", '{ group(name: "shop") { name } }'))["group"] is None


async def test_who_leaves_an_organization_leaves_its_groups(world: World) -> None:
    await world.get("organization_manager", REMOVE, **ORGANIZATION, email=address("hacker"))
    assert await world.get("hacker", '{ organization(name: "castle") { name } group(name: "shop") { name } }') == {
        "organization": None,
        "group": None,
    }
    assert await role_in_shop(world, "hacker") is None


async def test_other_organizations_are_absent(world: World) -> None:
    for mutation, more in ((GRANT, {"role": "USER"}), (UPDATE, {"role": "USER"}), (REMOVE, {})):
        for place in ({"organization": "harbour"}, {"group": "ferry"}, {"group": "no-such-group"}):
            code = await world.code("organization_manager", mutation, **place, email=address("stranger"), **more)
            assert code == "NOT_FOUND"


async def test_stakeholders_are_seen_by_those_who_may(world: World) -> None:
    query = """{ organization(name: "castle") { stakeholders(first: 2) { totalCount nodes { email role }
      pageInfo { hasNextPage } } } group(name: "shop") { stakeholders(first: 50) { totalCount nodes { email } } } }"""
    data = await world.get("group_manager", query)
    assert data["organization"]["stakeholders"]["totalCount"] == 0
    assert data["group"]["stakeholders"]["totalCount"] == 9
    data = await world.get("customer_manager", query)
    assert data["organization"]["stakeholders"]["totalCount"] == 12
    assert data["organization"]["stakeholders"]["pageInfo"] == {"hasNextPage": True}
    assert (await world.get("hacker", query))["group"]["stakeholders"] == {"totalCount": 0, "nodes": []}
    emails = [one["email"] for one in data["group"]["stakeholders"]["nodes"]]
    assert emails == sorted(emails)


async def test_changes_of_roles_are_in_the_audit_trail(world: World) -> None:
    await world.get("group_manager", UPDATE, **GROUP, email=address("user"), role="RESOURCER")
    await world.get("group_manager", REMOVE, **GROUP, email=address("user"))
    async with world.services.database.connection() as connection:
        await connection.see(frozenset({world.organizations["castle"]}))
        rows = await connection.fetch(
            "SELECT verb, actor_id, details FROM audit_entries WHERE actor_id = $1 ORDER BY created_at, audit_entry_id",
            world.users["group_manager"],
        )
    assert [row["verb"] for row in rows] == ["grant", "revoke"]
    assert rows[0]["details"] == {"user": str(world.users["user"]), "role": "RESOURCER"}
