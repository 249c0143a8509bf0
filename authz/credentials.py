"""Credentials: sessions, the web tokens made from them, access tokens, and the subject behind each.

A Subject is kept for at most a second, so that whatever is revoked is revoked within a second in every process.
"""

import secrets
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from itertools import islice
from typing import Any, TypeVar, cast
from uuid import UUID

from authz import access_token, policy, web_token
from authz.access_token import NewAccessToken
from authz.sign_in_limit import SignInLimit
from authz.signing_keys import SigningKeys
from authz.subject import Subject
from authz.web_token import WebToken
from database import session
from database.pool import Database
from database.unit_of_work import unit_of_work
from domain.errors import Conflict, Unauthenticated
from domain.identifiers import new_key

SESSION_LIFETIME = timedelta(days=7)
KEPT_SECONDS = 1.0
MOST_KEPT = 10_000
USE_NOTED_SECONDS = 60.0
"""How often a process notes that an access token is in use."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just opened or renewed: its secret (None when renewed), and a web token."""

    user_id: UUID
    session_id: UUID
    secret: str | None
    expires_at: datetime
    web_token: str
    web_token_expires_at: datetime
    name: str
    email: str


class Kept:
    """Values kept for a moment, so that requests in quick succession share one look-up."""

    def __init__(self, seconds: float = KEPT_SECONDS) -> None:
        """Keep each value for so many seconds."""
        self._seconds = seconds
        self._values: dict[Hashable, tuple[float, Any]] = {}
        self._forgotten = 0

    async def get(self, key: Hashable, load: Callable[[], Awaitable[T]]) -> T:
        """Return the value of a key, loaded anew if it is older than a moment."""
        asked = time.monotonic()
        found = self._values.get(key)
        if found is not None and asked - found[0] < self._seconds:
            return cast(T, found[1])
        forgotten = self._forgotten
        value = await load()
        if len(self._values) >= MOST_KEPT:
            self._values.clear()
        if forgotten == self._forgotten:
            self._values.pop(key, None)
            self._values[key] = (asked, value)
            self._drop_some(asked)
        return value

    def _drop_some(self, now: float) -> None:
        """Drop values that are too old, which come first; two for each that comes, so that none stays for long."""
        for key in list(islice(self._values, 2)):
            if now - self._values[key][0] >= self._seconds:
                del self._values[key]

    def forget(self) -> None:
        """Forget everything, what is being loaded at this moment too: it may have been read before a change."""
        self._values.clear()
        self._forgotten += 1


