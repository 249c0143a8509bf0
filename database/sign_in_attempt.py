"""Attempts to prove a password, counted for each account and each address, so that nobody guesses on and on.

Accounts and addresses are stored as SHA-256 hashes: the table tells nobody who tried to sign in.
"""

from datetime import datetime
from typing import TypedDict

from sqlalchemy import (
    Column,
    Integer,
    Interval,
    LargeBinary,
    Table,
    and_,
    bindparam,
    case,
    delete,
    func,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from database.metadata import metadata, moment
from database.statement import Statement

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("subject_hash", LargeBinary, primary_key=True),
    Column("attempts", Integer, nullable=False),
    moment("window_began_at"),
)

_subject = bindparam("subject_hash", type_=LargeBinary)
_stale = sign_in_attempts.c.window_began_at < func.now() - bindparam("window", type_=Interval)


class AttemptsRow(TypedDict):
    """How many attempts there were since the window began."""

    attempts: int
    window_began_at: datetime


COUNT = Statement(
    upsert(sign_in_attempts)
    .values(subject_hash=_subject, attempts=1)
    .on_conflict_do_update(
        index_elements=["subject_hash"],
        set_={
            "attempts": case((_stale, 1), else_=sign_in_attempts.c.attempts + 1),
            "window_began_at": case((_stale, func.now()), else_=sign_in_attempts.c.window_began_at),
        },
    )
    .returning(sign_in_attempts.c.attempts, sign_in_attempts.c.window_began_at),
    AttemptsRow,
)
"""Counts an attempt of an account or an address, and returns how many there were since its window began."""
FORGIVE = Statement(
    update(sign_in_attempts)
    .where(and_(sign_in_attempts.c.subject_hash == _subject, sign_in_attempts.c.attempts > 0))
    .values(attempts=sign_in_attempts.c.attempts - 1)
)
"""Takes one attempt back: it was no guess."""
FORGET = Statement(delete(sign_in_attempts).where(sign_in_attempts.c.subject_hash == _subject))
"""Begins anew."""
REMOVE_OLD = Statement(
    delete(sign_in_attempts).where(sign_in_attempts.c.window_began_at < func.now() - bindparam("ago", type_=Interval))
)
