"""importProgress."""

from collections.abc import AsyncIterator
from typing import Any

from ariadne import SubscriptionType

from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_on_subscription, require_login
from authz.police import police
from authz.subject import place_of
from database.scan_import import BY_KEY
from enums.scan_import import FINISHED
from jobs.queue import import_topic

subscription = SubscriptionType()


async def follow_import(_: None, info: Info, *, scan_import: Any) -> AsyncIterator[Any]:
    """Yield the import whenever it has got further, until it has ended or may not be seen any more."""
    caller = info.context
    organization_id, key = scan_import["organization_id"], scan_import["key"]
    shown: Any = None
    async with caller.bus.listen(import_topic(organization_id, key)) as told:
        async for _told in told:
            await caller.refresh()
            row = await caller.reader.fetch_one(BY_KEY, organization_id=organization_id, key=key)
            if row is None or not police().may(caller.subject, Action.SCAN_IMPORT_READ, place_of(row)):
                return
            if row != shown:
                shown = row
                yield row
            if row["status"] in FINISHED:
                return


subscription.set_source(
    "importProgress", require_login(enforce_on_subscription(Action.SCAN_IMPORT_READ, by="importId")(follow_import))
)


@subscription.field("importProgress")
@require_login
def resolve_import_progress(row: Any, _: Info, **_arguments: Any) -> Any:
    """Return what the source has just read."""
    return row


BINDABLES = [subscription]
