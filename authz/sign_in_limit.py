"""How often a password may be tried: for each account, and for each address from which it is tried.

Attempts are counted, not requests, before the password is looked at and whether or not there is such an account: the
aliases of one operation, many operations at once and many server processes all count alike. A right password takes its
attempt back.
"""

import hashlib
import ipaddress
from datetime import UTC, datetime, timedelta

from database.pool import Database
from database.sign_in_attempt import COUNT, FORGET, FORGIVE
from database.unit_of_work import unit_of_work
from domain.errors import RateLimited

WINDOW = timedelta(minutes=15)
MOST_OF_ACCOUNT = 10
MOST_OF_ADDRESS = 50
IPV6_PREFIX = 64
"""A customer of an IPv6 network has at least this whole prefix to choose addresses from."""


def _hash(kind: str, name: str) -> bytes:
    return hashlib.sha256(f"{kind}:{name}".encode()).digest()


def _network(address: str | None) -> str:
    """Return the network that counts as one address."""
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False))
    return str(found)


class SignInLimit:
    """The limit of one installation."""

    def __init__(self, database: Database) -> None:
        """Take the database in which attempts are counted."""
        self._database = database

    async def attempt(self, email: str, address: str | None) -> None:
        """Count an attempt at an account; raise RateLimited, with the seconds to wait, if there were too many.

        An address that is refused does not get as far as the account, so that it cannot close other people's.
        """
        await self.attempt_by_address(address)
        await self._count(_hash("account", email), MOST_OF_ACCOUNT)

    async def attempt_by_address(self, address: str | None) -> None:
        """Count an attempt of an address alone; raise RateLimited if there were too many."""
        await self._count(_hash("address", _network(address)), MOST_OF_ADDRESS)

    async def _count(self, subject_hash: bytes, most: int) -> None:
        async with unit_of_work(self._database, None, None) as work:
            row = await work.run_required(COUNT, subject_hash=subject_hash, window=WINDOW)
        if row["attempts"] > most:
            left = row["window_began_at"] + WINDOW - datetime.now(UTC)
            seconds = max(int(left.total_seconds()), 1)
            raise RateLimited(
                f"Too many attempts to sign in: try again in {seconds} seconds.", retryAfterSeconds=seconds
            )

    async def succeeded(self, email: str, address: str | None) -> None:
        """Begin anew for an account whose password was right, and take the attempt of its address back."""
        async with unit_of_work(self._database, None, None) as work:
            await work.run(FORGIVE, subject_hash=_hash("address", _network(address)))
            await work.run(FORGET, subject_hash=_hash("account", email))
