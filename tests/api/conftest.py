"""A real server on a real port, in the tests' own event loop."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from graphql import GraphQLSchema

from api import server
from api.app import create_app
from api.services import Services
from api.settings import Settings
from authz import passwords
from database import user
from database.unit_of_work import unit_of_work
from domain.identifiers import new_key
from tests.conftest import Postgres
from tests.world import DOMAIN, World

PASSWORD = "correct horse battery staple"


@dataclass
class Served:
    """A running server, and the world behind it."""

    address: str
    world: World
    services: Services

    def client(self, **options: Any) -> httpx.AsyncClient:
        """Return a client of the server, with its own cookies."""
        return httpx.AsyncClient(base_url=self.address, timeout=20, **options)

    async def token(self, person: str) -> str:
        """Return an access token of a person."""
        from datetime import timedelta

        made = await self.services.credentials.add_access_token(self.world.users[person], "test", timedelta(days=1))
        return made.text

    async def as_person(self, person: str) -> httpx.AsyncClient:
        """Return a client that carries a person's access token."""
        return self.client(headers={"Authorization": f"Bearer {await self.token(person)}"})

    async def add_account(self, email: str, password: str = PASSWORD) -> None:
        """Make an account with a password."""
        async with unit_of_work(self.services.database, None, None) as work:
            await work.run(
                user.ADD,
                user_id=new_key(),
                email=email,
                name="Somebody",
                password_hash=await passwords.hash_password(password),
                role="USER",
            )

    async def signed_in(self, person: str = "group_manager") -> httpx.AsyncClient:
        """Return a client that carries a person's session cookies."""
        opened = await self.services.credentials.open_session(self.world.users[person], person, f"{person}@{DOMAIN}")
        client = self.client()
        client.cookies.set("token", opened.web_token, domain="127.0.0.1")
        client.cookies.set("session", opened.secret or "", domain="127.0.0.1", path="/session")
        return client


@pytest.fixture(scope="module")
async def running(module_postgres: Postgres, schema: GraphQLSchema) -> AsyncIterator[tuple[str, Services]]:
    """One server for a module; its database is emptied between tests."""
    settings = Settings(import_workers=0, pool_size=5)
    app = create_app(settings, schema, module_postgres.application)
    listening = server.listen("127.0.0.1", 0)
    started = server._Server(uvicorn.Config(app, lifespan="on", log_config=None, access_log=False))
    ready = asyncio.Event()
    started.tell_ready = ready.set
    task = asyncio.create_task(started.serve([listening]))
    await asyncio.wait_for(ready.wait(), 20)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", app.state.services
    started.should_exit = True
    await asyncio.wait_for(task, 20)
    listening.close()


@pytest.fixture
async def served(running: tuple[str, Services], world: World) -> AsyncIterator[Served]:
    """The world, served."""
    address, services = running
    await services.credentials.keys.load()
    services.credentials.forget()
    yield Served(address, world, services)
    services.is_demo = False
