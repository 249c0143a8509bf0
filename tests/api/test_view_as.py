"""`Adarve-View-As` narrows what a caller may to what another role may, and never widens it."""

from itertools import product

import pytest

from authz.actions import Action
from authz.police import police
from authz.roles import ALL_ROLES, OWNER, parse_role
from authz.subject import seen_as
from domain.errors import BadUserInput
from tests.api.conftest import Served
from tests.api.test_graphql_websocket import Socket, open_socket
from tests.authz.test_police import PLACES, SUBJECTS

ROLES = [role for role in ALL_ROLES if role != OWNER]
REPORTED = '{ group(name: "shop") { findings { nodes { title reportedBy } } } }'


def test_it_never_widens_and_always_narrows_to_the_role() -> None:
    for subject, role in product(SUBJECTS, ROLES):
        seen = seen_as(subject, role)
        assert seen is not None
        for place in PLACES:
            own, through = police().mask(subject, place), police().mask_of_role(role, place)
            mask = police().mask(seen, place)
            assert mask & ~own == 0
            if place.owner_id is None:
                assert mask == own & through


def test_lists_show_no_more_than_single_decisions_allow() -> None:
    for subject, role, action in product(SUBJECTS[::7], ROLES, Action):
        seen, scope = seen_as(subject, role), police().scope(seen_as(subject, role), action)
        for place in PLACES:
            if place.group_id is not None and place.plan is None:
                listed = (
                    scope.everything or place.organization_id in scope.organizations or place.group_id in scope.groups
                )
                assert listed == police().may(seen, action, place), (role, action, place)


async def test_an_administrator_sees_what_a_role_would_see(served: Served) -> None:
    await served.world.add_finding()
    async with await served.as_person("admin") as client:

        async def answer(role: str | None, query: str = REPORTED) -> dict:
            headers = {"Adarve-View-As": role} if role else {}
            return (await client.post("/api", json={"query": query}, headers=headers)).json()

        assert "errors" not in await answer(None)
        assert "errors" not in await answer("group:HACKER")
        refused = await answer("VULNERABILITY_MANAGER")
        assert refused["errors"][0]["message"].startswith("Seen as group:VULNERABILITY_MANAGER, `Finding.reportedBy`")
        assert refused["data"]["group"]["findings"]["nodes"][0]["reportedBy"] is None
        assert (await answer("organization:USER"))["data"]["group"] is None
        mutation = 'mutation { addGroup(organizationName: "castle", name: "another") { success } }'
        assert (await answer("REVIEWER", mutation))["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_reader_does_not_become_more_by_it(served: Served) -> None:
    await served.world.add_finding()
    async with await served.as_person("user") as client:
        for role in ("user:ADMIN", "group:HACKER", "ORGANIZATION_MANAGER"):
            answer = await client.post("/api", json={"query": REPORTED}, headers={"Adarve-View-As": role})
            assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("role", ["BOSS", "USER", "HACKER", "self:OWNER", "group:group:USER", "group:", ":", "é"])
async def test_what_names_no_role_is_refused(served: Served, role: str) -> None:
    with pytest.raises(BadUserInput):
        parse_role(role)
    async with await served.as_person("admin") as client:
        answer = await client.post(
            "/api", json={"query": "{ me { name } }"}, headers={b"adarve-view-as": role.encode()}
        )
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_it_holds_over_a_websocket(served: Served) -> None:
    await served.world.add_finding()
    token = f"Bearer {await served.token('admin')}"
    async with open_socket(served) as connection:
        socket = await Socket(connection).init(authorization=token, viewAs="group:USER")
        await socket.subscribe("1", REPORTED)
        assert (await socket.receive())["payload"]["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    async with open_socket(served, additional_headers={"Adarve-View-As": "group:USER"}) as connection:
        socket = await Socket(connection).init(authorization=token)
        await socket.subscribe("1", REPORTED)
        assert (await socket.receive())["payload"]["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    for wrong in ("BOSS", 7, ["group:USER"], "🦜" * 40):
        async with open_socket(served) as connection:
            socket = Socket(connection)
            await socket.send(type="connection_init", payload={"authorization": token, "viewAs": wrong})
            assert await socket.closed() == 4400


async def test_the_explanation_is_of_the_role_that_is_looked_through(served: Served) -> None:
    query = 'query ($on: ID!) { explainAccess(coordinate: "Finding.reportedBy", on: $on) { allowed role message } }'
    key = await served.world.add_finding()
    async with await served.as_person("admin") as client:
        body = {"query": query, "variables": {"on": key}}
        hacker = await client.post("/api", json=body, headers={"Adarve-View-As": "group:HACKER"})
        assert hacker.json()["data"]["explainAccess"]["role"] == "group:HACKER"
        user = await client.post("/api", json=body, headers={"Adarve-View-As": "group:USER"})
        told = user.json()["data"]["explainAccess"]
        assert (told["allowed"], told["role"]) == (False, None)
        assert told["message"].startswith("Seen as group:USER: ")
