"""JSON Web Tokens of at most 15 minutes, made and read strictly.

Sources: RFC 7519, RFC 8725 (best current practices), RFC 9068 (`typ`), RFC 8037 (EdDSA). One algorithm; the key is
found by `kid` in a map and nowhere else.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from domain.errors import Unauthenticated

ALGORITHM, TYPE, ISSUER, AUDIENCE = "EdDSA", "at+jwt", "adarve", "adarve-api"
LIFETIME = timedelta(minutes=15)
LEEWAY = timedelta(seconds=5)
LONGEST = 8192
_REQUIRED = ("exp", "iat", "nbf", "iss", "aud", "sub", "jti", "sid")


@dataclass(frozen=True, slots=True)
class WebToken:
    """What a valid token says."""

    user_id: UUID
    session_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key by which tokens are signed; a retired one only verifies what it signed."""

    key_id: str
    private: Ed25519PrivateKey
    retired: bool

    @classmethod
    def from_pem(cls, key_id: str, pem: str, *, retired: bool) -> "SigningKey":
        """Return the key that is stored as PKCS #8 PEM."""
        private = load_pem_private_key(pem.encode(), password=None)
        if not isinstance(private, Ed25519PrivateKey):
            raise TypeError(f"the signing key {key_id} is no Ed25519 key")
        return cls(key_id, private, retired)


def new_key_pem() -> tuple[str, str]:
    """Return a new key's id and its PKCS #8 PEM."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secrets.token_hex(8), pem.decode()


def sign(key: SigningKey, user_id: UUID, session_id: UUID, session_ends: datetime) -> tuple[str, datetime]:
    """Return a new token and when it expires: in 15 minutes, or with its session if that ends sooner."""
    now = datetime.now(UTC)
    expires = min(now + LIFETIME, session_ends)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(user_id),
        "sid": str(session_id),
        "jti": secrets.token_hex(16),
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int(expires.timestamp()),
    }
    headers = {"kid": key.key_id, "typ": TYPE}
    return jwt.encode(claims, key.private, algorithm=ALGORITHM, headers=headers), expires


def read(token: str, keys: dict[str, SigningKey]) -> WebToken:
    """Return what a token says; raise Unauthenticated unless it is valid in every respect."""
    try:
        if len(token) > LONGEST:
            raise ValueError("too long")
        header = jwt.get_unverified_header(token)
        if header.keys() != {"alg", "typ", "kid"} or header["typ"] != TYPE or header["alg"] != ALGORITHM:
            raise ValueError("header")
        claims: dict[str, Any] = jwt.decode(
            token,
            keys[header["kid"]].private.public_key(),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            leeway=LEEWAY,
            options={"require": list(_REQUIRED), "strict_aud": True},
        )
        expires = datetime.fromtimestamp(claims["exp"], UTC)
        if claims["exp"] - claims["iat"] > LIFETIME.total_seconds():
            raise ValueError("lifetime")
        return WebToken(UUID(claims["sub"]), UUID(claims["sid"]), expires)
    except (jwt.PyJWTError, ValueError, KeyError, TypeError, AttributeError):
        raise Unauthenticated("The token is not valid, or no longer: sign in again or renew the session.") from None
