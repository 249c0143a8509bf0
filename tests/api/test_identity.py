"""Who a request says it is: tokens, cookies, and what another site cannot make a browser do."""

import base64
import json

import pytest

from database import session
from database.unit_of_work import unit_of_work
from tests.api.conftest import PASSWORD, Served

ME = "{ me { email role } }"
SIGN_IN = """mutation ($email: EmailAddress!, $password: String!) {
  signIn(email: $email, password: $password) { success user { email } } }"""


async def test_an_access_token_and_a_web_token_name_their_user(served: Served) -> None:
    async with await served.as_person("user") as client:
        answer = (await client.post("/api", json={"query": ME})).json()
        assert answer == {"data": {"me": {"email": "user@adarve.example", "role": "USER"}}}
    async with await served.signed_in("user") as client:
        token = client.cookies["token"]
    async with served.client(headers={"Authorization": f"Bearer {token}"}) as client:
        assert (await client.post("/api", json={"query": ME})).json() == answer


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer", "Basic dTpw", "adv_1", "Bearer adv_0_0"])
async def test_a_wrong_authorization_is_401(served: Served, header: str) -> None:
    async with served.client(headers={"Authorization": header}) as client:
        response = await client.post("/api", json={"query": ME})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_an_access_token_with_another_secret_is_401(served: Served) -> None:
    import zlib

    token = await served.token("user")
    body = token[:-48] + "0" * 40
    forged = body + f"{zlib.crc32(body.encode()):08x}"
    async with served.client(headers={"Authorization": f"Bearer {forged}"}) as client:
        assert (await client.post("/api", json={"query": ME})).status_code == 401


async def test_nobody_is_null(served: Served) -> None:
    async with served.client() as client:
        assert (await client.post("/api", json={"query": ME})).json() == {"data": {"me": None}}


async def test_signing_in_sets_the_cookies_and_signing_out_takes_them_back(served: Served) -> None:
    await served.add_account("new@adarve.example")
    async with served.client() as client:
        variables = {"email": "NEW@adarve.example", "password": PASSWORD}
        response = await client.post("/api", json={"query": SIGN_IN, "variables": variables})
        assert response.json()["data"]["signIn"]["user"] == {"email": "new@adarve.example"}
        cookies = {line.split("=")[0]: line for line in response.headers.get_list("set-cookie")}
        assert cookies.keys() == {"session", "token", "user"}
        assert all("SameSite=lax" in line and "Secure" not in line for line in cookies.values())
        assert "HttpOnly" in cookies["session"]
        assert "HttpOnly" in cookies["token"]
        assert "HttpOnly" not in cookies["user"]
        assert "Path=/session" in cookies["session"]
        shown = client.cookies["user"]
        assert json.loads(base64.urlsafe_b64decode(shown + "==")) == {"name": "Somebody", "email": "new@adarve.example"}
        token = client.cookies["token"]
        assert (await client.post("/api", json={"query": ME})).json()["data"]["me"]
        response = await client.post("/api", json={"query": "mutation { signOut { success } }"})
        assert response.json() == {"data": {"signOut": {"success": True}}}
        assert "token" not in client.cookies
        assert "session" not in client.cookies
    async with served.client(headers={"Authorization": f"Bearer {token}"}) as client:
        assert (await client.post("/api", json={"query": ME})).status_code == 401, "the token ended with its session"


async def test_cookies_are_secure_where_the_connection_is_not_loopback(served: Served) -> None:
    await served.add_account("new@adarve.example")
    async with served.client(headers={"host": "adarve.example"}) as client:
        variables = {"email": "new@adarve.example", "password": PASSWORD}
        response = await client.post("/api", json={"query": SIGN_IN, "variables": variables})
    assert all("Secure" in line for line in response.headers.get_list("set-cookie"))


@pytest.mark.parametrize("email", ["new@adarve.example", "nobody@adarve.example"])
async def test_a_wrong_password_and_an_unknown_account_are_answered_alike(served: Served, email: str) -> None:
    await served.add_account("new@adarve.example")
    async with served.client() as client:
        variables = {"email": email, "password": "wrong wrong wrong"}
        response = await client.post("/api", json={"query": SIGN_IN, "variables": variables})
    (error,) = response.json()["errors"]
    assert error["message"] == "The e-mail address or the password is wrong."
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}
    assert "set-cookie" not in response.headers


