"""JSON Web Tokens of at most 15 minutes, made and read strictly.

Sources: RFC 7519, RFC 8725 (best current practices), RFC 9068 (`typ`), RFC 8037 (EdDSA). One algorithm; the key is
found by `kid` in a map and nowhere else. A clock may be off by a minute; no token outlives its end for that.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from authz.compact_token import Flat, take_apart
from domain.errors import Unauthenticated

ALGORITHM, TYPE, ISSUER, AUDIENCE = "EdDSA", "at+jwt", "adarve", "adarve-api"
LIFETIME = timedelta(minutes=15)
CLOCK_SKEW = timedelta(minutes=1)
"""How far the clock of the server that made a token may be ahead of that of the one that reads it."""
_TIMES, _TEXTS = ("exp", "iat", "nbf"), ("iss", "aud", "sub", "jti", "sid")
_HEADER = {"alg", "typ", "kid"}


@dataclass(frozen=True, slots=True)
class WebToken:
    """What a valid token says."""

    user_id: UUID
    session_id: UUID
    expires_at: datetime
    key_id: str


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
        header, claims = take_apart(token)
        if header.keys() != _HEADER or header["typ"] != TYPE or header["alg"] != ALGORITHM:
            raise ValueError("the header is not exactly ours")
        _check_claims(claims)
        jwt.decode(
            token,
            keys[str(header["kid"])].private.public_key(),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            leeway=CLOCK_SKEW,
            options={"require": [*_TIMES, *_TEXTS], "strict_aud": True},
        )
        expires = datetime.fromtimestamp(int(claims["exp"]), UTC)
        if expires <= datetime.now(UTC):
            raise ValueError("the token has expired")
        return WebToken(_uuid(claims["sub"]), _uuid(claims["sid"]), expires, str(header["kid"]))
    except (jwt.PyJWTError, ValueError, KeyError, OverflowError):
        raise Unauthenticated("The token is not valid, or no longer: sign in again or renew the session.") from None


def _check_claims(claims: Flat) -> None:
    """Raise ValueError unless the claims are exactly ours, each of its type, and live no longer than a token may."""
    if claims.keys() != {*_TIMES, *_TEXTS}:
        raise ValueError("the claims are not exactly ours")
    if not all(type(claims[name]) is int for name in _TIMES) or not all(type(claims[name]) is str for name in _TEXTS):
        raise ValueError("a claim is of another type")
    issued, begins, expires = int(claims["iat"]), int(claims["nbf"]), int(claims["exp"])
    if not issued <= begins < expires <= issued + LIFETIME.total_seconds():
        raise ValueError("the times do not fit")


def _uuid(text: str | int) -> UUID:
    """Return the UUID that a text is, in the one form in which we write it; raise ValueError otherwise."""
    found = UUID(str(text))
    if str(found) != text:
        raise ValueError("an id is not written as we write it")
    return found
