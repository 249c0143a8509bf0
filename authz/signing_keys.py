"""The keys by which web tokens are signed: kept in the database, rotated with overlap, published without their secret.

A rotation makes a new key and retires the others, which go on verifying until the last token that they signed has
ended. Every process looks again within a second, so that a key that is gone is gone everywhere.
Sources: RFC 7517 (JSON Web Key Set), RFC 8037 (Ed25519 keys).
"""

import base64
import time
from datetime import timedelta

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authz import web_token
from authz.web_token import SigningKey
from database import session
from database.pool import Database
from database.unit_of_work import UnitOfWork, unit_of_work
from domain.errors import Unavailable
from domain.identifiers import NO_ORGANIZATION

LOOK_AGAIN_SECONDS = 1.0
OVERLAP = web_token.LIFETIME + web_token.CLOCK_SKEW
"""How long a retired key still verifies: no token that it signed lives longer."""


class SigningKeys:
    """The keys of an installation, as this process knows them."""

    def __init__(self, database: Database) -> None:
        """Take the database in which the keys are."""
        self._database = database
        self._known: dict[str, SigningKey] = {}
        self._looked = -LOOK_AGAIN_SECONDS

    async def load(self) -> None:
        """Load the keys, making the first one if there is none."""
        if not any(not key.retired for key in (await self._look()).values()):
            async with unit_of_work(self._database, None, None) as work:
                await _add_key(work)
            await self._look()

    async def known(self) -> dict[str, SigningKey]:
        """Return the keys that verify a token at this moment, by key id."""
        if time.monotonic() - self._looked >= LOOK_AGAIN_SECONDS:
            await self._look()
        return self._known

    def forget(self) -> None:
        """Look again at the next use."""
        self._looked = -LOOK_AGAIN_SECONDS

    async def current(self) -> SigningKey:
        """Return the newest key, by which tokens are signed; raise Unavailable if there is none."""
        for key in (await self.known()).values():
            if not key.retired:
                return key
        raise Unavailable("There is no signing key: `adarve keys rotate` makes one.")

    async def published(self) -> list[dict[str, str]]:
        """Return the public keys as a JSON Web Key Set lists them."""
        return [_public_key(key) for key in (await self.known()).values()]

    async def _look(self) -> dict[str, SigningKey]:
        asked = time.monotonic()
        rows = await self._database.reader().fetch(session.SIGNING_KEYS, overlap=OVERLAP)
        self._known = {
            row["key_id"]: SigningKey.from_pem(row["key_id"], row["private_key"], retired=row["retired_at"] is not None)
            for row in rows
        }
        self._looked = asked
        return self._known


async def rotate(database: Database, *, at_once: bool = False) -> str:
    """Make a new key, retire the others and return the new one's id.

    The others verify until the last token that they signed has ended; with `at_once` they are gone, and with them
    every web token: sessions then renew theirs.
    """
    async with unit_of_work(database, None, None) as work:
        await work.run(session.REMOVE_SIGNING_KEYS, overlap=timedelta(0) if at_once else OVERLAP, active=at_once)
        await work.run(session.RETIRE_SIGNING_KEYS)
        key_id = await _add_key(work)
        work.record("rotate", "SigningKey", NO_ORGANIZATION, {"keyId": key_id, "atOnce": at_once})
        return key_id


async def _add_key(work: UnitOfWork) -> str:
    key_id, pem = web_token.new_key_pem()
    await work.run(session.ADD_SIGNING_KEY, key_id=key_id, private_key=pem)
    return key_id


def _public_key(key: SigningKey) -> dict[str, str]:
    raw = key.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": web_token.ALGORITHM,
        "use": "sig",
        "kid": key.key_id,
        "x": base64.urlsafe_b64encode(raw).decode().rstrip("="),
    }
