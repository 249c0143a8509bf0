"""Access tokens for scripts and pipelines: `adv_<id>_<secret><checksum>`, shown once, stored hashed.

The checksum (CRC-32) lets secret scanners tell a real token from a look-alike without asking us.
"""

import hashlib
import re
import secrets
import zlib
from dataclasses import dataclass
from uuid import UUID

PREFIX = "adv_"
_FORM = re.compile(r"adv_([0-9a-f]{16})_([0-9a-f]{40})([0-9a-f]{8})")


def key_of(access_token_id: str) -> UUID:
    """Return the key of an access token's global id: its own id, filled up."""
    return UUID(hex=access_token_id.zfill(32))


@dataclass(frozen=True, slots=True)
class NewAccessToken:
    """A token just made: its whole text, to show once, and what is stored."""

    text: str
    access_token_id: str
    secret_hash: bytes

    @property
    def key(self) -> UUID:
        """The key of its global id."""
        return key_of(self.access_token_id)


def hash_secret(secret: str) -> bytes:
    """Return the SHA-256 of a secret of 160 random bits; that many bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"


def new_access_token() -> NewAccessToken:
    """Return a new token."""
    token_id, secret = secrets.token_hex(8), secrets.token_hex(20)
    body = f"{PREFIX}{token_id}_{secret}"
    return NewAccessToken(body + _checksum(body), token_id, hash_secret(secret))


def parse_access_token(text: str) -> tuple[str, bytes] | None:
    """Return a token's id and the hash of its secret, or None if it is not one of ours."""
    match = _FORM.fullmatch(text)
    if match is None or _checksum(text[: match.end(2)]) != match[3]:
        return None
    return match[1], hash_secret(match[2])
