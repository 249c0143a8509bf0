"""Signing in at an OpenID Connect provider: a real one, and one that lies."""

import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from pydantic import ValidationError

from api.openid_provider import OpenIdProvider
from api.settings import Settings
from authz import web_token
from authz.openid_account import OpenIdentity, account_of
from authz.pending_login import PendingLogin
from domain.errors import AdarveError, Forbidden, Unauthenticated, Unavailable
from tests.api.conftest import Served
from tests.openid.process import free_port, openid_provider
from tests.world import DOMAIN

ACCOUNTS: dict[str, Any] = {
    "alice": {"email": f"Alice@{DOMAIN}", "email_verified": True, "name": "Alice"},
    "mallory": {"email": f"somebody@{DOMAIN}", "email_verified": False, "name": "Mallory"},
    "text": {"email": f"somebody@{DOMAIN}", "email_verified": "true", "name": "Text"},
    "somebody": {"email": f"somebody@{DOMAIN}", "email_verified": True, "name": "Somebody"},
    "plain": {"email": f"nobody_special@{DOMAIN}", "email_verified": True, "name": "Plain"},
    "without": {"name": "Without an address"},
}


@pytest.fixture(scope="module")
def provider(running: Any) -> Iterator[str]:
    address, _ = running
    client = {
        "client_id": "adarve",
        "client_secret": "a secret of the tests",
        "redirect_uris": [f"{address}/session/openid/callback"],
        "response_types": ["code"],
        "grant_types": ["authorization_code"],
    }
    with openid_provider(free_port(), [client], ACCOUNTS) as issuer:
        yield issuer


@pytest.fixture
async def openid(served: Served, provider: str) -> AsyncIterator[Served]:
    """The server, with the provider set up."""
    settings = served.services.settings
    changed = {"openid_issuer": provider, "openid_client_id": "adarve", "openid_client_secret": "a secret of the tests"}
    served.services.settings = Settings(**{**settings.model_dump(), **changed})
    served.services.openid = OpenIdProvider(served.services.settings)
    yield served
    await served.services.openid.close()
    served.services.settings, served.services.openid = settings, None


async def to_provider(client: httpx.AsyncClient, account: str | None) -> str:
    """Begin a login, sign in at the provider as somebody, and return the address to which it sends the browser back."""
    begun = await client.get("/session/openid")
    assert begun.status_code == 303, begun.text
    async with httpx.AsyncClient(cookies={"account": account} if account else {}) as browser:
        address, answer = begun.headers["location"], begun
        for _ in range(6):
            answer = await browser.get(address)
            address = str(answer.next_request.url) if answer.next_request else ""
            if "/session/openid/callback" in address:
                return address
        raise AssertionError(answer.text)


async def sign_in(client: httpx.AsyncClient, account: str | None) -> httpx.Response:
    return await client.get(await to_provider(client, account))


async def me(client: httpx.AsyncClient) -> Any:
    answer = await client.post("/api", json={"query": "{ me { email name role } }"})
    return answer.json()["data"]["me"]


@pytest.mark.slow
async def test_an_account_without_a_password_is_linked_by_its_verified_address(openid: Served) -> None:
    async with openid.client() as client:
        answer = await sign_in(client, "plain")
        assert (answer.status_code, answer.headers["location"]) == (303, "/api")
        assert (await me(client))["email"] == f"nobody_special@{DOMAIN}"
        assert client.cookies.get("openid_login") is None
        cookies = answer.headers.get_list("set-cookie")
        assert all("HttpOnly" in one for one in cookies if one.startswith(("token=", "session=")))


@pytest.mark.slow
async def test_a_new_person_needs_an_invitation_or_an_open_sign_up(openid: Served) -> None:
    async with openid.client() as client:
        refused = await sign_in(client, "alice")
        assert refused.status_code == 403
        assert "by invitation" in refused.text
        assert await me(client) is None
    await openid.world.get(
        "group_manager",
        f'mutation {{ inviteStakeholder(groupName: "shop", email: "alice@{DOMAIN}", role: USER) {{ success }} }}',
    )
    async with openid.client() as client:
        assert (await sign_in(client, "alice")).status_code == 303
        assert await me(client) == {"email": f"alice@{DOMAIN}", "name": "Alice", "role": "USER"}


