"""Invitations to a role: their tokens, and what it takes to accept one.

A token is 256 random bits, shown once and stored as a SHA-256 hash. It counts for the address that was invited and for
no other, until it expires, and only while who sent it may still give the role.
"""

import secrets
from typing import Any
from uuid import UUID

from authz import policy
from authz.access_token import hash_secret
from authz.actions import Action
from authz.boundary import grantable_roles
from authz.police import police
from authz.subject import EVERYWHERE, place_of
from database import invitation as invitations
from database.unit_of_work import UnitOfWork
from domain.errors import Conflict, NotFound
from enums.stakeholder import StakeholderRole

LONGEST_TOKEN = 100
_NONE = "There is no such invitation to your address, or it has ended: ask for a new one."


def new_token() -> str:
    """Return the text that lets the invited person accept."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """Return what is stored of a token."""
    return hash_secret(token)


async def of_token(fetch: policy.Fetch, token: str, email: str, argument: str = "token") -> Any:
    """Return the invitation of a token that waits for an answer of this address; raise NotFound otherwise.

    The words are the same whether the token is unknown, has ended or was sent to somebody else.
    """
    rows = await fetch(invitations.BY_SECRET, secret_hash=hash_token(token)) if len(token) <= LONGEST_TOKEN else []
    if not rows or rows[0]["email"] != email:
        raise NotFound(_NONE, argument=argument)
    return rows[0]


async def lets_in(fetch: policy.Fetch, invitation: Any) -> bool:
    """Return whether an invitation allows signing up: only if its sender may see every account anyway.

    Its sender holds the token, and nobody has proved the address; so anybody else could make accounts in other
    people's names by it, and learn who has one.
    """
    return police().may(await policy.subject_of(fetch, invitation["invited_by"]), Action.USER_READ, EVERYWHERE)


async def accept(work: UnitOfWork, invitation: Any, user_id: UUID) -> None:
    """Give the invited user the role; raise NotFound if who sent it may not any more, Conflict if there is a role."""
    place, role = place_of(invitation), StakeholderRole(invitation["role"])
    await policy.lock(work, place)
    if await work.run_one(invitations.ANSWER, id=invitation["key"]) is None:
        raise NotFound(_NONE, argument="token")
    sender = await policy.subject_of(work.run, invitation["invited_by"])
    if role not in grantable_roles(sender, place):
        raise NotFound(_NONE, argument="token")
    held = await policy.holder(work.run, place, invitation["email"])
    if held is not None:
        raise Conflict(f"You are {held['role']} there already.", argument="token")
    await policy.grant(work, user_id, place, role)
    work.record("accept", "Invitation", invitation["key"], {"user": str(user_id), "role": str(role)})
