"""Who still uses what is deprecated, as who administers the installation sees it; and whom a notice is for."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg

from authz.access_token import parse_access_token
from deprecation.elements import DeprecatedElements
from jobs.deprecation_notices import notices_of_month
from jobs.deprecation_usage import Client
from tests.conftest import DEPRECATED, Postgres
from tests.world import DOMAIN, World

QUERY = """{ deprecations { coordinate reason removedAfter replacement isOverdue uses
  users { name email accessTokenName clientName uses lastUsedOn } } }"""


async def token_of(world: World, person: str, name: str = "nightly") -> str:
    made = await world.services.credentials.add_access_token(world.users[person], name, timedelta(days=1))
    parsed = parse_access_token(made.text)
    assert parsed
    return parsed[0]


async def use(world: World, times: int, client: Client) -> None:
    for _ in range(times):
        world.services.usage.count(frozenset({DEPRECATED}), client)
    await world.services.usage.write()


async def test_who_used_what_is_summed_up(world: World) -> None:
    token = await token_of(world, "user")
    await use(world, 3, Client(world.users["user"], token, "portal"))
    await use(world, 2, Client(world.users["user"], token))
    await use(world, 5, Client(world.users["user"], token))
    await use(world, 1, Client())
    (found,) = (await world.get("admin", QUERY))["deprecations"]
    users = found.pop("users")
    reason = "This input field is deprecated and will be removed after 2099/06/30. Use the status input field instead."
    assert found == {
        "coordinate": DEPRECATED,
        "reason": reason,
        "removedAfter": "2099-06-30",
        "replacement": "status",
        "isOverdue": False,
        "uses": 11,
    }
    assert {one["lastUsedOn"] for one in users} == {datetime.now(UTC).date().isoformat()}
    email = f"user@{DOMAIN}"
    assert [
        tuple(one[name] for name in ("name", "email", "accessTokenName", "clientName", "uses")) for one in users
    ] == [
        (f"{email} (token nightly)", email, "nightly", None, 7),
        (f"{email} (token nightly, client portal)", email, "nightly", "portal", 3),
        ("nobody signed in", None, None, None, 1),
    ]


async def test_uses_of_long_ago_do_not_count(world: World, module_postgres: Postgres) -> None:
    await use(world, 4, Client(name="old"))
    await use(world, 1, Client(name="new"))
    connection = await asyncpg.connect(module_postgres.superuser)
    await connection.execute("UPDATE deprecation_uses SET day = day - 30 WHERE client_name = 'old'")
    await connection.close()
    (found,) = (await world.get("admin", QUERY))["deprecations"]
    assert (found["uses"], [one["clientName"] for one in found["users"]]) == (1, ["new"])


async def test_the_most_eager_fifty_are_listed_and_all_are_counted(world: World) -> None:
    for number in range(60):
        world.services.usage.count(frozenset({DEPRECATED}), Client(world.users["user"], f"{number:016x}"))
    world.services.usage.count(frozenset({DEPRECATED}), Client(world.users["user"], f"{59:016x}"))
    await world.services.usage.write()
    (found,) = (await world.get("admin", QUERY))["deprecations"]
    assert (found["uses"], len(found["users"]), found["users"][0]["uses"]) == (61, 50, 2)


async def test_nobody_else_sees_it(world: World) -> None:
    await use(world, 1, Client(world.users["user"]))
    for person in ("user", "organization_manager", "hacker"):
        answer: Any = await world.ask(person, QUERY)
        assert answer["data"] == {"deprecations": None}
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_notice_is_for_owners_of_tokens_that_work(world: World) -> None:
    nightly, report = await token_of(world, "user"), await token_of(world, "user", "report")
    suspended, revoked = await token_of(world, "reviewer"), await token_of(world, "architect")
    for token, person in ((nightly, "user"), (report, "user"), (suspended, "reviewer"), (revoked, "architect")):
        await use(world, 2, Client(world.users[person], token))
    await use(world, 1, Client(world.users["hacker"]))
    async with world.services.database.connection() as connection:
        await connection.execute("UPDATE users SET suspended = true WHERE user_id = $1", world.users["reviewer"])
        await connection.execute("UPDATE access_tokens SET revoked_at = now() WHERE access_token_id = $1", revoked)
    elements = DeprecatedElements(world.services.execution.schema)
    (notice,) = await notices_of_month(world.services.database, elements, date(2099, 6, 1))
    assert notice.email == f"user@{DOMAIN}"
    assert notice.subject == "1 of what your access tokens use goes by the end of June 2099"
    assert notice.text.count(f"- {DEPRECATED}, after 2099/06/30. Use status instead.") == 2
    (early,) = await notices_of_month(world.services.database, elements, date(2099, 5, 1))
    assert early.subject == "Your access tokens use what is deprecated"