@pytest.mark.slow
async def test_the_link_holds_though_the_address_changes_there(openid: Served) -> None:
    async with openid.client() as client:
        await sign_in(client, "plain")
        async with openid.services.database.connection() as connection:
            await connection.execute("UPDATE users SET email = 'moved@adarve.example' WHERE name = 'nobody_special'")
    async with openid.client() as client:
        assert (await sign_in(client, "plain")).status_code == 303
        assert (await me(client))["email"] == "moved@adarve.example"


@pytest.mark.slow
@pytest.mark.parametrize("account", ["mallory", "text", "without"])
async def test_an_address_that_is_not_verified_leads_nowhere(openid: Served, account: str) -> None:
    await openid.add_account(f"somebody@{DOMAIN}")
    async with openid.client() as client:
        answer = await sign_in(client, account)
        assert answer.status_code == 403
        assert "not verified" in answer.text
        assert await me(client) is None


@pytest.mark.slow
async def test_an_account_with_a_password_is_linked_by_its_owner_only(openid: Served) -> None:
    """Else who makes an account in somebody else's name would share what that person does later."""
    from tests.api.test_sign_in_limit import attempt

    await openid.add_account(f"somebody@{DOMAIN}")
    async with openid.client() as client:
        refused = await sign_in(client, "somebody")
        assert refused.status_code == 403
        assert "sign in with it first" in refused.text
        await attempt(client, f"somebody@{DOMAIN}", "correct horse battery staple")
        assert (await sign_in(client, "somebody")).status_code == 303
    async with openid.client() as client:
        assert (await sign_in(client, "somebody")).status_code == 303
        assert (await me(client))["email"] == f"somebody@{DOMAIN}"


async def test_an_address_that_went_to_somebody_else_at_the_provider_leads_to_no_account(served: Served) -> None:
    """A provider may give the address of who has left to who comes next."""
    database, email = served.services.database, f"nobody_special@{DOMAIN}"
    before = OpenIdentity(ISSUER, "who has left", email, "Before")
    account = await account_of(database, before, signed_in=None, open_sign_up=False)
    assert account["email"] == email
    after = OpenIdentity(ISSUER, "who came next", email, "After")
    with pytest.raises(Forbidden, match="belongs to somebody else"):
        await account_of(database, after, signed_in=None, open_sign_up=True)
    elsewhere = OpenIdentity("https://another.example", "the same person", email, "Elsewhere")
    assert (await account_of(database, elsewhere, signed_in=None, open_sign_up=False))["user_id"] == account["user_id"]


@pytest.mark.slow
async def test_a_suspended_account_stays_out(openid: Served) -> None:
    async with openid.client() as client:
        await sign_in(client, "plain")
        async with openid.services.database.connection() as connection:
            await connection.execute("UPDATE users SET suspended = true WHERE name = 'nobody_special'")
    async with openid.client() as client:
        assert (await sign_in(client, "plain")).status_code == 403


@pytest.mark.slow
async def test_who_says_no_at_the_provider_is_told(openid: Served) -> None:
    async with openid.client() as client:
        answer = await sign_in(client, None)
        assert answer.status_code == 401
        assert "said no" in answer.text


@pytest.mark.slow
async def test_an_answer_counts_once_in_the_browser_that_asked(openid: Served) -> None:
    async with openid.client() as mine, openid.client() as theirs:
        address = await to_provider(mine, "plain")
        assert (await theirs.get(address)).status_code == 401, "nobody is signed in by a link that was sent"
        await theirs.get("/session/openid")
        assert (await theirs.get(address)).status_code == 401
        assert (await mine.get(address)).status_code == 303
        assert (await mine.get(address)).status_code == 401


@pytest.mark.slow
async def test_the_browser_is_sent_with_pkce_state_and_nonce(openid: Served, provider: str) -> None:
    async with openid.client() as client:
        begun = await client.get("/session/openid")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()}
    assert begun.headers["location"].startswith(f"{provider}/auth?")
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert all(len(asked[name]) >= 43 for name in ("state", "nonce", "code_challenge"))
    cookie = begun.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/session/openid" in cookie


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?code=x&state=", "?state=x&error=access_denied", f"?code={'x' * 5000}&state=x"]
)
async def test_an_answer_without_a_login_is_refused(served: Served, query: str) -> None:
    served.services.openid = OpenIdProvider(LYING)
    async with served.client() as client:
        answer = await client.get(f"/session/openid/callback{query}")
        assert answer.status_code == 401
        assert "set-cookie" not in {name for name in answer.headers if "token=" in answer.headers[name]}
    await served.services.openid.close()
    served.services.openid = None


