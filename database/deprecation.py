"""What is deprecated in the contract, since when this installation says so, and how often who uses it.

None of it belongs to an organization: an access token works in all organizations of its owner.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Date,
    Interval,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    column,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from database.metadata import metadata, moment
from database.statement import Statement

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
NOTICED = Statement(select(deprecations.c.coordinate, deprecations.c.noticed_at))

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
