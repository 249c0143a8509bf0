"""Tells clients that they use something deprecated: headers, `extensions.deprecations`, previews.

Sources: RFC 9745 (`Deprecation`), RFC 8594 (`Sunset`), RFC 8288 (`Link`).
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from uuid import UUID

from api.head import PREVIEW, Head
from api.identity import Identity
from authz.access_token import parse_access_token
from database.deprecation import NOTICE, NOTICED
from database.pool import Database
from database.unit_of_work import unit_of_work
from deprecation.dates import day_after, parse_day
from deprecation.elements import DeprecatedElements
from domain.errors import BadUserInput
from jobs.deprecation_usage import Client

MOST_NAME = 64
MOST_KEPT = 1_000
"""For how many different sets of deprecated elements the headers are kept."""
PAGE = "/schema.graphql"
"""Where what is deprecated is explained: every mark, with its way out."""


class Deprecations:
    """What is deprecated in the schema at work, and since when this installation says so."""

    def __init__(self, elements: DeprecatedElements, noticed: Mapping[str, datetime]) -> None:
        """Take what is deprecated, and since when each of it is known to be."""
        self._elements = elements
        self._noticed = noticed
        self._headers: dict[frozenset[str], dict[str, str]] = {}

    @classmethod
    async def load(cls, database: Database, elements: DeprecatedElements) -> "Deprecations":
        """Note what is deprecated, if that is new, and look up since when the rest is."""
        if not elements.all:
            return cls(elements, {})
        async with unit_of_work(database, None, None) as work:
            await work.run(NOTICE, coordinates=list(elements.all))
            rows = await work.run(NOTICED)
        return cls(elements, {row["coordinate"]: row["noticed_at"] for row in rows})

    def headers(self, used: frozenset[str]) -> dict[str, str]:
        """Return the headers of a response that used something deprecated: the earliest of each day counts."""
        if not used:
            return {}
        headers = self._headers.get(used)
        if headers is None:
            headers = self._headers_of(used)
            if len(self._headers) < MOST_KEPT:
                self._headers[used] = headers
        return headers

    def _headers_of(self, used: frozenset[str]) -> dict[str, str]:
        headers = {"Link": f'<{PAGE}>; rel="deprecation"; type="text/plain"'}
        since = [self._noticed[one] for one in used if one in self._noticed]
        if since:
            headers["Deprecation"] = f"@{int(min(since).timestamp())}"
        days = [day for one in used if (day := self._elements.all[one].promise.day)]
        if days:
            gone = datetime.combine(day_after(min(days)), time(), UTC)
            headers["Sunset"] = format_datetime(gone, usegmt=True)
            headers["Link"] += f', <{PAGE}>; rel="sunset"; type="text/plain"'
        return headers


def preview_day(head: Head) -> date | None:
    """Return the day as of which a request wants the schema, if it names one. Raises BadUserInput."""
    if head.preview is None:
        return None
    day = parse_day(head.preview)
    if day is None or "/" in head.preview:
        message = "`preview` must be a day as YYYY-MM-DD: the schema is used as it will be then."
        raise BadUserInput(message, argument=PREVIEW)
    return day


def client_of(head: Head, identity: Identity, user_id: UUID | None) -> Client:
    """Return who a connection is, as uses are counted: a user, an access token, the name that it gives itself."""
    parsed = parse_access_token(identity.access_token) if identity.access_token else None
    name = "".join(character for character in head.client_name if character.isprintable())[:MOST_NAME].strip()
    return Client(user_id, parsed[0] if parsed else None, name)
