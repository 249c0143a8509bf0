"""Invitations: for one address, once, until they expire, and only while who sent them may still give the role."""

from typing import Any

import pytest

from tests.world import DOMAIN, World

INVITE = """mutation ($organization: String, $group: String, $email: EmailAddress!, $role: StakeholderRole!,
    $days: Int! = 7) {
  inviteStakeholder(organizationName: $organization, groupName: $group, email: $email, role: $role, days: $days)
  { success token invitation { id email role invitedBy expiresAt createdAt } } }"""
ACCEPT = """mutation ($token: String!) { acceptInvitation(token: $token) {
  success organization { name } group { name rolesICanGrant } } }"""
REJECT = "mutation ($token: String!) { rejectInvitation(token: $token) { success } }"
TAKE_BACK = "mutation ($id: ID!) { removeInvitation(invitationId: $id) { success invitation { email } } }"
SIGN_UP = """mutation ($email: EmailAddress!, $token: String) {
  signUp(email: $email, name: "New", password: "several words nobody guesses", invitationToken: $token)
  { user { email role } } }"""
PENDING = """{ organization(name: "castle") { invitations { totalCount nodes { email } } }
  group(name: "shop") { invitations { totalCount nodes { email role invitedBy } } } }"""
SPECIAL = f"nobody_special@{DOMAIN}"


async def invite(world: World, person: str = "group_manager", email: str = SPECIAL, **more: Any) -> dict[str, Any]:
    given = {"group": "shop", "role": "RESOURCER"} | more
    data = await world.get(person, INVITE, email=email, **given)
    return data["inviteStakeholder"]


async def test_who_is_invited_accepts_and_has_the_role(world: World) -> None:
    made = await invite(world)
    assert made["invitation"]["invitedBy"] == f"group_manager@{DOMAIN}"
    assert (await world.get("group_manager", PENDING))["group"]["invitations"]["nodes"] == [
        {"email": SPECIAL, "role": "RESOURCER", "invitedBy": f"group_manager@{DOMAIN}"}
    ]
    accepted = await world.get("nobody_special", ACCEPT, token=made["token"])
    assert accepted["acceptInvitation"]["organization"] == {"name": "castle"}
    assert accepted["acceptInvitation"]["group"]["name"] == "shop"
    assert (await world.get("group_manager", PENDING))["group"]["invitations"]["totalCount"] == 0
    assert await world.code("nobody_special", ACCEPT, token=made["token"]) == "NOT_FOUND"


async def test_who_is_invited_to_an_organization_is_its_stakeholder(world: World) -> None:
    made = await invite(world, "organization_manager", group=None, organization="castle", role="CUSTOMER_MANAGER")
    assert (await world.get("organization_manager", PENDING))["organization"]["invitations"]["totalCount"] == 1
    accepted = await world.get("nobody_special", ACCEPT, token=made["token"])
    assert accepted["acceptInvitation"] == {"success": True, "organization": {"name": "castle"}, "group": None}


async def test_an_invitation_is_stored_hashed_and_shown_once(world: World) -> None:
    made = await invite(world)
    async with world.services.database.connection() as connection:
        stored = await connection.fetchrow("SELECT * FROM invitations")
    assert made["token"] not in str(dict(stored))


async def test_everything_else_about_a_token_is_told_in_the_same_words(world: World) -> None:
    made = await invite(world)
    async with world.services.database.connection() as connection:
        answers = [
            await world.ask("nobody_special", ACCEPT, token="unknown"),
            await world.ask("nobody_special", ACCEPT, token="x" * 5000),
            await world.ask("stranger", ACCEPT, token=made["token"]),
            await world.ask("stranger", REJECT, token=made["token"]),
            await world.ask(None, SIGN_UP, email="somebody@else.example", token=made["token"]),
        ]
        await connection.execute("UPDATE invitations SET expires_at = now()")
        answers.append(await world.ask("nobody_special", ACCEPT, token=made["token"]))
    assert len({(one["errors"][0]["message"], one["errors"][0]["extensions"]["code"]) for one in answers}) == 1
    assert answers[0]["errors"][0]["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM group_members WHERE user_id = $1",
        "UPDATE group_members SET role = 'USER' WHERE user_id = $1",
        "UPDATE users SET suspended = true WHERE user_id = $1",
        "DELETE FROM users WHERE user_id = $1",
    ],
)
async def test_an_invitation_ends_with_the_power_of_who_sent_it(world: World, statement: str) -> None:
    made = await invite(world)
    async with world.services.database.connection() as connection:
        await connection.execute(statement, world.users["group_manager"])
    assert await world.code("nobody_special", ACCEPT, token=made["token"]) == "NOT_FOUND"
    assert (await world.get("nobody_special", '{ group(name: "shop") { name } }'))["group"] is None


