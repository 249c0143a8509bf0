"""Lands a report: its results become findings and vulnerabilities of a group, in the import's one transaction.

For each target of the report, in order: what is new, changed or gone is found out (`domain.closing`), the gone are
closed, the changed are updated, the new are merged with what another tool has reported there or added. Then every
vulnerability that was touched gets its state from its sources.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from database import finding, organization, scan_results, vulnerability_source
from database.scan_import import ScanImportRow
from database.scan_results import uuid_of, uuids_of
from database.transition import Transitions
from database.unit_of_work import UnitOfWork
from database.vulnerability_source import KnownSourceRow
from domain.closing import ActiveRules, Comparison, Known, Reported, compare, silence
from domain.finding import check_cwe_ids
from domain.identifiers import new_key, new_keys
from domain.scan_import import Counts, ImportFailed
from domain.vulnerability import MANUAL_TOOL
from enums.finding import FindingStatus
from enums.vulnerability import SourceState, VulnerabilityChangeKind
from jobs.settling import Settling
from jobs.target import Target, targets_of
from scans.report import Report, Result, Rule

FEW = 200
"""Up to that many results are looked up in an index one by one."""
_STATES = {str(state): state for state in SourceState}


class Landing:
    """One report on its way into a group."""

    def __init__(self, work: UnitOfWork, row: ScanImportRow, report: Report, counts: Counts) -> None:
        """Take the transaction, the import's row, what was read, and the counts to fill in."""
        self._work = work
        self._connection = work.connection
        self._row = row
        self._report = report
        self.counts = counts
        self.targets: list[Target] = []
        self._place = (row["organization_id"], row["group_id"])
        self._key: UUID = row["key"]
        self._transitions = Transitions(work, *self._place, self._key)
        self._settling = Settling(self._transitions)
        self._merges = False

    async def land(self) -> None:
        """Do it; raises ImportFailed, and then nothing may be committed."""
        await self._connection.execute(scan_results.LOCK, scan_results.landing_lock(*self._place))
        await self._connection.execute(scan_results.JOIN_BY_HASH)
        self.targets, repeated = await targets_of(self._work, self._row, self._report)
        self.counts.skipped += repeated
        known_targets = await self._known_targets()
        tenant = await self._work.run_required(organization.BY_KEY, organization_id=self._place[0])
        self._merges = tenant["merges_across_tools"]
        for target in self.targets:
            await self._land_target(target, known_targets.get(target.key, False))
        await self._settling.settle(self.counts)
        self.counts.count_same()

    async def _known_targets(self) -> dict[UUID, bool]:
        rows = await self._work.run(
            vulnerability_source.TARGETS,
            organization_id=self._place[0],
            group_id=self._place[1],
            scan_targets=[target.key for target in self.targets],
        )
        return {row["scan_target"]: row["lists_all_rules"] for row in rows}

    async def _land_target(self, target: Target, listed_before: bool) -> None:  # noqa: FBT001  # one fact of the target
        known = await self._known(target)
        reported = {key: Reported(one.digest, one.suppressed) for key, one in target.results.items()}
        found = compare(known, reported)
        if target.tool == MANUAL_TOOL:
            found.changed.clear()  # What people reported is brought by an import, never changed.
        if target.complete:
            listed = target.listed_rules if target.lists_all_rules or listed_before else None
            silence(found, known, reported, ActiveRules(listed, target.inactive_rules))
            self._check_mass_close(target, found)
        await self._connection.execute(
            scan_results.SET_TARGET,
            *self._place,
            target.key,
            target.tool,
            target.category,
            target.root_id,
            target.branch,
            target.lists_all_rules,
            self._key,
        )
        await self._close(target, [(one, known[one]) for one in found.gone])
        await self._update(target, [(one, known[one]) for one in found.changed])
        await self._add(target, found.added)

    async def _known(self, target: Target) -> dict[bytes, Known]:
        """Return the sources of a target: those that were last reported, and those reported now."""
        names = {"organization_id": self._place[0], "group_id": self._place[1], "scan_target": target.key}
        known = {
            row["fingerprint"].bytes: _known(row) for row in await self._work.run(vulnerability_source.LIVE, **names)
        }
        others = [one for one in target.results if one not in known]
        if others:
            rows = await self._work.run(vulnerability_source.GONE, **names, fingerprints=uuids_of(others))
            known |= {row["fingerprint"].bytes: _known(row) for row in rows}
        return known

    def _check_mass_close(self, target: Target, found: Comparison) -> None:
        if found.closes_most and not self._row["allow_mass_close"]:
            raise ImportFailed(
                f"This import would close {found.closing:,} of the {found.open_before:,} open vulnerabilities of "
                f"{target}: more than half. Nothing has changed. If they are really gone, import the report with "
                "`allowMassClose: true` (`--allow-mass-close`); if it covers only a part of what was scanned before, "
                "with `partial: true` (`--partial`)."
            )

    async def _close(self, target: Target, gone: Sequence[tuple[bytes, Known]]) -> None:
        if gone:
            states = [str(SourceState.GONE)] * len(gone)
            await self._set_sources(target, [one for one, _ in gone], states, [None] * len(gone), [None] * len(gone))
            open_before = (one.vulnerability_id for _, one in gone if one.state is SourceState.REPORTED)
            self._settling.touch(target.tool, open_before, reported=False)

    async def _update(self, target: Target, changed: Sequence[tuple[bytes, Known]]) -> None:
        if not changed:
            return
        results = [target.results[one] for one, _ in changed]
        states = [str(SourceState.SUPPRESSED if one.suppressed else SourceState.REPORTED) for one in results]
        digests, severities = [one.digest for one in results], [one.severity_tenths for one in results]
        await self._set_sources(target, [one for one, _ in changed], states, digests, severities)
        moved = [
            (before.vulnerability_id, result)
            for (_, before), result in zip(changed, results, strict=True)
            if before.digest != result.digest
        ]
        await self._stage((vulnerability_id, result, 0) for vulnerability_id, result in moved)
        rows = await self._connection.fetch(
            scan_results.UPDATE, *self._place, self._key, self._row["commit"], target.tool, MANUAL_TOOL
        )
        for row in rows:
            self._settling.note(row["vulnerability_id"], VulnerabilityChangeKind.UPDATED, target.tool)
        self._settling.touch(target.tool, (before.vulnerability_id for _, before in changed), reported=True)

    async def _set_sources(
        self,
        target: Target,
        fingerprints: Sequence[bytes],
        states: Sequence[str],
        digests: Sequence[bytes | None],
        severities: Sequence[int | None],
    ) -> None:
        await self._connection.execute(
            scan_results.SET_SOURCES,
            *self._place,
            target.key,
            self._key,
            uuids_of(fingerprints),
            states,
            uuids_of(digests),
            severities,
        )

    async def _add(self, target: Target, added: Sequence[bytes]) -> None:
        if not added:
            return
        results = sorted((target.results[one] for one in added), key=attrgetter("path"))  # indexes like it in order
        rule_ids = sorted({one.rule_id for one in results})
        numbers = {rule_id: number for number, rule_id in enumerate(rule_ids)}
        keys = uuids_of(new_keys(len(results)))
        await self._stage((key, one, numbers[one.rule_id]) for key, one in zip(keys, results, strict=True))
        merged = await self._same_place(target, rule_ids, len(results))
        skipped, owners = list(merged), list(merged.values())
        wanted = sorted({one.rule_id for number, one in enumerate(results) if number not in merged})
        finding_ids = await self._findings_of(target, wanted)
        execute, place = self._connection.execute, self._place
        await execute(
            scan_results.ADD,
            *place,
            target.root_id,
            target.branch,
            self._row["commit"],
            self._key,
            skipped,
            target.tool,
            [numbers[one] for one in wanted],
            [finding_ids[one] for one in wanted],
        )
        rules = (list(numbers.values()), list(numbers))
        await execute(scan_results.ADD_SOURCES, *place, target.key, self._key, *rules, skipped, owners)
        await self._transitions.begin_staged(target.tool, skipped)
        self._settling.merge(target.tool, owners)
        self._settling.add(len(results) - len(merged), finding_ids.values())

    async def _stage(self, rows: Iterable[tuple[UUID, Result, int]]) -> None:
        await self._connection.execute(scan_results.STAGE)
        await self._connection.execute(scan_results.UNSTAGE)
        pairs = list(rows)
        change_keys = uuids_of(new_keys(len(pairs)))
        records = [
            _staged(number, change_key, *row)
            for number, (change_key, row) in enumerate(zip(change_keys, pairs, strict=True))
        ]
        await self._connection.copy_records_to_table("staged", records=records, columns=scan_results.STAGED)

    async def _same_place(self, target: Target, rule_ids: Sequence[str], count: int) -> dict[int, UUID]:
        """Return, by their number, the staged results that another tool has reported; none where that is not clear."""
        if not self._merges:
            return {}
        rules = [target.rules[one] for one in rule_ids]
        if not any(rule.cwe_ids or rule.cve_ids for rule in rules):
            return {}
        if count <= FEW:
            await self._connection.execute(scan_results.JOIN_AS_PLANNED)
        rows = await self._connection.fetch(
            scan_results.SAME_PLACE,
            *self._place,
            target.root_id,
            target.branch,
            list(range(len(rules))),
            [" ".join(rule.cwe_ids) for rule in rules],
            [" ".join(rule.cve_ids) for rule in rules],
            target.tool,
        )
        await self._connection.execute(scan_results.JOIN_BY_HASH)
        by_result, by_vulnerability = defaultdict(set), defaultdict(set)
        for row in rows:
            by_result[row["ordinal"]].add(row["vulnerability_id"])
            by_vulnerability[row["vulnerability_id"]].add(row["ordinal"])
        return {
            ordinal: next(iter(owners))
            for ordinal, owners in by_result.items()
            if len(owners) == 1 and len(by_vulnerability[next(iter(owners))]) == 1
        }

    async def _findings_of(self, target: Target, rule_ids: list[str]) -> dict[str, UUID]:
        """Return the finding of each rule, made where the group has none yet."""
        rows = await self._work.run(
            scan_results.KNOWN_FINDINGS,
            organization_id=self._place[0],
            group_id=self._place[1],
            tool=target.tool,
            rule_ids=rule_ids,
        )
        found: dict[str, UUID] = {row["rule_id"]: row["finding_id"] for row in rows}
        for rule_id in rule_ids:
            if rule_id not in found:
                found[rule_id] = await self._add_finding(target.tool, target.rules[rule_id])
        return found

    async def _add_finding(self, tool: str, rule: Rule) -> UUID:
        finding_id = new_key()
        await self._work.run(
            finding.ADD,
            organization_id=self._place[0],
            finding_id=finding_id,
            group_id=self._place[1],
            title=rule.title,
            description=rule.description,
            recommendation=rule.recommendation,
            status=str(FindingStatus.DRAFT),
            severity_tenths=rule.severity_tenths,
            severity_vector=rule.severity_vector,
            cwe_ids=list(check_cwe_ids(list(rule.cwe_ids))),
            cve_ids=list(rule.cve_ids),
            tool=tool,
            rule_id=rule.rule_id,
        )
        self._work.record("add", "Finding", finding_id, {"title": rule.title})
        return finding_id


def _known(row: KnownSourceRow) -> Known:
    return Known(row["vulnerability_id"], row["rule_id"], _STATES[row["state"]], row["digest"].bytes)


def _staged(number: int, change_key: UUID, key: UUID, result: Result, rule: int) -> tuple[Any, ...]:
    return (
        number,
        key,
        rule,
        result.path,
        result.line,
        result.end_line,
        result.column,
        result.message,
        result.snippet,
        result.severity_tenths,
        result.suppressed,
        result.fixes,
        result.package_url,
        result.fixed_version,
        uuid_of(result.fingerprint),
        uuid_of(result.digest),
        change_key,
    )