class Credentials:
    """What proves who a caller is."""

    def __init__(self, database: Database) -> None:
        """Take the database in which sessions, tokens and roles are."""
        self._database = database
        self._kept = Kept()
        self._kept_uses = Kept(USE_NOTED_SECONDS)
        self._read: dict[bytes, WebToken] = {}
        """The tokens whose signatures were verified, by their hashes: a client sends its token again and again."""
        self.keys = SigningKeys(database)
        self.sign_in_limit = SignInLimit(database)

    async def open_session(self, user_id: UUID, name: str, email: str) -> NewSession:
        """Start a session of a user who has just proved who they are."""
        secret, session_id = secrets.token_urlsafe(32), new_key()
        expires = datetime.now(UTC) + SESSION_LIFETIME
        async with unit_of_work(self._database, None, user_id) as work:
            await work.run(
                session.ADD_SESSION,
                session_id=session_id,
                user_id=user_id,
                secret_hash=access_token.hash_secret(secret),
                expires_at=expires,
            )
            for ended in await work.run(session.REVOKE_OLDEST_SESSIONS, of_user=user_id):
                work.record("remove", "Session", ended["session_id"], {"because": "there were too many"})
            work.record("sign_in", "Session", session_id)
        token, token_expires = web_token.sign(await self.keys.current(), user_id, session_id, expires)
        return NewSession(user_id, session_id, secret, expires, token, token_expires, name, email)

    async def renew(self, secret: str) -> NewSession:
        """Mint the next web token of a session; raise Unauthenticated if the session has ended."""
        row = await self._session_by_secret(secret)
        if row is None:
            raise Unauthenticated("The session has ended: sign in again.")
        token, token_expires = web_token.sign(
            await self.keys.current(), row["user_id"], row["session_id"], row["expires_at"]
        )
        return NewSession(
            row["user_id"],
            row["session_id"],
            None,
            row["expires_at"],
            token,
            token_expires,
            row["name"],
            row["email"],
        )

    async def user_of_session(self, secret: str) -> UUID | None:
        """Return whose session a secret opens at this moment, or None."""
        row = await self._session_by_secret(secret)
        return row["user_id"] if row is not None else None

    async def _session_by_secret(self, secret: str) -> Any:
        secret_hash = access_token.hash_secret(secret)
        return await self._database.reader().fetch_one(session.SESSION_BY_SECRET, secret_hash=secret_hash)

    async def close_session(self, session_id: UUID, user_id: UUID) -> None:
        """End a session; its web tokens end with it, within a second."""
        async with unit_of_work(self._database, None, user_id) as work:
            await work.run(session.REVOKE_SESSION, session_id=session_id)
            work.record("remove", "Session", session_id)
        self._kept.forget()

    async def add_access_token(self, user_id: UUID, name: str, lifetime: timedelta) -> NewAccessToken:
        """Make an access token of a user and return it with its text, which nobody sees again.

        Raises Conflict if the user has as many as there may be.
        """
        made = access_token.new_access_token()
        async with unit_of_work(self._database, None, user_id) as work:
            if (await work.run_required(session.COUNT_ACCESS_TOKENS, user_id=user_id))["count"] >= session.MOST_LISTED:
                raise Conflict(f"There are {session.MOST_LISTED} access tokens: remove one that nobody uses.")
            await work.run(
                session.ADD_ACCESS_TOKEN,
                access_token_id=made.access_token_id,
                user_id=user_id,
                name=name,
                secret_hash=made.secret_hash,
                expires_at=datetime.now(UTC) + lifetime,
            )
            work.record("add", "AccessToken", made.key, {"name": name})
        return made

    async def remove_access_token(self, access_token_id: str, user_id: UUID) -> None:
        """Revoke an access token; it is refused everywhere within a second."""
        async with unit_of_work(self._database, None, user_id) as work:
            await work.run(session.REVOKE_ACCESS_TOKEN, access_token_id=access_token_id)
            work.record("remove", "AccessToken", access_token.key_of(access_token_id))
        self._kept.forget()

    async def read_web_token(self, token: str) -> WebToken:
        """Return what a web token says; raise Unauthenticated unless it is valid."""
        keys = await self.keys.known()
        name = sha256(token.encode(errors="replace")).digest()
        found = self._read.get(name)
        if found is None or found.key_id not in keys or found.expires_at <= datetime.now(UTC):
            found = web_token.read(token, keys)
            if len(self._read) >= MOST_KEPT:
                self._read.clear()
            self._read[name] = found
        return found

    async def subject_of_session(self, token: WebToken) -> Subject | None:
        """Return who is behind a web token at this moment; None if its session has ended or its key is gone."""
        if token.key_id not in await self.keys.known():
            return None
        user_id = await self._kept.get(("session", token.session_id), lambda: self._session_user(token.session_id))
        if user_id != token.user_id or token.expires_at <= datetime.now(UTC):
            return None
        return await self.subject(token.user_id)

    async def _session_user(self, session_id: UUID) -> UUID | None:
        found = await self._database.reader().fetch_one(session.SESSION_USER, session_id=session_id)
        return found["user_id"] if found is not None else None

    async def subject_of_access_token(self, text: str) -> Subject | None:
        """Return who is behind an access token at this moment, or None if it is not valid."""
        row = await self._access_token(text)
        if row is None or row["expires_at"] <= datetime.now(UTC):
            return None
        token_id = row["access_token_id"]
        await self._kept_uses.get(token_id, lambda: self._note_use(token_id))
        return await self.subject(row["user_id"])

    async def end_of_access_token(self, text: str) -> datetime | None:
        """Return when an access token expires, or None if it is not valid."""
        row = await self._access_token(text)
        return row["expires_at"] if row is not None else None

    async def _access_token(self, text: str) -> Any:
        parsed = access_token.parse_access_token(text)
        if parsed is None:
            return None
        token_id, secret_hash = parsed
        row = await self._kept.get(
            ("access_token", token_id),
            lambda: self._database.reader().fetch_one(session.ACCESS_TOKEN, access_token_id=token_id),
        )
        return row if row is not None and compare_digest(row["secret_hash"], secret_hash) else None

    async def _note_use(self, token_id: str) -> None:
        async with unit_of_work(self._database, None, None) as work:
            await work.run(session.NOTE_ACCESS_TOKEN_USE, access_token_id=token_id)

    async def subject(self, user_id: UUID) -> Subject | None:
        """Return a user as a Subject, with the roles held at this moment; None if there is no such user."""
        return await self._kept.get(("subject", user_id), lambda: self._load_subject(user_id))

    async def _load_subject(self, user_id: UUID) -> Subject | None:
        return await policy.subject_of(self._database.reader().fetch, user_id)

    def forget(self) -> None:
        """Look at every credential, key and role again, after something about them has changed."""
        self._kept.forget()
        self._read.clear()
        self.keys.forget()
