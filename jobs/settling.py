"""Settles an import: the states of the vulnerabilities that it touched, their history, and the counts."""

from collections.abc import Iterable
from uuid import UUID

from database.transition import Touched, Transitions
from domain.scan_import import Counts
from enums.vulnerability import VulnerabilityChangeKind


class Settling:
    """Gathers what an import touches while it lands, and settles it at the end."""

    def __init__(self, transitions: Transitions) -> None:
        """Take what changes states in the transaction of the import."""
        self._transitions = transitions
        self._entries: list[tuple[UUID, VulnerabilityChangeKind, str | None]] = []
        self._touched: dict[UUID, Touched] = {}
        self._merged: list[UUID] = []
        self._findings: set[UUID] = set()
        self._added = 0

    def touch(self, tool: str, keys: Iterable[UUID], *, reported: bool) -> None:
        """Note vulnerabilities whose sources changed: `reported` by a tool, or not any more."""
        for key in keys:
            if reported or key not in self._touched:
                self._touched[key] = Touched(key, tool, reported)

    def note(self, key: UUID, kind: VulnerabilityChangeKind, tool: str) -> None:
        """Add an entry to the history of a vulnerability."""
        self._entries.append((key, kind, tool))

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
        await self._transitions.note(self._entries)  # what was reported comes before what becomes of it
        moved = await self._transitions.follow_sources(list(self._touched.values()))
        kinds = list(moved.values())
        counts.reopened = kinds.count(VulnerabilityChangeKind.REOPENED)
        counts.suppressed = kinds.count(VulnerabilityChangeKind.SUPPRESSED)
        counts.closed = kinds.count(VulnerabilityChangeKind.CLOSED)
        counts.added = self._added
        counts.merged = sum(key not in moved for key in self._merged)
        await self._transitions.derive_findings(self._touched, self._findings)
