"""The caller: what every resolver is given as `info.context`, whatever the transport.

Transports make one for each request, and one for each WebSocket operation. It knows who asks, reads what that subject
may see, and opens units of work in the subject's name.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

from graphql import GraphQLResolveInfo

from authz.credentials import Credentials, NewSession
from authz.subject import Subject, seen_as
from authz.verdict import NOBODY_SIGNED_IN
from database.pool import Database, Reader
from database.unit_of_work import UnitOfWork, unit_of_work
from domain.errors import AdarveError, Forbidden, Unauthenticated
from signals.bus import Bus


@dataclass(slots=True)
class Caller:
    """One request, and who makes it."""

    database: Database
    credentials: Credentials
    bus: Bus
    load_subject: Callable[[], Awaitable[Subject | None]]
    subject: Subject | None
    reader: Reader
    session_id: UUID | None = None
    address: str | None = None
    """The address of the client, as far as it is known."""
    view_as: str | None = None
    """The role through which the caller looks, if any."""
    most_upload_bytes: int = 0
    open_sign_up: bool = False
    opened_session: NewSession | None = None
    """A session opened by this request; the transport hands it to the client."""
    session_ended: bool = False
    """Whether this request signed out; the transport takes the client's cookies back."""
    spots: dict[Any, tuple[int, bool]] = field(default_factory=dict)
    """What the subject may do at each spot that was asked about, and whether records there are visible."""
    refusals: dict[Any, AdarveError] = field(default_factory=dict)
    """The errors of fields that were refused, see `bindings.rights`."""
    batches: dict[Any, Any] = field(default_factory=dict)
    """The parents that wait for a batch resolver, see `engine.batch`."""

    @property
    def signed_in(self) -> Subject:
        """Return the subject; raise Unauthenticated if there is none."""
        if self.subject is None:
            raise Unauthenticated(NOBODY_SIGNED_IN)
        return self.subject

    def own_session(self, refusal: str) -> UUID:
        """Return the session of this request; raise Forbidden, with this message, where an access token is used."""
        if self.session_id is None:
            raise Forbidden(refusal)
        return self.session_id

    async def refresh(self) -> None:
        """Load the subject and its rights again; for requests that outlive a change of rights."""
        self.subject = await self.load_subject()
        self.spots, self.refusals = {}, {}
        self.reader = self.database.reader(self.subject.organizations if self.subject else frozenset())

    async def look_again(self) -> None:
        """Look at every role again, after this request has changed some."""
        self.credentials.forget()
        await self.refresh()

    async def become(self, user_id: UUID) -> None:
        """Go on as a user who has just signed in."""
        self.load_subject = lambda: self._load(user_id)
        await self.look_again()

    async def _load(self, user_id: UUID) -> Subject | None:
        return seen_as(await self.credentials.subject(user_id), self.view_as)

    def changes(self, organization_id: UUID | None) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open the one transaction of a mutation field, in the subject's name."""
        return unit_of_work(self.database, organization_id, self.subject.user_id if self.subject else None)


Info: TypeAlias = "GraphQLResolveInfo[Caller]"
"""What resolvers take as their second argument."""
