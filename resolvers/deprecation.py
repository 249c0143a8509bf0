"""What of the contract is deprecated, and who still uses it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from ariadne import QueryType

from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_user_level_auth_async, require_login
from bindings.types import GuardedType
from database.deprecation import USERS, DeprecationUserRow
from deprecation.elements import DeprecatedElement, DeprecatedElements
from domain.deprecation_notice import NOTICED_DAYS

NOWHERE: dict[str, Any] = {"organization_id": None, "group_id": None}
"""Where these objects are: in no organization, so that only roles of the user level count."""

query = QueryType()
deprecation = GuardedType("Deprecation", visible=Action.DEPRECATION_READ)
deprecation.expose(
    Action.DEPRECATION_READ, "coordinate", "reason", "removedAfter", "replacement", "isOverdue", "uses", "users"
)
deprecation_user = GuardedType("DeprecationUser", visible=Action.DEPRECATION_READ)
deprecation_user.expose(Action.DEPRECATION_READ, "name", "email", "accessTokenName", "clientName", "uses", "lastUsedOn")


@query.field("deprecations")
@require_login
@enforce_user_level_auth_async(Action.DEPRECATION_READ)
async def resolve_deprecations(_: None, info: Info) -> list[dict[str, Any]]:
    """Return what is deprecated, what goes first at the front."""
    found = sorted(DeprecatedElements(info.schema).all.values(), key=_day_and_name)
    rows = await info.context.reader.fetch(USERS, coordinates=[one.coordinate for one in found], days=NOTICED_DAYS)
    users: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        users[row["coordinate"]].append(row)
    return [_record(one, users[one.coordinate]) for one in found]


def _day_and_name(one: DeprecatedElement) -> tuple[bool, Any, str]:
    return one.promise.day is None, one.promise.day, one.coordinate


def _record(one: DeprecatedElement, rows: Sequence[DeprecationUserRow]) -> dict[str, Any]:
    day = one.promise.day
    return NOWHERE | {
        "typename": "Deprecation",
        "coordinate": one.coordinate,
        "reason": one.reason,
        "removed_after": day,
        "replacement": one.promise.replacement,
        "is_overdue": day is not None and day < datetime.now(UTC).date(),
        "uses": rows[0]["all_uses"] if rows else 0,
        "users": list(_users(rows)),
    }


def _users(rows: Sequence[DeprecationUserRow]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield NOWHERE | {
            "typename": "DeprecationUser",
            "name": _name(row),
            "email": row["email"],
            "access_token_name": row["access_token_name"],
            "client_name": row["client_name"] or None,
            "uses": row["uses"],
            "last_used_on": row["last_used_on"],
        }


def _name(row: DeprecationUserRow) -> str:
    """Return who it was in words: `ada@example.com (token nightly, client portal)`."""
    token, client = row["access_token_name"], row["client_name"]
    more = ", ".join([*([f"token {token}"] if token else []), *([f"client {client}"] if client else [])])
    return f"{row['email'] or 'nobody signed in'}{f' ({more})' if more else ''}"


BINDABLES = [query, deprecation, deprecation_user]
"""What this module binds to the schema."""
