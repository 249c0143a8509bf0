"""With ADARVE_DATABASE_URL the commands use that database: also with one role that owns it."""

import asyncio
import os
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest

from tests.conftest import Postgres, _execute
from tests.served_demo import ADARVE, ROOT, served_demo

pytestmark = pytest.mark.slow


@pytest.fixture
def own_url(postgres: Postgres) -> Iterator[str]:
    """The address of an empty database, as the one ordinary role that owns it."""
    name = f"own_{uuid.uuid4().hex[:8]}"
    asyncio.run(_execute(postgres.superuser, f"CREATE ROLE {name} LOGIN PASSWORD 'own'"))
    asyncio.run(_execute(postgres.superuser, f"CREATE DATABASE {name} OWNER {name}"))
    parts = urlsplit(postgres.superuser)
    place = parts.netloc.rpartition("@")[2]
    yield urlunsplit(parts._replace(netloc=f"{name}:own@{place}", path=f"/{name}"))
    asyncio.run(_execute(postgres.superuser, f"DROP DATABASE {name} WITH (FORCE)"))
    asyncio.run(_execute(postgres.superuser, f"DROP ROLE {name}"))


def test_the_demo_and_a_token_use_the_database_that_they_are_given(own_url: str, tmp_path: Path) -> None:
    with served_demo(tmp_path / "unused", ADARVE_DATABASE_URL=own_url) as demo:
        done = subprocess.run(
            [*ADARVE, "token", "user@demo.example"],
            cwd=ROOT,
            env=os.environ | {"ADARVE_DATABASE_URL": own_url},
            capture_output=True,
            text=True,
            check=True,
        )
        headers = {"Authorization": f"Bearer {done.stdout.strip()}"}
        query = '{ me { email } group(name: "shop") { findings { totalCount } } search(text: "eval") { totalCount } }'
        answer = httpx.post(f"{demo.address}/api", json={"query": query}, headers=headers, timeout=20).json()
        assert answer["data"]["me"] == {"email": "user@demo.example"}
        assert answer["data"]["group"]["findings"]["totalCount"] >= 30
        assert answer["data"]["search"]["totalCount"] > 0
        assert demo.stop() == 0
    assert not (tmp_path / "unused").exists()


def test_a_superuser_is_refused(postgres: Postgres, template: str) -> None:
    folder = Path(tempfile.mkdtemp())
    done = subprocess.run(
        [*ADARVE, "serve", "--port", "0", "--no-migrate", "--data-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | {"ADARVE_DATABASE_URL": postgres.of(template).superuser},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("adarve: ADARVE_DATABASE_URL connects as ")
    assert "ignores row-level security" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_database_that_cannot_be_reached_is_said_in_a_line() -> None:
    url = "postgresql://nobody:secret@127.0.0.1:9/nothing"
    for words in (
        ["serve", "--port", "0"],
        ["migrate"],
        ["token", "a@b.example"],
        ["serve", "--port", "0", "--no-migrate"],
    ):
        done = subprocess.run(
            [*ADARVE, *words],
            cwd=ROOT,
            env=os.environ | {"ADARVE_DATABASE_URL": url},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1
        assert done.stderr.startswith("adarve: The database cannot be"), done.stderr
        assert "secret" not in done.stderr
