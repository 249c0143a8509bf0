"""Sessions and access tokens are their owner's alone, and gone within a second once they are ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from authz.credentials import KEPT_SECONDS
from tests.api.conftest import PASSWORD, Served
from tests.world import DOMAIN, PEOPLE, World

pytestmark = pytest.mark.slow

SIGN_IN = (
    "mutation ($email: EmailAddress!, $password: String!) { signIn(email: $email, password: $password) { success } }"
)
SESSIONS = "{ me { sessions { id isCurrent createdAt expiresAt } } }"
TOKENS = "{ me { accessTokens { id name createdAt expiresAt lastUsedAt } } }"
ADD = """mutation ($days: Int! = 30) { addAccessToken(name: "deploy", days: $days) {
  token accessToken { id name lastUsedAt } } }"""
REMOVE_TOKEN = """mutation ($id: ID!) { removeAccessToken(accessTokenId: $id) {
  success user { accessTokens { id } } } }"""
REMOVE_SESSION = "mutation ($id: ID!) { removeSession(sessionId: $id) { success user { sessions { id } } } }"


async def ask(client, query: str, **variables) -> dict:
    response = await client.post("/api", json={"query": query, "variables": variables})
    return response.json()


@asynccontextmanager
async def signed_in(served: Served, email: str) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client with a new session of an account."""
    async with served.client() as client:
        assert "errors" not in await ask(client, SIGN_IN, email=email, password=PASSWORD)
        yield client


@pytest.fixture
async def email(served: Served) -> str:
    await served.add_account(f"somebody@{DOMAIN}")
    return f"somebody@{DOMAIN}"


async def test_a_user_sees_the_own_sessions_and_ends_another_one(served: Served, email: str) -> None:
    async with signed_in(served, email) as here, signed_in(served, email) as there:
        shown = (await ask(here, SESSIONS))["data"]["me"]["sessions"]
        assert [one["isCurrent"] for one in shown] == [False, True]
        ended = await ask(here, REMOVE_SESSION, id=shown[0]["id"])
        assert [one["id"] for one in ended["data"]["removeSession"]["user"]["sessions"]] == [shown[1]["id"]]
        await asyncio.sleep(KEPT_SECONDS)
        assert (await ask(there, SESSIONS))["data"]["me"] is None
        assert len((await ask(here, SESSIONS))["data"]["me"]["sessions"]) == 1


async def test_an_access_token_is_shown_once_works_and_is_revoked(served: Served, email: str) -> None:
    async with signed_in(served, email) as client:
        made = (await ask(client, ADD))["data"]["addAccessToken"]
        assert made["accessToken"]["lastUsedAt"] is None
        async with served.client(headers={"Authorization": f"Bearer {made['token']}"}) as script:
            (seen,) = (await ask(script, TOKENS))["data"]["me"]["accessTokens"]
            assert (seen["name"], seen["id"]) == ("deploy", made["accessToken"]["id"])
            assert seen["lastUsedAt"] is not None
            assert made["token"] not in str(seen)
            removed = await ask(client, REMOVE_TOKEN, id=seen["id"])
            assert removed["data"]["removeAccessToken"]["user"]["accessTokens"] == []
            await asyncio.sleep(KEPT_SECONDS)
            refused = await ask(script, TOKENS)
            assert not refused.get("data") or refused["data"]["me"] is None


