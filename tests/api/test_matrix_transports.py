"""The access matrix over every transport and in every form: each pair for each row, with people and places in turn.

`make test` tries each row by a third of its transports and forms, as somebody and somewhere; `make test-long` by all
of them, as everybody and everywhere.
"""

import json
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import httpx
import pytest
from graphql import GraphQLSchema

from tests.api.conftest import Served
from tests.api.test_graphql_websocket import Socket, open_socket
from tests.authz.test_matrix import rolled_back, told
from tests.matrix.expectation import expected
from tests.matrix.operations import PLAIN, UNION, document, forms_of, outcome, variables_of
from tests.matrix.places import EVERYBODY, Matrix, Place
from tests.matrix.rows import Row, role_sets, rows
from tests.matrix.snapshot import snapshot

HTTP, WEBSOCKET, PAYLOAD = "HTTP", "WebSocket", "payload of a subscription"
RENEW_SECONDS = 600
PAGES = sorted({row.page for row in rows()})


@dataclass(frozen=True)
class Trial:
    """One try of a row."""

    row: Row
    place: Place
    transport: str
    form: str


@dataclass
class Clients:
    """A client of each transport for each person, in the person's own session."""

    served: Served
    matrix: Matrix
    stack: AsyncExitStack
    http: dict[str | None, httpx.AsyncClient] = field(default_factory=dict)
    sockets: dict[str | None, Socket] = field(default_factory=dict)
    asked: int = 0
    born: float = field(default_factory=time.monotonic)

    async def _authorization(self, person: str | None) -> dict[str, str]:
        if person is None:
            return {}
        renewed = await self.served.services.credentials.renew(self.matrix.of_person[person]["secret"])
        return {"Authorization": f"Bearer {renewed.web_token}"}

    async def _renew(self) -> None:
        """Begin anew with fresh tokens, before those at hand end: trying everything takes longer than they live."""
        await self.stack.aclose()
        self.http.clear()
        self.sockets.clear()
        self.born = time.monotonic()

    async def ask(self, trial: Trial, text: str) -> dict[str, Any]:
        if time.monotonic() - self.born > RENEW_SECONDS:
            await self._renew()
        variables = variables_of(text, trial.place.variables)
        if trial.transport == HTTP and trial.row.operation != "subscription":
            return await self._by_http(trial.place.person, text, variables)
        return await self._by_websocket(trial.place.person, text, variables)

    async def _by_http(self, person: str | None, text: str, variables: dict[str, Any]) -> dict[str, Any]:
        if person not in self.http:
            client = self.served.client(headers=await self._authorization(person))
            self.http[person] = await self.stack.enter_async_context(client)
        client = self.http[person]
        if "file" not in variables:
            return (await client.post("/api", json={"query": text, "variables": variables})).json()
        file = variables["file"]
        form = {
            "operations": json.dumps({"query": text, "variables": {**variables, "file": None}}),
            "map": json.dumps({"0": ["variables.file"]}),
        }
        return (await client.post("/api", data=form, files={"0": (file.name, file.content)})).json()

    async def _by_websocket(self, person: str | None, text: str, variables: dict[str, Any]) -> dict[str, Any]:
        if person not in self.sockets:
            connection = await self.stack.enter_async_context(open_socket(self.served))
            shown = await self._authorization(person)
            given = {"authorization": shown["Authorization"]} if shown else {}
            self.sockets[person] = await Socket(connection).init(**given)
        socket = self.sockets[person]
        self.asked += 1
        await socket.subscribe(str(self.asked), text, **variables)
        message = await socket.receive()
        if message["type"] == "error":
            return {"errors": message["payload"]}
        if message["type"] == "complete":
            return {"data": {"at": None}}
        assert (await socket.receive())["type"] == "complete"
        return message["payload"]


def ways(row: Row, schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Yield each transport and form by which a row can be tried."""
    for form in forms_of(row, schema):
        if row.operation != "subscription":
            yield HTTP, form
        if "$file" not in row.reach:
            yield WEBSOCKET, form
    if row.payload:
        yield from ((PAYLOAD, form) for form in forms_of(row, schema)[:4])


SHARE = 3
"""Of how many ways to try a row `make test` takes one."""


def some_ways(row: Row, schema: GraphQLSchema) -> list[tuple[str, str]]:
    """Return a third of the ways of a row, others for each, so that all rows together meet all of them."""
    every = list(ways(row, schema))
    return every[crc32(row.coordinate.encode()) % min(SHARE, len(every)) :: SHARE]


def trials(matrix: Matrix, page: str, schema: GraphQLSchema, *, everybody: bool) -> Iterator[Trial]:
    for row in rows():
        if row.page == page:
            chances = [place for person in EVERYBODY for place in matrix.places(row, person)]
            for transport, form in ways(row, schema) if everybody else some_ways(row, schema):
                turn = crc32(f"{row.coordinate} {transport} {form}".encode()) % len(chances)
                for place in chances if everybody else [chances[turn]]:
                    yield Trial(row, place, transport, form)


def outcomes(trial: Trial) -> set[str]:
    """Return the outcomes of which one must come; the payloads of an import come to those who may read imports."""
    direct = expected(trial.row, trial.place)
    if trial.transport != PAYLOAD:
        return direct
    follows = role_sets()["readers"] & trial.place.roles
    return direct if follows and "ALLOWED" in direct else (direct - {"ALLOWED"}) | {"NOT_FOUND", "ABSENT"}


async def try_all(served: Served, schema: GraphQLSchema, page: str, *, everybody: bool) -> None:
    matrix = await Matrix.make(served.world)
    served.services.credentials.forget()
    wrong: list[str] = []

    def allowed(trial: Trial) -> bool:
        return "ALLOWED" in outcomes(trial)

    async def attempt(trial: Trial) -> None:
        text = document(trial.row, schema, trial.form, as_payload=trial.transport == PAYLOAD)
        got = outcome(trial.row, schema, trial.form, await clients.ask(trial, text))
        if got not in outcomes(trial):
            wrong.append(f"{trial.transport}: {told(trial.row, trial.place, trial.form, got)}")

    every = list(trials(matrix, page, schema, everybody=everybody))
    async with AsyncExitStack() as stack:
        clients = Clients(served, matrix, stack)
        before = await snapshot(matrix.world)
        for trial in every:
            if not allowed(trial):
                await attempt(trial)
        assert not wrong, "\n".join(wrong)
        assert await snapshot(matrix.world) == before, "somebody who was refused has changed something"
        with rolled_back():
            for trial in every:
                if allowed(trial):
                    await attempt(trial)
        assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
async def test_every_row_holds_over_every_transport_in_every_form(
    served: Served, schema: GraphQLSchema, page: str
) -> None:
    await try_all(served, schema, page, everybody=False)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("page", PAGES)
async def test_every_row_holds_for_everybody_over_every_transport_in_every_form(
    served: Served, schema: GraphQLSchema, page: str
) -> None:
    await try_all(served, schema, page, everybody=True)


def test_every_form_and_transport_is_met(schema: GraphQLSchema) -> None:
    met = {way for row in rows() for way in ways(row, schema)}
    assert {transport for transport, _ in met} == {HTTP, WEBSOCKET, PAYLOAD}
    assert {form for _, form in met} >= {PLAIN, UNION}
    assert len(met) == 6 * 2 + 4
