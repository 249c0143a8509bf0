"""Attempts to prove a password, counted for each account and each address, so that nobody guesses on and on.

Accounts and addresses are stored as SHA-256 hashes: the table tells nobody who tried to sign in.
"""

from sqlalchemy import (
    ARRAY,
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
    select,
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

_hashes = bindparam("hashes", type_=ARRAY(LargeBinary))
_stale = sign_in_attempts.c.window_began_at < func.now() - bindparam("window", type_=Interval)
_given = select(func.unnest(_hashes).label("subject_hash"), 1, func.now())
_counted = upsert(sign_in_attempts).from_select(["subject_hash", "attempts", "window_began_at"], _given)
COUNT = Statement(
    _counted.on_conflict_do_update(
        index_elements=["subject_hash"],
        set_={
            "attempts": case((_stale, 1), else_=sign_in_attempts.c.attempts + 1),
            "window_began_at": case((_stale, func.now()), else_=sign_in_attempts.c.window_began_at),
        },
    ).returning(sign_in_attempts.c.subject_hash, sign_in_attempts.c.attempts, sign_in_attempts.c.window_began_at)
)
"""Counts an attempt of each of these, in their order, and returns how many there were since its window began."""
FORGIVE = Statement(
    update(sign_in_attempts)
    .where(and_(sign_in_attempts.c.subject_hash == _hashes.any_(), sign_in_attempts.c.attempts > 0))
    .values(attempts=sign_in_attempts.c.attempts - 1)
)
"""Takes one attempt of each of these back: it was no guess."""
FORGET = Statement(
    delete(sign_in_attempts).where(sign_in_attempts.c.subject_hash == bindparam("subject_hash", type_=LargeBinary))
)
"""Begins anew for one of them."""
REMOVE_OLD = Statement(
    delete(sign_in_attempts).where(sign_in_attempts.c.window_began_at < func.now() - bindparam("ago", type_=Interval))
)
