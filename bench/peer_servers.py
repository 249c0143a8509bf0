"""Servers in processes of their own, one request after the other, and the processor time that each request costs."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NamedTuple

import orjson

from bench.in_turn import Comparison, comparison, is_enough

SECONDS_TO_START = 60
LEAST_NODE = 22


def node() -> str:
    """Return the Node that runs the peers; it has to be 22 or later."""
    found = shutil.which("node")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout if found else ""
    if found is None or int(said.strip("v\n").partition(".")[0] or 0) < LEAST_NODE:
        raise SystemExit(f"The peers need Node {LEAST_NODE} or later, and there is {said.strip()}: use `make bench`.")
    return found


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that runs: where it listens, and the processes whose time is its own."""

    name: str
    process: subprocess.Popen[str]
    port: int
    path: str

    def seconds(self) -> float:
        """Return the processor time that its processes have taken: a command may only start another."""
        return sum(map(seconds_of, family_of(self.process.pid)))


def family_of(pid: int) -> list[int]:
    """Return a process and those that it has started."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
    family = [pid]
    for one in family:
        family += children.get(one, [])
    return family


def seconds_of(pid: int) -> float:
    """Return the processor time of all threads of a process that runs; none of one that has ended."""
    total = 0
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    except OSError:
        return 0.0
    return total / 1e9


def seconds_of_postgres() -> float:
    """Return the processor time of every process of PostgreSQL on this machine."""
    total = 0.0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if command.startswith(b"postgres:") or b"/postgres\0" in command:
                total += seconds_of(int(folder.name))
    return total


@contextmanager
def started(commands: Mapping[str, Sequence[str]], *, environment: Mapping[str, str]) -> Iterator[list[Peer]]:
    """Start servers that print their port and path, and end them with the block."""
    with ExitStack() as stack:
        peers = []
        for name, command in commands.items():
            process = subprocess.Popen(
                list(command),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=dict(environment),
                start_new_session=True,
            )
            stack.callback(_end, process)
            assert process.stdout is not None
            line = process.stdout.readline().split()
            assert len(line) == 2, f"{name} did not start"
            peers.append(Peer(name, process, int(line[0]), line[1]))
        yield peers


def _end(process: subprocess.Popen[str]) -> None:
    """End a server and what it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.stdout is not None:
        process.stdout.close()


class Client:
    """One connection that stays open; sends the same request again and again."""

    def __init__(self, peer: Peer, query: str, headers: Mapping[str, str] | None = None) -> None:
        self._peer = peer
        body = orjson.dumps({"query": query})
        more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        self._request = (
            f"POST {peer.path} HTTP/1.1\r\nHost: 127.0.0.1:{peer.port}\r\nContent-Type: application/json\r\n"
            f"Accept: application/json\r\n{more}Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    async def ask(self, times: int) -> bytes:
        """Send the request so many times, one after the other; return the last answer's body."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._peer.port, limit=2**24)
        body = b""
        try:
            for _ in range(times):
                writer.write(self._request)
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SECONDS_TO_START)
                assert head.startswith(b"HTTP/1.1 200"), head
                body = await _body(reader, head.lower())
        finally:
            writer.close()
        return body


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return await reader.readexactly(int(line.split(b":")[1]))
    parts = []
    while size := int((await reader.readline()).strip(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(parts)


class Costs(NamedTuple):
    """The seconds of processor time that a request takes of each server, in each round."""

    own: dict[str, list[float]]
    together: dict[str, list[float]]
    """With PostgreSQL's, of the same rounds; the same as the server's own where there is none to be counted."""


async def cost(
    clients: Mapping[str, Client],
    peers: Sequence[Peer],
    pairs: Sequence[tuple[str, str]],
    *,
    times: int,
    rounds: int,
    with_postgres: bool = False,
) -> Costs:
    """Return what a request costs each server, measured in turn.

    There are at least so many rounds, and more until the ratios of these pairs are steady.
    """
    took = Costs({peer.name: [] for peer in peers}, {peer.name: [] for peer in peers})
    for number in count():
        for peer in peers if number % 2 else list(reversed(peers)):
            postgres = seconds_of_postgres() if with_postgres else 0.0
            own = peer.seconds()
            await clients[peer.name].ask(times)
            own = peer.seconds() - own
            postgres = seconds_of_postgres() - postgres if with_postgres else 0.0
            if number:
                took.own[peer.name].append(own / times)
                took.together[peer.name].append((own + postgres) / times)
        if is_enough(number, rounds, lambda: [compared(one, *pair) for one in took for pair in pairs]):
            break
    return took


def compared(took: Mapping[str, list[float]], ours: str, peer: str) -> Comparison:
    """Return the comparison of two of the servers."""
    return comparison(took[ours], took[peer])
