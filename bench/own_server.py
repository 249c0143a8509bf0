"""Our own server beside its peers: `python -m bench.own_server memory|database URL`. Prints its port.

The application is the one that `adarve serve` serves; for `memory` with the schema of the objects in memory.
"""

import sys

from ariadne import QueryType, make_executable_schema
from graphql import GraphQLSchema

from api import server
from api.app import create_app
from api.logs import configure_logs
from api.schema import build_schema
from api.settings import Settings
from bench.memory_world import SDL, Thing, world


def memory_schema() -> GraphQLSchema:
    """Return the schema of the objects in memory."""
    query = QueryType()
    for name, root in world(Thing).items():
        query.set_field(name, lambda *_, root=root: root)
    return make_executable_schema(SDL, [query])


def main(kind: str, url: str) -> None:
    """Serve the objects in memory, or those of the database."""
    settings = Settings(import_workers=0)
    configure_logs(settings.log_format)
    schema = memory_schema() if kind == "memory" else build_schema()
    listening = server.listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    server.serve(
        create_app(settings, schema, url),
        listening,
        lambda: print(port, "/api", flush=True),
        trusted_proxies=settings.trusted_proxies,
    )


if __name__ == "__main__":
    main(*sys.argv[1:3])