async def test_a_suspended_user_is_out(served: Served) -> None:
    client = await served.as_person("user")
    async with served.services.database.connection() as connection:
        await connection.execute("UPDATE users SET suspended = true WHERE user_id = $1", served.world.users["user"])
    async with client:
        assert (await client.post("/api", json={"query": ME})).status_code == 401


async def test_a_revoked_session_is_out_and_cannot_be_renewed(served: Served) -> None:
    async with await served.signed_in("user") as client:
        token = await served.services.credentials.read_web_token(client.cookies["token"])
        async with unit_of_work(served.services.database, None, None) as work:
            await work.run(session.REVOKE_SESSION, session_id=token.session_id)
        assert (await client.post("/api", json={"query": ME})).json() == {"data": {"me": None}}
        response = await client.post("/session/renew", headers={"Adarve-Preflight": "1"})
        assert response.status_code == 401


async def test_a_session_is_renewed_by_its_cookie(served: Served) -> None:
    async with await served.signed_in("user") as client:
        before = client.cookies["token"]
        response = await client.post("/session/renew", headers={"Adarve-Preflight": "1"})
        assert response.status_code == 200
        assert response.json()["email"] == "user@adarve.example"
        assert "session=" not in "".join(response.headers.get_list("set-cookie")), "its secret stays as it is"
        after = [cookie.value for cookie in client.cookies.jar if cookie.name == "token"][-1]
        assert after != before
        assert (await client.post("/session/renew")).status_code == 403
        headers = {"Adarve-Preflight": "1", "Origin": "https://evil.example"}
        assert (await client.post("/session/renew", headers=headers)).status_code == 403


@pytest.mark.parametrize(
    ("headers", "counts"),
    [
        ({}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
    ],
)
async def test_the_cookie_counts_only_for_pages_of_our_own(served: Served, headers: dict, counts: bool) -> None:
    async with await served.signed_in("user") as client:
        answer = (await client.post("/api", json={"query": ME}, headers=headers)).json()
    assert (answer["data"]["me"] is not None) == counts


async def test_on_get_and_multipart_the_cookie_needs_the_preflight_header(served: Served) -> None:
    form = {"operations": json.dumps({"query": ME}), "map": "{}"}
    async with await served.signed_in("user") as client:
        assert (await client.get("/api", params={"query": ME})).json()["data"]["me"] is None
        assert (await client.post("/api", data=form, files={"0": b"x"})).json()["data"]["me"] is None
        headers = {"Adarve-Preflight": "1"}
        assert (await client.get("/api", params={"query": ME}, headers=headers)).json()["data"]["me"]
        assert (await client.post("/api", data=form, files={"0": b"x"}, headers=headers)).json()["data"]["me"]


async def test_the_demo_sign_in_is_not_there_outside_the_demo(served: Served) -> None:
    async with served.client(headers={"Adarve-Preflight": "1"}) as client:
        response = await client.post("/demo/sign-in", json={"email": "user@demo.example"})
    assert response.status_code == 404


async def test_the_demo_sign_in_is_for_demo_accounts_from_this_machine_by_its_own_name(served: Served) -> None:
    await served.add_account("user@demo.example")
    served.services.is_demo = True
    async with served.client(headers={"Adarve-Preflight": "1"}) as client:
        for host in ("evil.example", "10.0.0.1", "127.0.0.1.evil.example"):
            response = await client.post("/demo/sign-in", json={"email": "user@demo.example"}, headers={"host": host})
            assert response.status_code == 404, host
        body: object
        for body in ({"email": "user@adarve.example"}, {"email": 7}, [], None):
            assert (await client.post("/demo/sign-in", json=body)).status_code == 400
        assert (await client.post("/demo/sign-in", json={"email": "x@demo.example"})).status_code == 404
        assert (await client.post("/demo/sign-in", json={"email": "user@demo.example"})).status_code == 200
        assert (await client.post("/api", json={"query": ME})).json()["data"]["me"]["email"] == "user@demo.example"
    async with served.client() as client:
        assert (await client.post("/demo/sign-in", json={"email": "user@demo.example"})).status_code == 403
