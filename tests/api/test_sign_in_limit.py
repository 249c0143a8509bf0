"""Passwords cannot be guessed on and on: attempts count, by account and by address, however they are sent."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from argon2 import PasswordHasher

from authz import passwords
from authz.sign_in_limit import MOST_OF_ACCOUNT, MOST_OF_ADDRESS, _network
from database.session import MOST_LISTED
from tests.api.conftest import PASSWORD, Served
from tests.api.test_graphql_websocket import Socket, open_socket
from tests.world import DOMAIN

pytestmark = pytest.mark.slow

SIGN_IN = """mutation ($email: EmailAddress!, $password: String!) {
  signIn(email: $email, password: $password) { user { email } } }"""
WRONG = "wrong"
EMAIL = f"somebody@{DOMAIN}"


async def attempt(client: Any, email: str = EMAIL, password: str = WRONG, **options: Any) -> Any:
    body = {"query": SIGN_IN, "variables": {"email": email, "password": password}}
    return (await client.post("/api", json=body, **options)).json()


def code(answer: Any) -> str | None:
    return answer["errors"][0]["extensions"]["code"] if answer.get("errors") else None


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hundreds of passwords are tried here; what one costs is not what is tested."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords._decoy.cache_clear()
    yield
    passwords._decoy.cache_clear()


@pytest.fixture
async def account(served: Served) -> str:
    await served.add_account(EMAIL)
    return EMAIL


async def test_an_account_is_closed_after_too_many_attempts_even_to_the_right_password(
    served: Served, account: str
) -> None:
    async with served.client() as client:
        answers = [code(await attempt(client)) for _ in range(MOST_OF_ACCOUNT)]
        assert set(answers) == {"UNAUTHENTICATED"}
        refused = await attempt(client, password=PASSWORD)
        assert code(refused) == "RATE_LIMITED"
        assert 0 < refused["errors"][0]["extensions"]["retryAfterSeconds"] <= 900
        assert client.cookies.get("session") is None


async def test_whether_there_is_an_account_makes_no_difference(served: Served, account: str) -> None:
    told = {}
    async with served.client() as client:
        for email in (EMAIL, f"nobody.there@{DOMAIN}"):
            answers = [await attempt(client, email) for _ in range(MOST_OF_ACCOUNT + 1)]
            told[email] = [
                (one["errors"][0]["extensions"]["code"], one["errors"][0]["message"][:40]) for one in answers
            ]
    first, second = told.values()
    assert first == second


async def test_the_same_work_is_done_whether_or_not_there_is_an_account(
    served: Served, account: str, monkeypatch
) -> None:
    """Time follows work: the same statements, and one password hash."""
    worked: list[str] = []
    real = passwords._matches

    def noting(password: str, stored: str | None) -> bool:
        worked.append("hash")
        return real(password, stored)

    monkeypatch.setattr(passwords, "_matches", noting)
    work = {}
    async with served.client() as client:
        for email in (EMAIL, f"nobody.there@{DOMAIN}"):
            worked.clear()
            served.services.database.observers.append(worked.append)
            await attempt(client, email)
            served.services.database.observers.clear()
            work[email] = [one for one in worked if "authorization_changes" not in one]
    first, second = work.values()
    assert first == second
    assert "hash" in first


@pytest.mark.parametrize("form", ["{0}", "... on Mutation {{ {0} }}", "...all"])
async def test_an_operation_tries_one_password(served: Served, account: str, form: str) -> None:
    """So neither guessing in batches nor hashing in batches is worth while."""
    aliases = " ".join(f'a{n}: signIn(email: "{EMAIL}", password: "{PASSWORD}") {{ success }}' for n in range(2))
    fragment = f"fragment all on Mutation {{ {aliases} }}" if form == "...all" else ""
    async with served.client() as client:
        body = {"query": f"mutation {{ {form.format(aliases)} }} {fragment}"}
        answer = await client.post("/api", json=body)
    assert code(answer.json()) == "COST_LIMIT_EXCEEDED"
    assert "set-cookie" not in answer.headers


async def test_an_address_that_is_refused_does_not_close_the_accounts_of_others(served: Served, account: str) -> None:
    async with served.client() as client:
        for number in range(MOST_OF_ADDRESS + 1):
            await attempt(client, f"person{number}@{DOMAIN}")
        for _ in range(MOST_OF_ACCOUNT + 1):
            assert code(await attempt(client)) == "RATE_LIMITED"
    async with served.services.database.connection() as connection:
        await connection.execute("DELETE FROM sign_in_attempts WHERE attempts > $1", MOST_OF_ADDRESS)
    async with served.client() as client:
        assert code(await attempt(client, password=PASSWORD)) is None


async def test_an_account_has_a_limit_of_sessions(served: Served, account: str, monkeypatch) -> None:
    for _ in range(4):
        async with served.client() as client:
            await attempt(client, password=PASSWORD)
    async with served.services.database.connection() as connection:
        rows = await connection.fetch("SELECT created_at FROM sessions ORDER BY created_at")
        await connection.execute(
            "INSERT INTO sessions (session_id, user_id, secret_hash, created_at, expires_at) SELECT gen_random_uuid(), "
            "user_id, sha256(n::text::bytea), created_at + n * interval '1 second', expires_at "
            "FROM sessions, generate_series(1, 100) n WHERE created_at = $1",
            rows[0]["created_at"],
        )
    async with served.client() as client:
        await attempt(client, password=PASSWORD)
    async with served.services.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM sessions WHERE revoked_at IS NULL") == MOST_LISTED


async def test_attempts_at_the_same_moment_all_count(served: Served, account: str) -> None:
    async with served.client() as client:
        answers = await asyncio.gather(*(attempt(client) for _ in range(MOST_OF_ACCOUNT + 10)))
    assert [code(one) for one in answers].count("UNAUTHENTICATED") == MOST_OF_ACCOUNT


async def test_attempts_over_a_websocket_count_alike(served: Served, account: str) -> None:
    async with open_socket(served) as connection:
        socket = await Socket(connection).init()
        codes = []
        for number in range(MOST_OF_ACCOUNT + 1):
            await socket.subscribe(str(number), SIGN_IN, email=EMAIL, password="wrong")
            message = await socket.receive()
            codes.append(code(message["payload"]))
            await socket.receive()
    assert codes[-1] == "RATE_LIMITED"


async def test_an_address_has_a_limit_over_all_accounts(served: Served) -> None:
    async with served.client() as client:
        codes = [code(await attempt(client, f"person{n}@{DOMAIN}")) for n in range(MOST_OF_ADDRESS + 1)]
    assert codes[:MOST_OF_ADDRESS] == ["UNAUTHENTICATED"] * MOST_OF_ADDRESS
    assert codes[-1] == "RATE_LIMITED"


async def test_a_right_password_begins_anew(served: Served, account: str) -> None:
    for _ in range(3):
        async with served.client() as client:
            for _ in range(MOST_OF_ACCOUNT - 1):
                await attempt(client)
            assert code(await attempt(client, password=PASSWORD)) is None


async def test_the_limit_ends_with_its_window(served: Served, account: str) -> None:
    async with served.client() as client:
        for _ in range(MOST_OF_ACCOUNT + 1):
            await attempt(client)
        async with served.services.database.connection() as connection:
            await connection.execute("UPDATE sign_in_attempts SET window_began_at = now() - interval '16 minutes'")
        assert code(await attempt(client, password=PASSWORD)) is None


async def test_the_present_password_cannot_be_guessed_by_changing_it(served: Served, account: str) -> None:
    change = """mutation { changePassword(currentPassword: "guess", newPassword: "another good long password") {
      success } }"""
    async with served.client() as client:
        await attempt(client, password=PASSWORD)
        codes = [code((await client.post("/api", json={"query": change})).json()) for _ in range(MOST_OF_ACCOUNT + 1)]
    assert codes == ["BAD_USER_INPUT"] * MOST_OF_ACCOUNT + ["RATE_LIMITED"]


async def test_signing_up_counts_too_so_that_nobody_asks_who_has_an_account(served: Served, account: str) -> None:
    sign_up = """mutation ($email: EmailAddress!) { signUp(email: $email, name: "x", password: "a long enough password")
      { success } }"""
    async with served.client() as client:
        codes = []
        for number in range(MOST_OF_ADDRESS + 1):
            body = {"query": sign_up, "variables": {"email": f"p{number}@{DOMAIN}"}}
            codes.append(code((await client.post("/api", json=body)).json()))
    assert set(codes[:-1]) == {"FORBIDDEN"}
    assert codes[-1] == "RATE_LIMITED"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2", True),
        (None, "nonsense", True),
    ],
)
def test_what_counts_as_one_address(one: str | None, other: str | None, same: bool) -> None:
    assert (_network(one) == _network(other)) == same


async def test_nobody_is_told_who_tried(served: Served) -> None:
    async with served.client() as client:
        await attempt(client)
    async with served.services.database.connection() as connection:
        rows = await connection.fetch("SELECT * FROM sign_in_attempts")
    assert len(rows) == 2
    assert "somebody" not in str(rows)


async def test_another_site_cannot_sign_its_visitor_in(served: Served, account: str) -> None:
    """A form of another site posts without asking first; it must not leave cookies."""
    form = {"operations": (None, '{"query": "mutation { signIn(email: \\"%s\\", password: \\"%s\\") { success } }"}')}
    operations = form["operations"][1] % (EMAIL, PASSWORD)
    for headers in ({}, {"Origin": "https://evil.example", "Adarve-Preflight": "1"}):
        async with served.client() as client:
            files = {"operations": (None, operations), "map": (None, "{}")}
            answer = await client.post("/api", files=files, headers=headers)
            assert answer.status_code == 200
            assert "set-cookie" not in answer.headers
    async with served.client() as client:
        assert code(await attempt(client, password=PASSWORD, headers={"Origin": "https://evil.example"})) is None
        assert not client.cookies
        assert code(await attempt(client, password=PASSWORD, headers={"Origin": served.address})) is None
        assert client.cookies.get("token")