async def test_without_a_provider_there_is_nothing(served: Served) -> None:
    async with served.client() as client:
        for path in ("/session/openid", "/session/openid/callback?code=x&state=x"):
            assert (await client.get(path)).status_code == 404
        assert (await client.get("/explorer/settings.json")).json()["openid"] is None


async def test_a_login_and_a_web_token_do_not_stand_in_for_each_other(served: Served) -> None:
    keys = served.services.credentials.keys
    login = PendingLogin.begin()
    signed = login.sign(await keys.current())
    assert PendingLogin.read(signed, login.state, await keys.known()) == login
    with pytest.raises(Unauthenticated):
        web_token.read(signed, await keys.known())
    opened = await served.services.credentials.open_session(served.world.users["user"], "user", f"user@{DOMAIN}")
    for text, state in (
        (opened.web_token, login.state),
        (signed, "another"),
        ("", ""),
        (signed[:-4] + "AAAA", login.state),
    ):
        with pytest.raises(Unauthenticated):
            PendingLogin.read(text, state, await keys.known())


def test_a_provider_is_set_up_wholly_or_not_at_all() -> None:
    with pytest.raises(ValidationError, match="go together"):
        Settings(openid_issuer="https://provider.example")


ISSUER = "https://provider.example"
LYING = Settings(openid_issuer=ISSUER, openid_client_id="adarve")
KEY = RSAKey.generate_key(2048, parameters={"kid": "right"})
OTHER = RSAKey.generate_key(2048, parameters={"kid": "right"})
LOGIN = PendingLogin.begin()
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth",
    "token_endpoint": f"{ISSUER}/token",
    "userinfo_endpoint": f"{ISSUER}/me",
    "jwks_uri": f"{ISSUER}/keys",
}


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    made = {"iss": ISSUER, "aud": "adarve", "sub": "somebody", "nonce": LOGIN.nonce, "iat": now, "exp": now + 60}
    return {name: value for name, value in {**made, **changed}.items() if value is not None}


def signed(key: Any = KEY, algorithm: str = "RS256", **changed: Any) -> str:
    return jwt.encode({"alg": algorithm, "kid": "right"}, claims(**changed), key, algorithms=[algorithm])


def unsigned(header: dict[str, Any]) -> str:
    parts = [json.dumps(one).encode() for one in (header, claims())]
    return ".".join(base64.urlsafe_b64encode(one).decode().rstrip("=") for one in parts) + "."


def half_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def liar(
    token: str | None, *, metadata: dict[str, Any] | None = None, info: Any = None, status: int = 200
) -> OpenIdProvider:
    """Return a provider that says what it is told to."""
    answers = {
        "/.well-known/openid-configuration": metadata or METADATA,
        "/keys": {"keys": [KEY.as_dict(private=False)]},
        "/token": {"id_token": token, "access_token": "access", "token_type": "Bearer"} if token else {},
        "/me": info or {},
    }

    def answer(request: httpx.Request) -> httpx.Response:
        code = status if request.url.path == "/token" else 200
        return httpx.Response(code, json=answers[request.url.path])

    return OpenIdProvider(LYING, httpx.AsyncClient(transport=httpx.MockTransport(answer)))


