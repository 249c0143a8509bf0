"""What is deprecated in the contract, since when this installation says so, and how often who uses it.

None of it belongs to an organization: an access token works in all organizations of its owner.
"""

from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Date,
    Integer,
    Interval,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    any_,
    bindparam,
    column,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from database.metadata import metadata, moment
from database.session import access_tokens
from database.statement import Statement
from database.user import users

deprecations = Table(
    "deprecations",
    metadata,
    Column("coordinate", Text, primary_key=True),
    moment("noticed_at"),
)

deprecation_uses = Table(
    "deprecation_uses",
    metadata,
    Column("coordinate", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("user_id", Uuid, nullable=True),
    Column("access_token_id", Text, nullable=True),
    Column("client_name", Text, nullable=False),
    Column("uses", BigInteger, nullable=False),
    UniqueConstraint(
        "coordinate", "day", "user_id", "access_token_id", "client_name", postgresql_nulls_not_distinct=True
    ),
)

_texts = ARRAY(Text())
NOTICE = Statement(
    upsert(deprecations)
    .from_select(["coordinate"], select(func.unnest(bindparam("coordinates", type_=_texts))))
    .on_conflict_do_nothing()
)
"""Notes what is deprecated; what was noted before keeps its moment."""


class DeprecationRow(TypedDict):
    """A deprecated coordinate, and when this installation first said so."""

    coordinate: str
    noticed_at: datetime


class DeprecationUserRow(TypedDict):
    """Who used a deprecated coordinate, and how often."""

    coordinate: str
    user_id: UUID | None
    access_token_id: str | None
    client_name: str
    uses: int
    last_used_on: date
    all_uses: int
    rank: int
    email: str | None
    access_token_name: str | None


class DeprecationTokenRow(TypedDict):
    """An access token that used a deprecated coordinate."""

    coordinate: str
    email: str
    access_token_name: str
    uses: int
    last_used_on: date


NOTICED = Statement(select(deprecations.c.coordinate, deprecations.c.noticed_at), DeprecationRow)

_given = (
    func.unnest(
        bindparam("coordinates", type_=_texts),
        bindparam("days", type_=ARRAY(Date())),
        bindparam("users", type_=ARRAY(Uuid())),
        bindparam("access_tokens", type_=_texts),
        bindparam("client_names", type_=_texts),
        bindparam("numbers", type_=ARRAY(BigInteger())),
    )
    .table_valued(
        column("coordinate", Text),
        column("day", Date),
        column("user_id", Uuid),
        column("access_token_id", Text),
        column("client_name", Text),
        column("uses", BigInteger),
    )
    .render_derived()
)
_counted = upsert(deprecation_uses).from_select([one.name for one in _given.c], select(_given))
COUNT = Statement(
    _counted.on_conflict_do_update(
        index_elements=["coordinate", "day", "user_id", "access_token_id", "client_name"],
        set_={"uses": deprecation_uses.c.uses + _counted.excluded.uses},
    )
)
"""Adds uses, given in lists that belong together, to what was counted before."""
REMOVE_OLD = Statement(
    delete(deprecation_uses).where(deprecation_uses.c.day < func.current_date() - bindparam("ago", type_=Interval))
)

MOST_USERS = 50
_since = deprecation_uses.c.day > func.current_date() - bindparam("days", type_=Integer)
_summed = (
    select(
        deprecation_uses.c.coordinate,
        deprecation_uses.c.user_id,
        deprecation_uses.c.access_token_id,
        deprecation_uses.c.client_name,
        func.sum(deprecation_uses.c.uses).cast(BigInteger).label("uses"),
        func.max(deprecation_uses.c.day).label("last_used_on"),
    )
    .where(_since, deprecation_uses.c.coordinate == any_(bindparam("coordinates", type_=_texts)))
    .group_by(
        deprecation_uses.c.coordinate,
        deprecation_uses.c.user_id,
        deprecation_uses.c.access_token_id,
        deprecation_uses.c.client_name,
    )
    .subquery()
)
_ranked = select(
    _summed,
    func.sum(_summed.c.uses).over(partition_by=_summed.c.coordinate).cast(BigInteger).label("all_uses"),
    func.row_number(type_=BigInteger)
    .over(
        partition_by=_summed.c.coordinate,
        order_by=(_summed.c.uses.desc(), _summed.c.user_id, _summed.c.access_token_id, _summed.c.client_name),
    )
    .label("rank"),
).subquery()
USERS = Statement(
    select(_ranked, users.c.email, access_tokens.c.name.label("access_token_name"))
    .outerjoin(users, users.c.user_id == _ranked.c.user_id)
    .outerjoin(access_tokens, access_tokens.c.access_token_id == _ranked.c.access_token_id)
    .where(_ranked.c.rank <= MOST_USERS)
    .order_by(_ranked.c.coordinate, _ranked.c.rank),
    DeprecationUserRow,
)
"""Who used these coordinates in the last days, the most eager first, with the number of all uses of the coordinate."""
OF_TOKENS = Statement(
    select(
        deprecation_uses.c.coordinate,
        users.c.email,
        access_tokens.c.name.label("access_token_name"),
        func.sum(deprecation_uses.c.uses).cast(BigInteger).label("uses"),
        func.max(deprecation_uses.c.day).label("last_used_on"),
    )
    .join(access_tokens, access_tokens.c.access_token_id == deprecation_uses.c.access_token_id)
    .join(users, users.c.user_id == access_tokens.c.user_id)
    .where(
        _since,
        deprecation_uses.c.coordinate == any_(bindparam("coordinates", type_=_texts)),
        access_tokens.c.revoked_at.is_(None),
        access_tokens.c.expires_at > func.now(),
        users.c.suspended.is_(False),
    )
    .group_by(deprecation_uses.c.coordinate, users.c.email, access_tokens.c.access_token_id)
    .order_by(users.c.email, deprecation_uses.c.coordinate),
    DeprecationTokenRow,
)
"""Which access tokens that still work used these coordinates in the last days, by the e-mail address of their owner."""
