"""What an administrator does with accounts: roles, suspension, removal; never the last administrator."""

import asyncio
from datetime import timedelta

import pytest

from tests.world import DOMAIN, World

FIND = "query ($email: EmailAddress!) { user(email: $email) { id name role suspended } }"
SET_ROLE = """mutation ($id: ID!, $role: UserRole!) { updateUserRole(userId: $id, role: $role) { user { role } } }"""
SUSPEND = "mutation ($id: ID!) { suspendUser(userId: $id) { user { suspended } } }"
REINSTATE = "mutation ($id: ID!) { reinstateUser(userId: $id) { user { suspended } } }"
REMOVE = "mutation ($id: ID!) { removeUser(userId: $id) { success user { email } } }"
ME = "{ me { email } }"


async def id_of(world: World, person: str) -> str:
    data = await world.get("admin", FIND, email=f"{person}@{DOMAIN}")
    return data["user"]["id"]


async def test_only_an_administrator_sees_accounts(world: World) -> None:
    email = f"hacker@{DOMAIN}"
    assert (await world.get("admin", FIND, email=email))["user"]["role"] == "HACKER"
    assert (await world.get("hacker", FIND, email=email))["user"]["name"] == "hacker"
    for person in ("organization_manager", "stranger", "user"):
        assert (await world.get(person, FIND, email=email))["user"] is None
    assert await world.code(None, FIND, email=email) == "UNAUTHENTICATED"


@pytest.mark.parametrize("mutation", [SET_ROLE, SUSPEND, REINSTATE, REMOVE])
async def test_nobody_else_changes_accounts(world: World, mutation: str) -> None:
    more = {"role": "ADMIN"} if mutation is SET_ROLE else {}
    key, own = await id_of(world, "user"), await id_of(world, "organization_manager")
    assert await world.code("organization_manager", mutation, id=key, **more) == "NOT_FOUND"
    assert await world.code("organization_manager", mutation, id=own, **more) == "FORBIDDEN"
    assert await world.code(None, mutation, id=key, **more) == "UNAUTHENTICATED"


async def test_a_suspended_user_is_out_and_comes_back_with_the_same_roles(world: World) -> None:
    key = await id_of(world, "user")
    assert (await world.get("admin", SUSPEND, id=key))["suspendUser"]["user"] == {"suspended": True}
    assert (await world.get("user", ME))["me"] is None
    await world.get("admin", REINSTATE, id=key)
    assert (await world.get("user", '{ group(name: "shop") { name } }'))["group"] == {"name": "shop"}


async def test_a_removed_user_is_gone_and_what_was_reported_stays(world: World) -> None:
    finding = await world.add_finding(person="hacker")
    key = await id_of(world, "hacker")
    await world.get("admin", REMOVE, id=key)
    assert (await world.get("hacker", ME))["me"] is None
    data = await world.get("admin", "query ($id: ID!) { finding(id: $id) { reportedBy } }", id=finding)
    assert data["finding"] == {"reportedBy": f"hacker@{DOMAIN}"}
    assert await world.code("admin", REMOVE, id=key) == "NOT_FOUND"


async def test_nobody_suspends_removes_or_demotes_oneself(world: World) -> None:
    await world.get("admin", SET_ROLE, id=await id_of(world, "user"), role="ADMIN")
    key = await id_of(world, "admin")
    for mutation, more in ((SUSPEND, {}), (REMOVE, {}), (SET_ROLE, {"role": "USER"})):
        answer = await world.ask("admin", mutation, id=key, **more)
        assert "another administrator" in answer["errors"][0]["message"]
    assert await world.code("user", SET_ROLE, id=key, role="USER") is None
    assert await world.code("admin", SUSPEND, id=await id_of_as(world, "user", "hacker")) == "NOT_FOUND"


async def id_of_as(world: World, asking: str, person: str) -> str:
    return (await world.get(asking, FIND, email=f"{person}@{DOMAIN}"))["user"]["id"]


async def test_two_administrators_who_demote_each_other_leave_one(world: World) -> None:
    one, other = await id_of(world, "admin"), await id_of(world, "user")
    await world.get("admin", SET_ROLE, id=other, role="ADMIN")
    async with world.services.database.connection() as connection:
        holding = connection.transaction()
        await holding.start()
        await connection.execute("LOCK TABLE users IN SHARE MODE")
        demotions = asyncio.gather(
            world.code("admin", SET_ROLE, id=other, role="USER"), world.code("user", SET_ROLE, id=one, role="USER")
        )
        await asyncio.sleep(0.3)
        await holding.rollback()
    assert sorted(map(str, await demotions)) == ["CONFLICT", "None"]


async def test_who_alone_manages_an_organization_is_not_removed(world: World) -> None:
    answer = await world.ask("admin", REMOVE, id=await id_of(world, "stranger"))
    assert answer["errors"][0]["extensions"]["code"] == "CONFLICT"
    assert "harbour" in answer["errors"][0]["message"]


async def test_what_a_suspended_user_had_does_not_come_back(world: World) -> None:
    credentials = world.services.credentials
    opened = await credentials.open_session(world.users["user"], "user", f"user@{DOMAIN}")
    made = await credentials.add_access_token(world.users["user"], "script", timedelta(days=1))
    key = await id_of(world, "user")
    await world.get("admin", SUSPEND, id=key)
    await world.get("admin", REINSTATE, id=key)
    token = await credentials.read_web_token(opened.web_token)
    assert await credentials.subject_of_session(token) is None
    assert await credentials.subject_of_access_token(made.text) is None


async def test_a_manager_who_leaves_while_the_other_is_removed_stays(world: World) -> None:
    grant = """mutation ($role: StakeholderRole!) { updateStakeholderRole(organizationName: "castle", role: $role,
      email: "member@adarve.example") { success } }"""
    leave = """mutation { removeStakeholderAccess(organizationName: "castle", myself: true,
      email: "organization_manager@adarve.example") { success } }"""
    await world.get("admin", grant, role="ORGANIZATION_MANAGER")
    key = await id_of(world, "member")
    async with world.services.database.connection() as connection:
        holding = connection.transaction()
        await holding.start()
        await connection.execute("LOCK TABLE organization_members IN SHARE MODE")
        both = asyncio.gather(world.code("organization_manager", leave), world.code("admin", REMOVE, id=key))
        await asyncio.sleep(0.3)
        await holding.rollback()
    assert sorted(map(str, await both)) == ["CONFLICT", "None"]
