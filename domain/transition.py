"""How a vulnerability gets from one state to another, and what its finding's status becomes by that.

`TRANSITIONS` is the rule for one vulnerability and, as SQL, for twenty-five thousand (`database.transition`): whoever
changes a state, a person or an import, goes through it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from enums.finding import FindingStatus
from enums.vulnerability import VulnerabilityChangeKind, VulnerabilityState


class Cause(StrEnum):
    """What happens to a vulnerability."""

    REPORTED = "REPORTED"
    """One of its sources, at least, reports it."""
    SUPPRESSED = "SUPPRESSED"
    """No source reports it; the one that was read last passes over it."""
    UNREPORTED = "UNREPORTED"
    """No source reports it; the one that was read last does not mention it."""
    REMOVED = "REMOVED"
    """Its finding is removed."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of state, and how the history of the vulnerability calls it."""

    before: VulnerabilityState
    cause: Cause
    after: VulnerabilityState
    kind: VulnerabilityChangeKind


FIRST = {Cause.REPORTED: VulnerabilityState.VULNERABLE, Cause.SUPPRESSED: VulnerabilityState.SAFE}
"""The state in which a vulnerability begins, by how it was first reported."""

_OPEN, _SAFE = VulnerabilityState.VULNERABLE, VulnerabilityState.SAFE
TRANSITIONS = (
    Transition(_OPEN, Cause.SUPPRESSED, _SAFE, VulnerabilityChangeKind.SUPPRESSED),
    Transition(_OPEN, Cause.UNREPORTED, _SAFE, VulnerabilityChangeKind.CLOSED),
    Transition(_SAFE, Cause.REPORTED, _OPEN, VulnerabilityChangeKind.REOPENED),
    *(
        Transition(state, Cause.REMOVED, VulnerabilityState.DELETED, VulnerabilityChangeKind.REMOVED)
        for state in VulnerabilityState
        if state is not VulnerabilityState.DELETED
    ),
)
"""Every change of state that there is; what is not listed leaves the state as it is."""
_BY_STATE_AND_CAUSE = {(one.before, one.cause): one for one in TRANSITIONS}

STATUSES = ((VulnerabilityState.VULNERABLE, FindingStatus.VULNERABLE), (VulnerabilityState.SAFE, FindingStatus.SAFE))
"""A finding's status: that of the first of these states in which one of its vulnerabilities is, else DRAFT."""


def cause_of(*, reported: bool, mentioned: bool) -> Cause:
    """Return what the sources of a vulnerability say: `reported` by one of them, `mentioned` by the one read last."""
    if reported:
        return Cause.REPORTED
    return Cause.SUPPRESSED if mentioned else Cause.UNREPORTED


def transition(state: VulnerabilityState, cause: Cause) -> Transition | None:
    """Return what becomes of a vulnerability in a state; None if it stays as it is."""
    return _BY_STATE_AND_CAUSE.get((state, cause))


def status_of(states: Collection[VulnerabilityState]) -> FindingStatus:
    """Return the status of a finding whose vulnerabilities are in these states."""
    return next((status for state, status in STATUSES if state in states), FindingStatus.DRAFT)
