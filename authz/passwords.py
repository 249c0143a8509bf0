"""Passwords, hashed with argon2id in a thread, only a few at a time: each costs 64 MiB and tens of milliseconds.

Source: RFC 9106, second recommended option; argon2-cffi's defaults follow it.
"""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MOST_AT_ONCE = 2
_hasher = PasswordHasher()


@cache
def _turns() -> asyncio.Semaphore:
    return asyncio.Semaphore(MOST_AT_ONCE)


@cache
def _decoy() -> str:
    """Return a hash to check against where there is no account, so that the answer takes as long."""
    return _hasher.hash("nobody has this password")


async def hash_password(password: str) -> str:
    """Return the hash to store, in the PHC string format."""
    async with _turns():
        return await asyncio.to_thread(_hasher.hash, password)


async def matches(password: str, stored: str | None) -> bool:
    """Return whether a password is the stored one; takes the same time where nothing is stored."""
    async with _turns():
        return await asyncio.to_thread(_matches, password, stored)


def _matches(password: str, stored: str | None) -> bool:
    try:
        _hasher.verify(stored or _decoy(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
