"""Following an object: a subscription that yields it whenever it has changed, with the rights of that moment.

    follow(info, scan_import, topic=…, statement=BY_KEY, visible=Action.SCAN_IMPORT_READ, has_ended=…)

Who follows the same topic shares one read of each change; each looks by itself whether it may see what was read.
"""

from collections.abc import AsyncIterator, Callable
from typing import TypeVar, cast
from uuid import UUID

from authz.actions import Action
from authz.caller import Info
from authz.police import police
from authz.subject import place_of
from database.row import AnyRow
from database.statement import Statement

R = TypeVar("R", bound=AnyRow)


async def follow(
    info: Info,
    record: AnyRow,
    *,
    topic: str,
    statement: Statement[R],
    visible: Action,
    has_ended: Callable[[R], bool] = lambda _: False,
) -> AsyncIterator[R]:
    """Yield an object at once and whenever it differs, until it has ended or may not be seen any more.

    `statement` takes `organization_id` and `key`; `topic` is what whoever changes the object tells (`work.tell`).
    """
    caller = info.context
    organization_id, key = cast(UUID, record["organization_id"]), cast(UUID, record["key"])
    shown: R | None = None

    async def load() -> R | None:
        """Read the object, for all who follow it."""
        reader = caller.database.reader(frozenset({organization_id}))
        return await reader.fetch_one(statement, organization_id=organization_id, key=key)

    async with caller.bus.listen(topic) as told:
        async for woken in told:
            await caller.refresh()
            if caller.subject is None or organization_id not in caller.subject.organizations:
                return
            row = await caller.bus.read(topic, woken, load)
            if row is None or not police().may(caller.subject, visible, place_of(row)):
                return
            if row != shown:
                shown = row
                yield row
            if has_ended(row):
                return
