"""Measures our server over HTTP beside servers of Node, over the same objects in memory: `python -m bench.over_http`.

Each answers through the whole of its stack. What counts is the processor time of the server a request. Beside them are
servers that do nothing but answer, which say how much of it HTTP takes in Python whatever the application does.
"""

import os
import sys
import tempfile
from pathlib import Path

import orjson
import uvloop

from bench.in_process import postgres
from bench.memory_world import BIG, MEDIUM, PEERS, SMALL
from bench.peer_servers import Client, Peer, compared, cost, node, started
from bench.results import Row, beside, faster, keep
from bench.size import TINY
from database.embedded import APPLICATION

OURS, MERCURIUS, APOLLO = "Adarve", "Mercurius with JIT", "Apollo Server"
UVICORN, HTTPTOOLS = "uvicorn that only answers", "httptools on uvloop that only answers"
ROUNDS = 30
"""Many and short ones: where the machine is shared, its speed changes within seconds."""
QUERIES = (("BIG", BIG, 10, 1.2), ("MEDIUM", MEDIUM, 100, 1.2), ("SMALL", SMALL, 250, 1))


def main() -> None:
    schema = str(PEERS / "schema.graphql")
    with postgres() as database:
        commands = {
            OURS: [sys.executable, "-m", "bench.own_server", "memory", database.url(APPLICATION)],
        }
        if not TINY:
            commands |= {
                MERCURIUS: [node(), str(PEERS / "mercurius.js"), schema],
                APOLLO: [node(), str(PEERS / "apollo.js"), schema],
            }
        with started(commands, environment={**os.environ, "NODE_ENV": "production"}) as peers:
            rows: list[Row] = []
            pairs = [(OURS, one) for one in (MERCURIUS, APOLLO) if one in commands]
            for name, query, times, goal in QUERIES:
                clients = {peer.name: Client(peer, query) for peer in peers}
                answers = [orjson.loads(uvloop.run(clients[peer.name].ask(3))) for peer in peers]
                assert all(one["data"] == answers[0]["data"] for one in answers), "all say the same"
                took = uvloop.run(cost(clients, peers, pairs, times=times, rounds=ROUNDS))
                rows += [faster(f"{name} over HTTP, to {pair[1]}", compared(took.own, *pair), goal) for pair in pairs]
            for name, query, times, _ in QUERIES:
                rows += _only_answering(peers, name, query, times)
            keep(rows)


def _only_answering(peers: list[Peer], name: str, query: str, times: int) -> list[Row]:
    """Return what a query costs with us and with Mercurius beside servers that do nothing but answer it."""
    with tempfile.TemporaryDirectory(prefix="adarve-bench-") as folder:
        answer = Path(folder) / "answer.json"
        answer.write_bytes(uvloop.run(Client(peers[0], query).ask(1)))
        commands = {
            one: [sys.executable, "-m", "bench.bare_server", kind, str(answer)]
            for one, kind in ((UVICORN, "uvicorn"), (HTTPTOOLS, "httptools"))
        }
        with started(commands, environment=os.environ) as bare:
            several = [*bare, *(one for one in peers if one.name in {OURS, MERCURIUS})]
            clients = {peer.name: Client(peer, query) for peer in several}
            every = ((OURS, UVICORN), (UVICORN, MERCURIUS), (HTTPTOOLS, MERCURIUS))
            pairs = [pair for pair in every if {*pair} <= clients.keys()]
            took = uvloop.run(cost(clients, several, pairs, times=times, rounds=ROUNDS))
    return [beside(f"{name} over HTTP, {one}, to {other}", compared(took.own, one, other)) for one, other in pairs]


if __name__ == "__main__":
    main()
