"""What a report means for what is known: which of its results are new, which were known, and what its silence closes.

A source is what one tool says about one vulnerability in one target (tool, category, root and branch). Silence about a
source closes it only if the run was executed successfully, covered the whole of its target and still has the rule
active. Nothing here reads or writes anything: the rules are this page, `docs/imports.md` says them to people.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from enums.vulnerability import SourceState


@dataclass(frozen=True, slots=True)
class ActiveRules:
    """Which rules a run was looking for."""

    listed: frozenset[str] | None = None
    """Every rule that the run looked for, if it says so; None if it lists only the rules that found something."""
    inactive: frozenset[str] = frozenset()
    """Rules that were switched off, or that could not run."""

    def has(self, rule_id: str) -> bool:
        """Return whether the run was looking for this rule; `CA1000/1` is a part of the rule `CA1000`."""
        names = {rule_id, rule_id.rpartition("/")[0]}
        if self.inactive & names:
            return False
        return self.listed is None or bool(self.listed & names)


class Known(NamedTuple):
    """A source as it is known from earlier imports."""

    vulnerability_id: UUID
    rule_id: str
    state: SourceState
    digest: bytes


class Reported(NamedTuple):
    """A source as a report has it: its rule, a digest of all that it says, and whether it is suppressed."""

    digest: bytes
    suppressed: bool

    @property
    def state(self) -> SourceState:
        """The state that the report gives it."""
        return SourceState.SUPPRESSED if self.suppressed else SourceState.REPORTED


@dataclass(slots=True)
class Comparison:
    """A target's known sources against those of a report, by fingerprint."""

    added: list[bytes] = field(default_factory=list)
    changed: list[bytes] = field(default_factory=list)
    """Known, and reported with another state or another content."""
    gone: list[bytes] = field(default_factory=list)
    """Known and not reported any more, where silence counts."""
    open_before: int = 0
    """How many were open in this target."""
    closing: int = 0
    """How many of these are not reported any more, where silence counts."""

    @property
    def closes_most(self) -> bool:
        """Whether more than half of what was open in this target would be closed."""
        return 2 * self.closing > self.open_before


def compare(known: Mapping[bytes, Known], reported: Mapping[bytes, Reported]) -> Comparison:
    """Return what is new and what has changed in a target; its silence is looked at by `silence`."""
    found = Comparison()
    for fingerprint, result in reported.items():
        before = known.get(fingerprint)
        if before is None:
            found.added.append(fingerprint)
        elif before.digest != result.digest or before.state is not result.state:
            found.changed.append(fingerprint)
    found.open_before = sum(one.state is SourceState.REPORTED for one in known.values())
    return found


def silence(
    found: Comparison, known: Mapping[bytes, Known], reported: Iterable[bytes], rules: ActiveRules
) -> Comparison:
    """Add to a comparison what an executed, complete run closes by not reporting it."""
    silent = [(fingerprint, one) for fingerprint, one in known.items() if one.state is not SourceState.GONE]
    mentioned = set(reported)
    for fingerprint, one in silent:
        if fingerprint not in mentioned and rules.has(one.rule_id):
            found.gone.append(fingerprint)
            found.closing += one.state is SourceState.REPORTED
    return found
