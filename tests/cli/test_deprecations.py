"""`adarve deprecations`: the checker's commands, and the notices beside them."""

from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from cli.deprecations import next_month
from cli.main import cli
from cli.notices import read_notices
from deprecation.elements import DeprecatedElements
from jobs.deprecation_usage import Client
from tests.conftest import DEPRECATED
from tests.resolvers.test_deprecation import token_of, use
from tests.world import DOMAIN, World


def test_all_commands_are_listed() -> None:
    said = CliRunner().invoke(cli, ["deprecations", "--help"])
    assert said.exit_code == 0
    for name in ("check", "audit", "list", "notices"):
        assert f"\n  {name} " in said.output


@pytest.mark.parametrize("month", ["2027", "2027-13", "2027-03-01", "soon"])
def test_a_month_is_a_month(month: str) -> None:
    said = CliRunner().invoke(cli, ["deprecations", "notices", "--month", month])
    assert said.exit_code == 2
    assert f"{month!r} is no month; write YYYY-MM." in said.stderr


def test_the_month_is_the_next_one() -> None:
    today = datetime.now(UTC).date()
    assert next_month().day == 1
    assert 0 < (next_month() - today).days <= 31


async def test_notices_are_read_from_the_database(world: World) -> None:
    await use(world, 2, Client(world.users["user"], await token_of(world, "user")))
    elements = DeprecatedElements(world.services.execution.schema)
    (notice,) = await read_notices(world.services.database.url, elements, date(2099, 6, 1))
    assert notice.email == f"user@{DOMAIN}"
    assert DEPRECATED in notice.text


def test_notices_of_the_contract_are_printed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADARVE_DATABASE_URL", world.services.database.url)
    said = CliRunner().invoke(cli, ["deprecations", "notices", "--month", "2099-06"])
    assert (said.exit_code, said.output) == (0, "[]\n"), "nothing of the contract is marked yet"
