"""What the parts of one server share, and the Caller that each request gets."""

from dataclasses import dataclass, field

from api.deprecations import Deprecations, client_of
from api.documents import Operation
from api.execution import Execution
from api.head import Head
from api.identity import Identity
from api.openid_provider import OpenIdProvider
from api.settings import Settings
from authz.authorization_watch import AuthorizationWatch
from authz.caller import Caller
from authz.credentials import Credentials
from authz.subject import Subject
from database.pool import Database
from jobs.deprecation_usage import DeprecationUsage
from signals.postgres_bus import PostgresBus


@dataclass(slots=True)
class Services:
    """The parts of a running server that its requests share."""

    settings: Settings
    database: Database
    credentials: Credentials
    bus: PostgresBus
    execution: Execution
    is_demo: bool = False
    openid: OpenIdProvider | None = None
    watch: AuthorizationWatch = field(init=False)
    usage: DeprecationUsage = field(init=False)
    deprecations: Deprecations = field(init=False)

    def __post_init__(self) -> None:
        """Make the watch and the counts of uses; the application starts and stops them."""
        self.watch = AuthorizationWatch(self.database, self.credentials, self.bus)
        self.usage = DeprecationUsage(self.database)
        self.deprecations = Deprecations(self.execution.elements, {})

    def count_uses(self, head: Head, operation: Operation, identity: Identity, subject: Subject | None) -> None:
        """Count what an operation uses that is deprecated. Preview requests are not counted."""
        if operation.deprecated and head.preview is None:
            client = client_of(head, identity, subject.user_id if subject else None)
            self.usage.count(operation.deprecated, client)

    async def caller(self, identity: Identity, address: str | None = None, subject: Subject | None = None) -> Caller:
        """Return the caller behind an identity, from an address, as a resolver knows it.

        The subject is looked up, unless it was just now.
        """
        subject = subject or await identity.load_subject()
        return Caller(
            database=self.database,
            credentials=self.credentials,
            bus=self.bus,
            load_subject=identity.load_subject,
            subject=subject,
            reader=self.database.reader(subject.organizations if subject else frozenset()),
            session_id=identity.session_id if subject else None,
            address=address,
            view_as=identity.view_as,
            most_upload_bytes=self.settings.most_upload_bytes,
            open_sign_up=self.settings.open_sign_up,
        )
