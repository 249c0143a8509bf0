"""importProgress."""

from collections.abc import AsyncIterator
from typing import Any

from ariadne import SubscriptionType

from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_on_subscription, require_login
from authz.police import police
from authz.subject import place_of
from bindings.types import handed_over
from database.scan_import import BY_KEY, ScanImportRow
from enums.scan_import import FINISHED
from jobs.queue import import_topic

subscription = SubscriptionType()


async def follow_import(_: None, info: Info, *, scan_import: ScanImportRow) -> AsyncIterator[Any]:
    """Yield the import whenever it has got further, until it has ended or may not be seen any more."""
    caller = info.context
    organization_id, key = scan_import["organization_id"], scan_import["key"]
    topic, shown = import_topic(organization_id, key), None

    async def load() -> Any:
        """Read the import, for all who follow it; each looks whether that one may see it."""
        reader = caller.database.reader(frozenset({organization_id}))
        return await reader.fetch_one(BY_KEY, organization_id=organization_id, key=key)

    async with caller.bus.listen(topic) as told:
        async for woken in told:
            await caller.refresh()
            if caller.subject is None or organization_id not in caller.subject.organizations:
                return
            row = await caller.bus.read(topic, woken, load)
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
subscription.set_field("importProgress", handed_over())

BINDABLES = [subscription]
