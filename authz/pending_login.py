"""A login at an OpenID Connect provider that has begun: what the browser keeps until it comes back.

It is signed by our own keys and lives in a cookie of the browser that began, so that an answer of the provider counts
in that browser only, once, and nothing is stored for logins that never end. Its `typ` differs from that of web tokens:
neither can stand in for the other.
Sources: OpenID Connect Core 1.0 (nonce), RFC 7636 (PKCE), RFC 6749 section 10.12 (state), RFC 8725 (typ).
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest

import jwt

from authz.web_token import ALGORITHM, AUDIENCE, ISSUER, SigningKey
from domain.errors import Unauthenticated

TYPE = "openid-login+jwt"
LIFETIME = timedelta(minutes=10)
_CLAIMS = ("exp", "iss", "aud", "state", "nonce", "code_verifier")
_FAILED = "This login was not begun in this browser, or too long ago: begin again."


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """The secrets of one login: `state` comes back in the address, `nonce` in the ID token."""

    state: str
    nonce: str
    code_verifier: str

    @classmethod
    def begin(cls) -> "PendingLogin":
        """Return a new login."""
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))

    def sign(self, key: SigningKey) -> str:
        """Return it as the browser keeps it."""
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "exp": int((datetime.now(UTC) + LIFETIME).timestamp()),
            "state": self.state,
            "nonce": self.nonce,
            "code_verifier": self.code_verifier,
        }
        headers = {"kid": key.key_id, "typ": TYPE}
        return jwt.encode(claims, key.private, algorithm=ALGORITHM, headers=headers)

    @classmethod
    def read(cls, text: str, state: str, keys: dict[str, SigningKey]) -> "PendingLogin":
        """Return the login that a browser began; raise Unauthenticated unless it is the one that `state` names."""
        try:
            header = jwt.get_unverified_header(text)
            if header.get("typ") != TYPE:
                raise ValueError("a token of another kind")
            claims = jwt.decode(
                text,
                keys[str(header["kid"])].private.public_key(),
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": list(_CLAIMS), "strict_aud": True},
            )
            login = cls(*(str(claims[name]) for name in ("state", "nonce", "code_verifier")))
        except (jwt.PyJWTError, ValueError, KeyError):
            raise Unauthenticated(_FAILED) from None
        if not compare_digest(login.state.encode(), state.encode()):
            raise Unauthenticated(_FAILED)
        return login
