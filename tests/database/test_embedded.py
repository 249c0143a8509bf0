"""The embedded PostgreSQL starts, is taken over, and stops; permissions elsewhere stay as they are."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from cli.database_server import own_database, shared_database
from cli.options import settings_from
from database.embedded import EmbeddedServer
from database.embedded_binaries import SYSTEM_FOLDER, find_binaries
from domain.errors import Unavailable

pytestmark = pytest.mark.slow


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder below one that other users cannot enter, as a clone below /root is."""
    outer = Path(tempfile.mkdtemp(prefix="adarve-embedded-"))
    outer.chmod(0o700)
    yield outer / "data"
    for server in (EmbeddedServer(outer / "data"),):
        if server._take_over():
            server.stop()
        server.remove()
    shutil.rmtree(outer)


def version(url: str) -> str:
    async def ask() -> str:
        connection = await asyncpg.connect(url)
        try:
            return str(await connection.fetchval("SHOW server_version"))
        finally:
            await connection.close()

    return asyncio.run(ask())


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_server_starts_where_others_cannot_look_and_stops(folder: Path) -> None:
    server = EmbeddedServer(folder).start()
    urls = asyncio.run(server.prepare())
    assert version(urls.application).startswith("18.")
    assert folder.parent.stat().st_mode & 0o777 == 0o700, "no permission is changed"
    assert (folder / "database-passwords.json").stat().st_mode & 0o777 == 0o600
    pid = server._pid or 0
    server.stop()
    assert not alive(pid)
    assert not server._socket.exists()


def test_git_leaves_a_data_folder_alone(folder: Path) -> None:
    """It has passwords in it, and may lie in somebody's work tree."""
    EmbeddedServer(folder / "data")
    (folder / "data" / "database-passwords.json").write_text("{}")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    status = ["git", "-C", str(folder), "status", "--porcelain", "--untracked-files=all"]
    assert subprocess.run(status, check=True, capture_output=True, text=True).stdout == ""


def test_a_server_that_was_left_behind_is_taken_over(folder: Path) -> None:
    first = EmbeddedServer(folder).start()
    asyncio.run(first.prepare())
    second = EmbeddedServer(folder).start()
    assert second._process is None
    assert version(second.urls.application).startswith("18.")
    second.stop()
    assert first._gone_within(5)


def test_what_was_stored_is_there_after_a_restart(folder: Path) -> None:
    async def run(url: str, sql: str) -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    server = EmbeddedServer(folder).start()
    urls = asyncio.run(server.prepare())
    asyncio.run(run(urls.owner, "CREATE TABLE kept AS SELECT 42 AS answer"))
    server.stop()
    again = EmbeddedServer(folder).start()
    assert asyncio.run(run(asyncio.run(again.prepare()).owner, "SELECT answer FROM kept")) == 42
    again.stop()


def test_as_root_the_programs_run_as_somebody_else_from_a_copy() -> None:
    binaries = find_binaries()
    if os.geteuid() == 0:
        assert SYSTEM_FOLDER in binaries.folder.parents
        assert binaries.account is not None
        assert binaries.account.user_id != 0
    else:
        assert binaries.account is None
    assert Path(binaries.program("postgres")).exists()


def test_a_data_folder_has_one_server_and_a_short_command_may_join_it(folder: Path) -> None:
    settings = settings_from(data_dir=folder)
    with own_database(settings) as urls:
        with pytest.raises(Unavailable, match="Another Adarve is running"), own_database(settings):
            pass
        with shared_database(settings) as joined:
            assert joined == urls
        assert version(urls.application).startswith("18."), "joining and leaving does not stop it"


def test_a_short_command_starts_and_stops_the_database_where_none_runs(folder: Path) -> None:
    settings = settings_from(data_dir=folder)
    with pytest.raises(Unavailable, match="There is no data in"), shared_database(settings):
        pass
    folder.mkdir()
    with shared_database(settings) as urls:
        assert version(urls.application).startswith("18.")
    assert not EmbeddedServer(folder)._take_over()
