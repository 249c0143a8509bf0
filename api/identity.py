"""Who a connection says it is, from its headers and cookies.

`Authorization: Bearer` with a web token or an access token needs nothing else. The cookie `token` is taken only where
another site cannot have sent it: never with a foreign `Origin`, and on GET and multipart requests, which a browser
sends across sites unasked, only beside the header `Adarve-Preflight`.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from api.head import TOKEN_COOKIE, Head
from authz.access_token import PREFIX
from authz.credentials import Credentials
from authz.roles import parse_role
from authz.subject import Subject, seen_as
from authz.web_token import WebToken
from domain.errors import Unauthenticated


@dataclass(frozen=True, slots=True)
class Identity:
    """What a connection showed: a session's web token, an access token, or nothing."""

    credentials: Credentials
    web_token: WebToken | None = None
    access_token: str | None = None
    view_as: str | None = None
    """The role through which the connection looks: it can narrow what the subject may, and never widen it."""
    found: Subject | None = None
    """The subject, if it was looked up when the identity was verified; valid for this request only."""

    def seen_as(self, role: str | None) -> "Identity":
        """Return the same identity, looking through a role; raise BadUserInput if the text names no role."""
        return replace(self, view_as=parse_role(role.strip()), found=None) if role else self

    async def load_subject(self) -> Subject | None:
        """Return who is behind it at this moment."""
        return seen_as(await self._load_subject(), self.view_as)

    async def _load_subject(self) -> Subject | None:
        if self.web_token is not None:
            return await self.credentials.subject_of_session(self.web_token)
        if self.access_token is not None:
            return await self.credentials.subject_of_access_token(self.access_token)
        return None

    @property
    def session_id(self) -> UUID | None:
        """Return the session, where there is one."""
        return self.web_token.session_id if self.web_token else None

    async def ends_at(self) -> datetime | None:
        """Return when the web token or access token expires, if there is one."""
        if self.access_token is not None:
            return await self.credentials.end_of_access_token(self.access_token)
        return self.web_token.expires_at if self.web_token else None


async def identify(head: Head, credentials: Credentials, *, cookies: bool) -> Identity:
    """Return who a connection says it is; its cookie counts only if `cookies` says so.

    Raises Unauthenticated for an `Authorization` that is not valid; a cookie that is not valid counts as none, so
    that its holder can sign in again.
    """
    if head.authorization is not None:
        return await from_authorization(head.authorization, credentials)
    token = head.cookies.get(TOKEN_COOKIE)
    if token and cookies and head.is_same_origin:
        try:
            return Identity(credentials, web_token=await credentials.read_web_token(token))
        except Unauthenticated:
            return Identity(credentials)
    return Identity(credentials)


async def from_authorization(header: str, credentials: Credentials) -> Identity:
    """Return who an `Authorization` header names; raise Unauthenticated unless it is valid at this moment."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("`Authorization` must be `Bearer` and a token.")
    if token.strip().startswith(PREFIX):
        identity = Identity(credentials, access_token=token.strip())
    else:
        identity = Identity(credentials, web_token=await credentials.read_web_token(token.strip()))
    subject = await identity.load_subject()
    if subject is None:
        raise Unauthenticated("The token is not valid, or no longer: sign in again or make a new one.")
    return Identity(credentials, identity.web_token, identity.access_token, found=subject)
