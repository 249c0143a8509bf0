"""Signing keys are rotated while requests run: nobody is signed out, and what is gone is gone within a second."""

import asyncio
from datetime import timedelta
from unittest.mock import patch

import jwt
import pytest

from authz import credentials as credentials_module
from authz import signing_keys, web_token
from authz.signing_keys import SigningKeys, rotate
from domain.errors import Unauthenticated
from tests.api.conftest import PASSWORD, Served
from tests.world import DOMAIN

pytestmark = pytest.mark.slow

EMAIL = f"keys@{DOMAIN}"
SIGN_IN = (
    "mutation ($email: EmailAddress!, $password: String!) { signIn(email: $email, password: $password) { success } }"
)
ME = {"query": "{ me { email } }"}
WITHIN = signing_keys.LOOK_AGAIN_SECONDS + 0.05


async def signed_in(served: Served) -> str:
    """Return a web token of a new session."""
    await served.add_account(EMAIL)
    async with served.client() as client:
        variables = {"email": EMAIL, "password": PASSWORD}
        await client.post("/api", json={"query": SIGN_IN, "variables": variables})
        return client.cookies["token"]


async def who(served: Served, token: str) -> str | None:
    async with served.client(headers={"Authorization": f"Bearer {token}"}) as client:
        answer = (await client.post("/api", json=ME)).json()
        return answer["data"]["me"]["email"] if answer.get("data") and answer["data"]["me"] else None


async def key_ids(served: Served) -> list[str]:
    async with served.client() as client:
        return [key["kid"] for key in (await client.get("/.well-known/jwks.json")).json()["keys"]]


async def test_a_token_of_the_old_key_and_one_of_the_new_are_both_good_after_a_rotation(served: Served) -> None:
    old = await signed_in(served)
    key_id = await rotate(served.services.database)
    await asyncio.sleep(WITHIN)
    assert await who(served, old) == EMAIL
    user_id = jwt.decode(old, options={"verify_signature": False})["sub"]
    session = await served.services.credentials.open_session(user_id, "Somebody", EMAIL)
    assert jwt.get_unverified_header(session.web_token)["kid"] == key_id
    assert await who(served, session.web_token) == EMAIL
    assert (await key_ids(served))[0] == key_id
    assert jwt.get_unverified_header(old)["kid"] in await key_ids(served)


async def test_a_key_that_leaked_verifies_nothing_within_a_second(served: Served) -> None:
    old = await signed_in(served)
    assert await who(served, old) == EMAIL
    key_id = await rotate(served.services.database, at_once=True)
    await asyncio.sleep(WITHIN)
    assert await who(served, old) is None
    assert await key_ids(served) == [key_id]


async def test_who_was_let_in_by_a_key_that_leaked_is_out_within_a_second(served: Served) -> None:
    """A WebSocket asks for the subject again for each payload; its token was read when it was opened."""
    credentials = served.services.credentials
    token = await credentials.read_web_token(await signed_in(served))
    assert await credentials.subject_of_session(token) is not None
    await rotate(served.services.database)
    await asyncio.sleep(WITHIN)
    assert await credentials.subject_of_session(token) is not None
    await rotate(served.services.database, at_once=True)
    await asyncio.sleep(WITHIN)
    assert await credentials.subject_of_session(token) is None


async def test_requests_go_on_while_keys_are_rotated(served: Served) -> None:
    token = await signed_in(served)
    stopping = asyncio.Event()
    seen: list[str | None] = []

    async def ask_on_and_on() -> None:
        while not stopping.is_set():
            seen.append(await who(served, token))

    asking = asyncio.create_task(ask_on_and_on())
    for _ in range(4):
        await rotate(served.services.database)
        await asyncio.sleep(0.4)
    stopping.set()
    await asking
    assert len(seen) > 10
    assert set(seen) == {EMAIL}


async def test_a_retired_key_is_no_longer_known_once_its_last_token_has_ended(served: Served) -> None:
    database = served.services.database
    await rotate(database)
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE signing_keys SET retired_at = now() - $1::interval WHERE retired_at IS NOT NULL",
            signing_keys.OVERLAP + timedelta(seconds=1),
        )
    assert len(await SigningKeys(database).known()) == 1
    await rotate(database)
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM signing_keys") == 2
    assert signing_keys.OVERLAP > web_token.LIFETIME


async def test_the_published_keys_verify_tokens_and_hold_no_secret(served: Served) -> None:
    token = await signed_in(served)
    async with served.client() as client:
        answer = await client.get("/.well-known/jwks.json")
    assert answer.headers["content-type"] == "application/jwk-set+json"
    assert all(key.keys() == {"kty", "crv", "alg", "use", "kid", "x"} for key in answer.json()["keys"])
    keys = jwt.PyJWKSet.from_dict(answer.json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, key.key, algorithms=["EdDSA"], audience="adarve-api", issuer="adarve")["jti"]


async def test_a_signature_is_verified_once_and_the_end_of_its_token_each_time(served: Served) -> None:
    token, credentials = await signed_in(served), served.services.credentials
    credentials.forget()
    with patch.object(web_token, "read", wraps=web_token.read) as read:
        first = await credentials.read_web_token(token)
        assert await credentials.read_web_token(token) is first
        assert read.call_count == 1
        with patch.object(credentials_module, "datetime") as clock:
            clock.now.return_value = first.expires_at + timedelta(seconds=1)
            await credentials.read_web_token(token)
        assert read.call_count == 2, "what has expired is read again, and refused there"
        forged = f"{token[:-4]}AAAA"
        for _ in range(2):
            with pytest.raises(Unauthenticated):
                await credentials.read_web_token(forged)
        assert read.call_count == 4
