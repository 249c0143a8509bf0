"""What an import leaves behind: the states of what it touched, their history, and the counts of both."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from database import scan_results
from database.scan_results import uuids_of
from domain.identifiers import new_keys
from domain.scan_import import Counts
from enums.vulnerability import VulnerabilityChangeKind, VulnerabilityState


class Settling:
    """Gathers what an import touches while it lands, and settles it at the end."""

    def __init__(self, connection: Any, place: tuple[UUID, UUID], scan_import_id: UUID) -> None:
        """Take the connection of the transaction, the organization and group, and the import's key."""
        self._connection = connection
        self._place = place
        self._key = scan_import_id
        self._changes: list[tuple[UUID, str, str]] = []
        self._touched: dict[UUID, tuple[str, bool]] = {}
        self._merged: list[UUID] = []
        self._findings: set[UUID] = set()
        self._added = 0

    def touch(self, tool: str, keys: Iterable[UUID], *, reported: bool) -> None:
        """Note vulnerabilities whose sources changed: `reported` by a tool, or not any more."""
        for key in keys:
            if reported or key not in self._touched:
                self._touched[key] = (tool, reported)

    def note(self, key: UUID, kind: VulnerabilityChangeKind, tool: str) -> None:
        """Add an entry to the history of a vulnerability."""
        self._changes.append((key, kind.value, tool))

    def merge(self, tool: str, keys: list[UUID]) -> None:
        """Note vulnerabilities of another tool that have got this one as a further source."""
        for key in keys:
            self.note(key, VulnerabilityChangeKind.ALSO_REPORTED, tool)
        self._merged.extend(keys)
        self.touch(tool, keys, reported=True)

    def add(self, count: int, findings: Iterable[UUID]) -> None:
        """Note how many vulnerabilities are new, and the findings that they belong to."""
        self._added += count
        self._findings.update(findings)

    async def settle(self, counts: Counts) -> None:
        """Give what was touched its state, count it, write the history and the findings' states."""
        rows = await self._connection.fetch(scan_results.SETTLE, *self._place, self._key, list(self._touched))
        settled = {row["vulnerability_id"]: row["state"] for row in rows if row["before"] != row["state"]}
        for key, (tool, reported) in self._touched.items():
            self._count(counts, key, tool, settled.get(key), reported=reported)
        counts.added = self._added
        counts.merged = sum(key not in settled for key in self._merged)
        await self._write_history()
        if self._touched or self._findings:
            findings = list(self._findings)
            await self._connection.execute(scan_results.STATUS, self._place[0], list(self._touched), findings)

    def _count(self, counts: Counts, key: UUID, tool: str, state: str | None, *, reported: bool) -> None:
        """Count a vulnerability whose state is new, None if it is as it was."""
        if state == VulnerabilityState.VULNERABLE:
            counts.reopened += 1
            self.note(key, VulnerabilityChangeKind.REOPENED, tool)
        elif state is not None and reported:
            counts.suppressed += 1
            self.note(key, VulnerabilityChangeKind.SUPPRESSED, tool)
        elif state is not None:
            counts.closed += 1
            self.note(key, VulnerabilityChangeKind.CLOSED, tool)
        elif not reported:
            self.note(key, VulnerabilityChangeKind.NOT_REPORTED, tool)

    async def _write_history(self) -> None:
        if self._changes:
            keys, kinds, tools = zip(*self._changes, strict=True)
            change_keys = uuids_of(new_keys(len(keys)))
            await self._connection.execute(
                scan_results.ADD_CHANGES, *self._place, self._key, keys, change_keys, kinds, tools
            )
