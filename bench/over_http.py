"""Measures our server over HTTP beside servers of Node, over the same objects in memory: `python -m bench.over_http`.

Each answers through the whole of its stack. What counts is the processor time of the server a request.
"""

import os
import sys

import orjson
import uvloop

from bench.in_process import postgres
from bench.memory_world import BIG, MEDIUM, PEERS, SMALL
from bench.peer_servers import Client, compared, cost, node, started
from bench.results import Row, faster, keep
from database.embedded import APPLICATION

OURS = "Adarve"
ROUNDS = 9
QUERIES = (("BIG", BIG, 40, 1.2), ("MEDIUM", MEDIUM, 400, 1.2), ("SMALL", SMALL, 1_000, 1))


def main() -> None:
    schema = str(PEERS / "schema.graphql")
    with postgres() as database:
        commands = {
            OURS: [sys.executable, "-m", "bench.own_server", "memory", database.url(APPLICATION)],
            "Mercurius with JIT": [node(), str(PEERS / "mercurius.js"), schema],
            "Apollo Server": [node(), str(PEERS / "apollo.js"), schema],
        }
        with started(commands, environment={**os.environ, "NODE_ENV": "production"}) as peers:
            rows: list[Row] = []
            for name, query, times, goal in QUERIES:
                clients = {peer.name: Client(peer, query) for peer in peers}
                answers = [orjson.loads(uvloop.run(clients[peer.name].ask(3))) for peer in peers]
                assert answers[0]["data"] == answers[1]["data"] == answers[2]["data"], "all say the same"
                took = uvloop.run(cost(clients, peers, times=times, rounds=ROUNDS))
                for peer in peers[1:]:
                    named = f"{name} over HTTP, to {peer.name}"
                    rows.append(faster(named, compared(took, OURS, peer.name), goal))
            keep(rows)


if __name__ == "__main__":
    main()
