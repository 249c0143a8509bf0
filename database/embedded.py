"""The embedded PostgreSQL: a real server of our own in the data folder, started and stopped with ours.

It listens on a Unix socket only and asks for passwords that lie, readable by us alone, in the data folder. A server
that a killed process left behind is taken over by the next start.
"""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import asyncpg

from database.embedded_binaries import SYSTEM_FOLDER, Binaries, find_binaries
from domain.errors import Unavailable

START_SECONDS = 60
STOP_SECONDS = 20
OWNER, APPLICATION, DATABASE = "adarve_owner", "adarve_app", "adarve"
_ROLES = (OWNER, APPLICATION)


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """How the server connects for its work, and how migrations do."""

    application: str
    owner: str


class EmbeddedServer:
    """One PostgreSQL cluster and, between `start` and `stop`, its running server."""

    def __init__(self, data_folder: Path, *, options: tuple[str, ...] = ()) -> None:
        """Take the data folder, made if it is missing, and settings in the form `name=value`."""
        data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # It has passwords in it, and may lie in somebody's work tree.
        (data_folder / ".gitignore").write_text("*\n")
        self._data = data_folder.resolve()
        self._options = options
        self._binaries: Binaries = find_binaries()
        self._cluster = self._place()
        self._pid: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._socket = Path()

    def _place(self) -> Path:
        """Return the cluster's folder: below the data folder, or aside where the account could not reach it."""
        account = self._binaries.account
        if account is None or all(parent.stat().st_mode & 0o001 for parent in (self._data, *self._data.parents)):
            return self._data / "postgresql"
        return SYSTEM_FOLDER / "clusters" / self._identity() / "postgresql"

    def _identity(self) -> str:
        """Return the random name of the data folder, which goes with it wherever it is moved."""
        path = self._data / "database-id"
        if not path.exists():
            path.write_text(secrets.token_hex(8))
        return re.sub(r"[^0-9a-f]", "", path.read_text())[:32]

    @property
    def folder(self) -> Path:
        """Where the database's files are."""
        return self._cluster

    def _as_account(self) -> dict[str, Any]:
        account = self._binaries.account
        if account is None:
            return {}
        return {"user": account.user_id, "group": account.group_id, "extra_groups": []}

    def _own(self, path: Path) -> None:
        if self._binaries.account:
            os.chown(path, self._binaries.account.user_id, self._binaries.account.group_id)

    def _passwords(self) -> dict[str, str]:
        path = self._data / "database-passwords.json"
        if not path.exists():
            passwords = {role: secrets.token_urlsafe(24) for role in ("postgres", *_ROLES)}
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(passwords, file)
        loaded: dict[str, str] = json.loads(path.read_text())
        return loaded

    def _initialize(self) -> None:
        if (self._cluster / "PG_VERSION").exists():
            return
        self._cluster.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        scratch = self._cluster.with_name("postgresql.new")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        self._own(scratch)
        with tempfile.NamedTemporaryFile("w", suffix=".password") as password:
            password.write(self._passwords()["postgres"])
            password.flush()
            self._own(Path(password.name))
            self._call(
                "initdb",
                f"--pgdata={scratch}",
                f"--pwfile={password.name}",
                "--username=postgres",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--locale=C.UTF-8",
                "--no-sync",
            )
        scratch.rename(self._cluster)

    def _call(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._binaries.program(program), *arguments],
            cwd="/",
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
            env=self._environment(),
            **self._as_account(),
        )
        if done.returncode != 0:
            raise Unavailable(f"{program} failed: {done.stderr.strip()[-2000:]}")

    @staticmethod
    def _environment() -> dict[str, str]:
        return {"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"}

    def start(self) -> Self:
        """Start the server, or take over a running one; return when it answers. Raises Unavailable if it does not."""
        self._initialize()
        if not self._take_over():
            self._launch()
        self._wait()
        return self

    def _take_over(self) -> bool:
        """Take over the server that `postmaster.pid` names, if it is alive and is a server of this cluster."""
        try:
            lines = (self._cluster / "postmaster.pid").read_text().splitlines()
            pid, folder, socket = int(lines[0]), lines[1], lines[4]
            os.kill(pid, 0)
        except (OSError, ValueError, IndexError):
            return False
        if folder != str(self._cluster) or not Path(socket).is_dir():
            return False
        self._pid, self._socket = pid, Path(socket)
        return True

    def _launch(self) -> None:
        self._socket = Path(tempfile.mkdtemp(prefix="adarve-", dir="/tmp"))  # socket paths are short
        self._socket.chmod(0o755)
        self._own(self._socket)
        settings = (
            "listen_addresses=",
            f"unix_socket_directories={self._socket}",
            "max_connections=200",
            "shared_buffers=256MB",
            "wal_buffers=64MB",
            "timezone=UTC",
            "log_min_messages=warning",
            *self._options,
        )
        with (self._data / "postgresql.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    self._binaries.program("postgres"),
                    "-D",
                    str(self._cluster),
                    *(word for setting in settings for word in ("-c", setting)),
                ],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(),
                start_new_session=True,
                **self._as_account(),
            )
        self._pid = self._process.pid

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                break
            ready = subprocess.run(
                [self._binaries.program("pg_isready"), "-q", "-h", str(self._socket)],
                check=False,
                timeout=START_SECONDS,
                env=self._environment(),
            )
            if ready.returncode == 0:
                return
            time.sleep(0.05)
        log = self._data / "postgresql.log"
        tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        raise Unavailable(f"The embedded PostgreSQL did not start. The end of {log}:\n{tail}")

    def stop(self) -> None:
        """Stop the server and wait until it has; connections are closed, nothing is lost."""
        if self._pid is None:
            return
        for sent, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5)):
            with suppress(ProcessLookupError):
                os.kill(self._pid, sent)
            if self._gone_within(seconds):
                break
        self._pid = self._process = None
        shutil.rmtree(self._socket, ignore_errors=True)

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process is not None:
                if self._process.poll() is not None:
                    return True
            else:
                try:
                    os.kill(self._pid or 0, 0)
                except ProcessLookupError:
                    return True
            time.sleep(0.02)
        return False

    def remove(self) -> None:
        """Stop the server and delete its cluster."""
        self.stop()
        shutil.rmtree(self._cluster, ignore_errors=True)
        if SYSTEM_FOLDER in self._cluster.parents:
            shutil.rmtree(self._cluster.parent, ignore_errors=True)

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the address by which a role connects to a database of this server."""
        password = self._passwords()[role]
        return f"postgresql://{role}:{quote(password)}@/{database}?host={quote(str(self._socket), safe='')}"

    @property
    def urls(self) -> DatabaseUrls:
        """The addresses of Adarve's own database."""
        return DatabaseUrls(self.url(APPLICATION), self.url(OWNER))

    async def prepare(self) -> DatabaseUrls:
        """Make the two roles and the database, unless they are there; return the addresses."""
        passwords = self._passwords()
        connection = await asyncpg.connect(self.url("postgres", "postgres"), timeout=START_SECONDS)
        try:
            for role in _ROLES:
                if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
                    literal = "'" + passwords[role].replace("'", "''") + "'"
                    await connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD {literal}")
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
                await connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        finally:
            await connection.close()
        return self.urls
