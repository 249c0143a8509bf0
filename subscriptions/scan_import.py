"""importProgress."""

from collections.abc import AsyncIterator

from ariadne import SubscriptionType

from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_on_subscription, require_login
from bindings.following import follow
from bindings.types import handed_over
from database.scan_import import BY_KEY, ScanImportRow
from enums.scan_import import FINISHED
from jobs.queue import import_topic

subscription = SubscriptionType()


def follow_import(_: None, info: Info, *, scan_import: ScanImportRow) -> AsyncIterator[ScanImportRow]:
    """Yield the import whenever it has got further, until it has ended or may not be seen any more."""
    return follow(
        info,
        scan_import,
        topic=import_topic(scan_import["organization_id"], scan_import["key"]),
        statement=BY_KEY,
        visible=Action.SCAN_IMPORT_READ,
        has_ended=lambda row: row["status"] in FINISHED,
    )


subscription.set_source(
    "importProgress", require_login(enforce_on_subscription(Action.SCAN_IMPORT_READ, by="importId")(follow_import))
)
subscription.set_field("importProgress", handed_over())

BINDABLES = [subscription]
"""What this module binds to the schema."""