async def test_a_person_without_an_account_signs_up_by_invitation_and_is_in(world: World) -> None:
    email = "new.person@adarve.example"
    assert await world.code(None, SIGN_UP, email=email) == "FORBIDDEN"
    made = await invite(world, "admin", email=email)
    wrong = await world.ask(None, SIGN_UP, email=email, token="wrong")
    assert wrong["errors"][0]["extensions"] == {"code": "NOT_FOUND", "argument": "invitationToken"}
    assert await world.code(None, SIGN_UP, email=email, token="wrong") == "NOT_FOUND"
    data = await world.get(None, SIGN_UP, email=email, token=made["token"])
    assert data["signUp"]["user"] == {"email": email, "role": "USER"}
    async with world.services.database.connection() as connection:
        world.users["new"] = await connection.fetchval("SELECT user_id FROM users WHERE email = $1", email)
    assert (await world.get("new", '{ group(name: "shop") { name } }'))["group"] == {"name": "shop"}
    assert await world.code(None, SIGN_UP, email=email, token=made["token"]) == "NOT_FOUND"


async def test_a_rejected_invitation_has_ended(world: World) -> None:
    made = await invite(world)
    assert await world.code("nobody_special", REJECT, token=made["token"]) is None
    assert await world.code("nobody_special", ACCEPT, token=made["token"]) == "NOT_FOUND"


async def test_an_invitation_that_was_taken_back_has_ended(world: World) -> None:
    made = await invite(world)
    key = made["invitation"]["id"]
    assert await world.code("user", TAKE_BACK, id=key) == "NOT_FOUND"
    assert await world.code("stranger", TAKE_BACK, id=key) == "NOT_FOUND"
    assert await world.code("group_manager", TAKE_BACK, id=key) is None
    assert await world.code("group_manager", TAKE_BACK, id=key) == "NOT_FOUND"
    assert await world.code("nobody_special", ACCEPT, token=made["token"]) == "NOT_FOUND"


async def test_a_second_invitation_ends_the_first(world: World) -> None:
    first, second = await invite(world), await invite(world, role="USER")
    assert await world.code("nobody_special", ACCEPT, token=first["token"]) == "NOT_FOUND"
    assert await world.code("nobody_special", ACCEPT, token=second["token"]) is None


async def test_nobody_invites_above_themselves_or_whom_there_is(world: World) -> None:
    given = {"group": "shop", "email": SPECIAL}
    assert await world.code("group_manager", INVITE, **given, role="HACKER") == "FORBIDDEN"
    assert await world.code("user", INVITE, **given, role="USER") == "FORBIDDEN"
    assert await world.code("stranger", INVITE, **given, role="USER") == "NOT_FOUND"
    assert await world.code("group_manager", INVITE, **given, role="CUSTOMER_MANAGER") == "BAD_USER_INPUT"
    there = {"group": "shop", "email": f"user@{DOMAIN}", "role": "RESOURCER"}
    assert await world.code("group_manager", INVITE, **there) == "CONFLICT"
    for days in (0, 31, -1):
        assert await world.code("group_manager", INVITE, **given, role="USER", days=days) == "BAD_USER_INPUT"


async def test_who_has_a_role_by_then_is_told(world: World) -> None:
    made = await invite(world)
    async with world.services.database.connection() as connection:
        await connection.execute(
            "INSERT INTO group_members (user_id, organization_id, group_id, role) VALUES ($1, $2, $3, 'USER')",
            world.users["nobody_special"],
            world.organizations["castle"],
            world.groups["shop"],
        )
    assert await world.code("nobody_special", ACCEPT, token=made["token"]) == "CONFLICT"


async def test_an_organization_has_a_limit_of_invitations(world: World, monkeypatch) -> None:
    monkeypatch.setattr("mutations.invitation.invitations.MOST_PENDING", 2)
    for number in range(2):
        await invite(world, email=f"person{number}@adarve.example")
    given = {"group": "shop", "email": SPECIAL, "role": "USER"}
    assert await world.code("group_manager", INVITE, **given) == "CONFLICT"


@pytest.mark.parametrize("email", ["somebody.new@adarve.example", f"admin@{DOMAIN}"])
async def test_who_does_not_see_accounts_makes_none_by_an_invitation_and_learns_of_none(
    world: World, email: str
) -> None:
    """Its sender holds the token: else anybody could make an account in another's name, or ask who has one."""
    made = await invite(world, email=email)
    answer = await world.ask(None, SIGN_UP, email=email, token=made["token"])
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
    assert "by invitation of an administrator" in answer["errors"][0]["message"]


async def test_an_invitation_does_not_come_back_with_the_role_of_who_sent_it(world: World) -> None:
    made = await invite(world)
    change = """mutation ($role: StakeholderRole!) { updateStakeholderRole(groupName: "shop", role: $role,
      email: "group_manager@adarve.example") { success } }"""
    for role in ("USER", "GROUP_MANAGER"):
        await world.get("admin", change, role=role)
    assert await world.code("nobody_special", ACCEPT, token=made["token"]) == "NOT_FOUND"


async def test_an_access_token_neither_invites_nor_gives_roles(world: World) -> None:
    caller = await world.caller("group_manager")
    caller.session_id = None
    variables = {"group": "shop", "email": SPECIAL, "role": "USER"}
    operation = world.services.execution.prepare({"query": INVITE, "variables": variables})
    answer = await world.services.execution.run(operation, caller)  # type: ignore[arg-type]
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert "sign in, and do it by your session" in answer["errors"][0]["message"]