async def test_a_right_token_is_taken_with_what_it_says() -> None:
    found = await liar(signed(email=f"X@{DOMAIN}", email_verified=True, name="X")).identity(LOGIN, "code", "https://x/")
    assert (found.issuer, found.subject, found.email, found.name) == (ISSUER, "somebody", f"x@{DOMAIN}", "X")
    provider = liar(signed(at_hash=half_hash("access")))
    assert (await provider.identity(LOGIN, "code", "https://x/")).email is None


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(lambda: signed(nonce="another"), id="the nonce of another login"),
        pytest.param(lambda: signed(nonce=None), id="no nonce"),
        pytest.param(lambda: signed(iss="https://evil.example"), id="another issuer"),
        pytest.param(lambda: signed(iss=None), id="no issuer"),
        pytest.param(lambda: signed(aud="another"), id="for another client"),
        pytest.param(lambda: signed(aud="another", azp="adarve"), id="for another client, through us"),
        pytest.param(lambda: signed(aud=["another", "adarve"]), id="for two clients, without azp"),
        pytest.param(
            lambda: signed(aud=["another", "adarve"], azp="another"), id="for two clients, made for the other"
        ),
        pytest.param(lambda: signed(exp=int(time.time()) - 3600, iat=int(time.time()) - 7200), id="expired"),
        pytest.param(lambda: signed(exp=None), id="without an end"),
        pytest.param(lambda: signed(iat=int(time.time()) + 3600), id="of the future"),
        pytest.param(lambda: signed(sub=None), id="of nobody"),
        pytest.param(lambda: signed(at_hash=half_hash("another")), id="of another access token"),
        pytest.param(lambda: signed(OTHER), id="signed by another key"),
        pytest.param(lambda: signed(OctKey.import_key("adarve" * 8), "HS256"), id="signed by a shared secret"),
        pytest.param(lambda: signed(ECKey.generate_key("P-256"), "ES256"), id="signed by a key of another kind"),
        pytest.param(lambda: unsigned({"alg": "none"}), id="not signed"),
        pytest.param(lambda: "nonsense", id="no token"),
        pytest.param(lambda: "", id="nothing"),
    ],
)
async def test_a_wrong_token_is_refused(token: Callable[[], str]) -> None:
    """Each is wrong in one thing; made when it is tried, so that it has not just expired."""
    with pytest.raises(Unauthenticated):
        await liar(token()).identity(LOGIN, "code", "https://x/")


async def test_a_code_that_the_provider_does_not_take_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        await liar(signed(), status=400).identity(LOGIN, "code", "https://x/")


@pytest.mark.parametrize(
    ("token", "info"),
    [
        (signed, {"sub": "another", "email": f"x@{DOMAIN}", "email_verified": True}),
        (partial(signed, email=f"x@{DOMAIN}"), {"sub": "somebody", "email": f"y@{DOMAIN}", "email_verified": True}),
        (signed, {"sub": "somebody", "email": "no address", "email_verified": True}),
        (signed, {"sub": "somebody", "email": f"x@{DOMAIN}", "email_verified": 1}),
        (signed, ["nonsense"]),
    ],
)
async def test_an_address_counts_only_as_one_source_verifies_it(token: Callable[[], str], info: Any) -> None:
    provider = liar(token(), info=info)
    if isinstance(info, list):
        with pytest.raises(Unavailable):
            await provider.identity(LOGIN, "code", "https://x/")
    else:
        assert (await provider.identity(LOGIN, "code", "https://x/")).email is None


@pytest.mark.parametrize(
    "changed",
    [{"issuer": "https://evil.example"}, {"token_endpoint": "http://provider.example/token"}, {"jwks_uri": None}],
)
async def test_metadata_of_another_issuer_or_in_the_open_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(Unavailable):
        await liar(signed(), metadata={**METADATA, **changed}).address(LOGIN, "https://x/")


async def test_a_key_that_the_provider_has_rotated_is_found() -> None:
    fresh, asked = RSAKey.generate_key(2048, parameters={"kid": "fresh"}), []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/keys":
            asked.append(1)
            return httpx.Response(200, json={"keys": [(KEY if len(asked) == 1 else fresh).as_dict(private=False)]})
        if request.url.path == "/token":
            token = jwt.encode({"alg": "RS256", "kid": "fresh"}, claims(), fresh)
            return httpx.Response(200, json={"id_token": token})
        return httpx.Response(200, json=METADATA)

    provider = OpenIdProvider(LYING, httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    assert (await provider.identity(LOGIN, "code", "https://x/")).subject == "somebody"
    assert len(asked) == 2


async def test_a_provider_that_cannot_be_reached_is_named() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    provider = OpenIdProvider(LYING, httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    with pytest.raises(AdarveError, match="cannot be reached"):
        await provider.address(LOGIN, "https://x/")
