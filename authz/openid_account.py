"""The account behind an identity at an OpenID Connect provider: found, linked or made.

An identity is known by its issuer and subject. Where it is not yet, it is linked to the account with its e-mail
address only if the provider says that the address was verified; and to an account with a password only while its owner
is signed in, so that whoever made an account in somebody else's name has no part in what that person does later.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError

from database import invitation, linked_identity, user
from database.pool import Database
from database.unit_of_work import UnitOfWork, unit_of_work
from domain.errors import Conflict, Forbidden
from domain.identifiers import new_key
from enums.user import UserRole

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class OpenIdentity:
    """What a provider says about who has signed in there."""

    issuer: str
    subject: str
    email: str | None
    """The address, in lower case; None unless the provider has verified it."""
    name: str


async def account_of(database: Database, identity: OpenIdentity, *, signed_in: UUID | None, open_sign_up: bool) -> Any:
    """Return the account of an identity, linked or made if need be; `signed_in` is who is so in the same browser.

    Raises Forbidden, saying what to do, where there is no account for it and none may be made.
    """
    named = {"issuer": identity.issuer, "subject": identity.subject}
    try:
        async with unit_of_work(database, None, None) as work:
            known = await work.run_one(linked_identity.USER_OF, **named)
            if known is None:
                await _link(work, identity, signed_in, open_sign_up=open_sign_up)
                known = await work.run_one(linked_identity.USER_OF, **named)
    except UniqueViolationError as error:
        raise Conflict("The same person signed in at this very moment: try again.") from error
    if known is None or known["suspended"]:
        raise Forbidden("This account is suspended: ask who administers the installation.")
    return known


async def _link(work: UnitOfWork, identity: OpenIdentity, signed_in: UUID | None, *, open_sign_up: bool) -> None:
    email = identity.email
    if email is None:
        raise Forbidden("The provider has not verified your e-mail address: verify it there, then sign in again.")
    account = await work.run_one(user.BY_EMAIL, email=email)
    if account is not None and account["password_hash"] is not None and account["user_id"] != signed_in:
        raise Forbidden(
            f"There is an account {email} with a password: sign in with it first, then sign in here to link the two."
        )
    if (
        account is not None
        and account["user_id"] != signed_in
        and await work.run(linked_identity.OF_USER, issuer=identity.issuer, user_id=account["user_id"])
    ):
        raise Forbidden(
            f"The account {email} belongs to somebody else at this provider: ask who administers the installation."
        )
    user_id = account["user_id"] if account is not None else await _make(work, identity, email, open_to=open_sign_up)
    await work.run(linked_identity.LINK, issuer=identity.issuer, subject=identity.subject, user_id=user_id)
    work.record("link_identity", "User", user_id, {"issuer": identity.issuer})


async def _make(work: UnitOfWork, identity: OpenIdentity, email: str, *, open_to: bool) -> UUID:
    """Make an account without a password, if sign-up is open or the address was invited."""
    await work.run(user.LOCK)
    if (await work.run_required(user.COUNT))["count"] == 0:
        raise Forbidden("The first account is made by `signUp`: it administers the installation.")
    if not open_to and not await work.run(invitation.PENDING_TO, email=email):
        raise Forbidden(f"There is no account {email} here, and sign-up is by invitation: ask for one.")
    user_id = new_key()
    added = await work.run_one(
        user.ADD,
        user_id=user_id,
        email=email,
        name=identity.name.strip()[:LONGEST_NAME] or email,
        password_hash=None,
        role=str(UserRole.USER),
    )
    if added is None:
        raise Conflict("The same person signed in at this very moment: try again.")
    work.record("sign_up", "User", user_id, {"email": email, "issuer": identity.issuer})
    return user_id