async def test_an_access_token_makes_no_other(served: Served) -> None:
    async with await served.as_person("user") as script:
        refused = await ask(script, ADD)
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("days", [0, -1, 181, 2_000_000_000])
async def test_an_access_token_lives_six_months_at_most(served: Served, email: str, days: int) -> None:
    async with signed_in(served, email) as client:
        refused = await ask(client, ADD, days=days)
        assert refused["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "days"}
        assert (await ask(client, TOKENS))["data"]["me"]["accessTokens"] == []


async def test_an_account_has_fifty_access_tokens_at_most(served: Served, email: str) -> None:
    async with signed_in(served, email) as client:
        for _ in range(50):
            assert "errors" not in await ask(client, ADD)
        refused = await ask(client, ADD)
        assert refused["errors"][0]["extensions"]["code"] == "CONFLICT"
        assert len((await ask(client, TOKENS))["data"]["me"]["accessTokens"]) == 50


async def test_what_is_somebody_elses_is_absent_for_everyone_the_admin_too(
    served: Served, world: World, email: str
) -> None:
    async with signed_in(served, email) as client:
        session = (await ask(client, SESSIONS))["data"]["me"]["sessions"][0]["id"]
        token = (await ask(client, ADD))["data"]["addAccessToken"]["accessToken"]["id"]
        owner = (await ask(client, "{ me { id } }"))["data"]["me"]["id"]
        for person in PEOPLE:
            for query, key in ((REMOVE_SESSION, session), (REMOVE_TOKEN, token)):
                answer = await world.ask(person, query, id=key)
                assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND", person
            for key in (session, token):
                node = await world.ask(person, "query ($id: ID!) { node(id: $id) { __typename } }", id=key)
                assert node == {"data": {"node": None}}, person
            lists = "query ($id: ID!) { node(id: $id) { ... on User { sessions { id } accessTokens { id } } } }"
            other = (await world.ask(person, lists, id=owner))["data"]["node"]
            assert other in (None, {"sessions": [], "accessTokens": []}), person
        assert len((await ask(client, TOKENS))["data"]["me"]["accessTokens"]) == 1
        mine = "query ($id: ID!) { node(id: $id) { __typename id } }"
        for key, name in ((session, "Session"), (token, "AccessToken")):
            assert (await ask(client, mine, id=key))["data"]["node"] == {"__typename": name, "id": key}


CHANGE = """mutation ($old: String!, $new: String!) {
  changePassword(currentPassword: $old, newPassword: $new) { success user { email } } }"""


async def test_a_changed_password_ends_every_other_session_and_the_old_password(served: Served, email: str) -> None:
    async with signed_in(served, email) as here, signed_in(served, email) as there, served.client() as later:
        changed = await ask(here, CHANGE, old=PASSWORD, new="another long secret")
        assert changed["data"]["changePassword"]["user"]["email"] == email
        await asyncio.sleep(KEPT_SECONDS)
        assert (await ask(there, SESSIONS))["data"]["me"] is None
        assert (await there.post("/session/renew", headers={"Adarve-Preflight": "1"})).status_code == 401
        assert len((await ask(here, SESSIONS))["data"]["me"]["sessions"]) == 1
        assert "errors" in await ask(later, SIGN_IN, email=email, password=PASSWORD)
        assert "errors" not in await ask(later, SIGN_IN, email=email, password="another long secret")


@pytest.mark.parametrize(
    ("old", "new", "argument"),
    [
        ("not the password", "another long secret", "currentPassword"),
        ("", "another long secret", "currentPassword"),
        (PASSWORD, "short", "newPassword"),
        (PASSWORD, "a" * 300, "newPassword"),
        (PASSWORD, f"somebody@{DOMAIN}", "newPassword"),
    ],
    ids=["wrong", "empty", "too short", "too long", "the address"],
)
async def test_a_password_is_not_changed_by_a_wrong_or_to_a_weak_one(
    served: Served, email: str, old: str, new: str, argument: str
) -> None:
    async with signed_in(served, email) as here, signed_in(served, email) as there:
        refused = await ask(here, CHANGE, old=old, new=new)
        assert refused["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": argument}
        await asyncio.sleep(KEPT_SECONDS)
        assert (await ask(there, SESSIONS))["data"]["me"] is not None


async def test_an_access_token_does_not_change_the_password(served: Served) -> None:
    async with await served.as_person("user") as script:
        refused = await ask(script, CHANGE, old=PASSWORD, new="another long secret")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_of_two_changes_at_the_same_moment_one_is_made(served: Served, email: str) -> None:
    async with signed_in(served, email) as here, signed_in(served, email) as there:
        answers = await asyncio.gather(
            ask(here, CHANGE, old=PASSWORD, new="another long secret"),
            ask(there, CHANGE, old=PASSWORD, new="a third long secret"),
        )
        assert sorted("errors" in answer for answer in answers) == [False, True]
