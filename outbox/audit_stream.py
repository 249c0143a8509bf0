"""The audit stream: every change as a line of the log, for a system that gathers logs (a SIEM).

A line names the organization, the change's position there, and what was done to which object, never what was said.
"""

from collections.abc import Sequence

import structlog

from database.outbox import ChangeRow
from database.unit_of_work import UnitOfWork
from outbox.consumer import Consumer

_log = structlog.get_logger(__name__)


async def _write(_: UnitOfWork, changes: Sequence[ChangeRow]) -> None:
    for change in changes:
        _log.info(
            "change",
            organization=str(change["organization_id"]),
            position=change["position"],
            verb=change["verb"],
            type=change["type_name"],
            object=str(change["object_key"]),
            at=change["created_at"].isoformat(),
        )


AUDIT_STREAM = Consumer("audit_stream", _write)
"""The consumer that writes the log."""
