"""The ASGI application: its routes, and the parts that live as long as it does."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from graphql import GraphQLSchema
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute

from api import health
from api.answers import left, refused
from api.deprecations import Deprecations
from api.execution import Execution, plans_of
from api.explorer_page import ExplorerFiles
from api.graphql_http import PATH, GraphQLEndpoint, GraphQLFirst
from api.graphql_websocket import WebSocketEndpoint, websocket_app
from api.metrics import metrics
from api.middleware import BodyLimit, RequestLog
from api.openid_provider import OpenIdProvider
from api.openid_routes import CALLBACK_PATH, begin_login, end_login
from api.services import Services
from api.session_routes import demo_sign_in, key_set, renew_session
from api.settings import Settings
from authz.credentials import Credentials
from authz.roles import ALL_ROLES, OWNER
from database.pool import Database
from domain.errors import AdarveError
from jobs.supervisor import Supervisor
from outbox.audit_stream import AUDIT_STREAM
from outbox.consumer import Consumers
from signals.postgres_bus import PostgresBus

MOST_JSON_BYTES = 1_000_000


def create_app(settings: Settings, schema: GraphQLSchema, database_url: str, *, is_demo: bool = False) -> Starlette:
    """Return the application for a sealed schema and a migrated database."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            services = await _start(stack, settings, schema, database_url, is_demo=is_demo)
            app.state.services = services
            app.state.websockets = websocket_app(services)
            yield

    return Starlette(
        routes=[
            Route("/", _to_explorer),
            Route(PATH, GraphQLEndpoint(), methods=["GET", "POST"]),
            WebSocketRoute(PATH, WebSocketEndpoint()),
            Route("/session/renew", renew_session, methods=["POST"]),
            Route("/session/openid", begin_login),
            Route(CALLBACK_PATH, end_login),
            Route("/.well-known/jwks.json", key_set),
            Route("/demo/sign-in", demo_sign_in, methods=["POST"]),
            Route("/schema.graphql", health.schema_page),
            Route("/health/live", health.live),
            Route("/health/ready", health.ready),
            Route("/metrics", metrics),
            Route("/explorer/settings.json", _explorer_settings),
            Mount("/explorer", ExplorerFiles()),
        ],
        exception_handlers={AdarveError: refused, ClientDisconnect: left},
        middleware=[
            Middleware(RequestLog),
            Middleware(
                BodyLimit,
                most_json_bytes=MOST_JSON_BYTES,
                most_form_bytes=settings.most_upload_bytes + MOST_JSON_BYTES,
            ),
            Middleware(GraphQLFirst),
        ],
        lifespan=lifespan,
    )


async def _start(
    stack: AsyncExitStack, settings: Settings, schema: GraphQLSchema, database_url: str, *, is_demo: bool
) -> Services:
    database = await Database.connect(database_url, most=settings.pool_size)
    stack.push_async_callback(database.close)
    await database.refuse_unlocked()
    credentials = Credentials(database)
    await credentials.keys.load()
    bus = PostgresBus(database_url)
    await bus.start()
    stack.push_async_callback(bus.stop)
    supervisor = Supervisor(database, database_url, settings.import_workers, quiet=is_demo)
    await supervisor.start()
    stack.push_async_callback(supervisor.stop)
    consumers = Consumers(database, bus, [AUDIT_STREAM] if settings.audit_stream else [])
    await consumers.start()
    stack.push_async_callback(consumers.stop)
    execution = Execution(schema, seconds=settings.request_seconds, plans=plans_of(settings))
    openid = OpenIdProvider(settings) if settings.openid_issuer else None
    if openid is not None:
        stack.push_async_callback(openid.close)
    services = Services(settings, database, credentials, bus, execution, is_demo, openid)
    services.deprecations = await Deprecations.load(database, execution.elements)
    await services.usage.start()
    stack.push_async_callback(services.usage.stop)
    await services.watch.start()
    stack.push_async_callback(services.watch.stop)
    return services


async def _to_explorer(_: Request) -> Response:
    return RedirectResponse(PATH)


async def _explorer_settings(request: Request) -> Response:
    """Tell the explorer's page what it cannot know: whether this is the demo, and where else one can sign in."""
    services: Services = request.app.state.services
    openid = services.settings.openid_name if services.openid is not None else None
    told = {"demo": services.is_demo, "openid": openid, "roles": [role for role in ALL_ROLES if role != OWNER]}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})
