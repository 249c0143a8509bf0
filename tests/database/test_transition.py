"""The rule for one vulnerability and the statements for many agree, on random groups of vulnerabilities."""

from dataclasses import dataclass
from random import Random
from uuid import UUID

import pytest

from database.transition import Touched, Transitions
from database.unit_of_work import UnitOfWork, unit_of_work
from domain.identifiers import new_key, parse_global_id
from domain.transition import TRANSITIONS, Cause, cause_of, status_of, transition
from enums.finding import FindingStatus
from enums.vulnerability import SourceState, VulnerabilityChangeKind, VulnerabilityState
from tests.world import World


@dataclass
class One:
    """A vulnerability as the test has made it."""

    finding: UUID
    state: VulnerabilityState
    severity: int
    sources: list[tuple[SourceState, int]]
    touched: Touched

    @property
    def key(self) -> UUID:
        return self.touched.key


def test_no_state_has_two_ways_by_one_cause() -> None:
    assert len({(one.before, one.cause) for one in TRANSITIONS}) == len(TRANSITIONS)
    assert all(one.before is not one.after for one in TRANSITIONS)
    assert transition(VulnerabilityState.DELETED, Cause.REPORTED) is None


@pytest.mark.parametrize(
    ("states", "status"),
    [
        (set(), FindingStatus.DRAFT),
        ({VulnerabilityState.SUBMITTED, VulnerabilityState.DELETED}, FindingStatus.DRAFT),
        ({VulnerabilityState.SAFE, VulnerabilityState.REJECTED}, FindingStatus.SAFE),
        ({VulnerabilityState.SAFE, VulnerabilityState.VULNERABLE}, FindingStatus.VULNERABLE),
    ],
)
def test_a_finding_is_what_its_vulnerabilities_are(states: set[VulnerabilityState], status: FindingStatus) -> None:
    assert status_of(states) is status


async def filled(world: World, chance: Random, count: int) -> list[One]:
    """Put vulnerabilities of random states with random sources into the group `shop`."""
    findings = [parse_global_id(await world.add_finding(f"Number {number}"), "id").key for number in range(4)]
    made = []
    organization, group = world.organizations["castle"], world.groups["shop"]
    async with unit_of_work(world.services.database, organization, None) as work:
        for number in range(count):
            sources = [(chance.choice([*SourceState]), chance.randrange(101)) for _ in range(chance.randint(1, 3))]
            touched = Touched(new_key(), f"tool{number}", chance.random() < 0.5)
            state = chance.choice([*VulnerabilityState])
            one = One(chance.choice(findings), state, chance.randrange(101), sources, touched)
            made.append(one)
            await add(work, organization, group, one)
    return made


async def add(work: UnitOfWork, organization: UUID, group: UUID, one: One) -> None:
    await work.connection.execute(
        "INSERT INTO vulnerabilities (organization_id, vulnerability_id, group_id, finding_id, state, path,"
        " severity_tenths) VALUES ($1, $2, $3, $4, $5, 'a', $6)",
        *(organization, one.key, group, one.finding, str(one.state), one.severity),
    )
    for state, severity in one.sources:
        await work.connection.execute(
            "INSERT INTO vulnerability_sources (organization_id, group_id, scan_target, fingerprint, vulnerability_id,"
            " rule_id, state, digest, severity_tenths) VALUES ($1, $2, $3, $3, $4, 'r', $5, $3, $6)",
            *(organization, group, new_key(), one.key, str(state), severity),
        )


def expected(one: One) -> tuple[VulnerabilityState, VulnerabilityChangeKind | None]:
    """Return the state after the sources have been followed, and what the history says of it: row by row."""
    reported = any(state is SourceState.REPORTED for state, _ in one.sources)
    found = None
    if one.state in {VulnerabilityState.VULNERABLE, VulnerabilityState.SAFE}:
        found = transition(one.state, cause_of(reported=reported, mentioned=one.touched.mentioned))
    if found is not None:
        return found.after, found.kind
    return one.state, None if one.touched.mentioned else VulnerabilityChangeKind.NOT_REPORTED


@pytest.mark.parametrize("seed", range(4))
async def test_sets_go_as_single_ones_would(world: World, seed: int) -> None:
    every = await filled(world, Random(seed), 60)
    organization, group = world.organizations["castle"], world.groups["shop"]
    async with unit_of_work(world.services.database, organization, None) as work:
        transitions = Transitions(work, organization, group)
        moved = await transitions.follow_sources([one.touched for one in every])
        await transitions.derive_findings([one.key for one in every])
        states = await states_of(work, organization)
        history = {
            row["vulnerability_id"]: (row["kind"], row["tool"])
            for row in await work.connection.fetch(
                "SELECT * FROM vulnerability_changes WHERE organization_id = $1", organization
            )
        }
        statuses = await statuses_of(work, organization)
    wanted = {one.key: expected(one) for one in every}
    assert states == {key: state for key, (state, _) in wanted.items()}
    assert history == {one.key: (wanted[one.key][1], one.touched.tool) for one in every if wanted[one.key][1]}
    changed = {one.key for one in every if wanted[one.key][0] is not one.state}
    assert moved == {key: kind for key, (_, kind) in wanted.items() if key in changed}
    for finding in {one.finding for one in every}:
        assert statuses[finding] == status_of({states[one.key] for one in every if one.finding == finding})


async def test_a_finding_that_is_removed_takes_along_what_is_in_any_state(world: World) -> None:
    every = await filled(world, Random(9), 40)
    organization, group = world.organizations["castle"], world.groups["shop"]
    gone = every[0].finding
    async with unit_of_work(world.services.database, organization, None) as work:
        await Transitions(work, organization, group).remove(gone)
        states = await states_of(work, organization)
        noted = await work.connection.fetch(
            "SELECT vulnerability_id FROM vulnerability_changes WHERE kind = 'REMOVED' AND organization_id = $1",
            organization,
        )
    for one in every:
        found = transition(one.state, Cause.REMOVED) if one.finding == gone else None
        assert states[one.key] == (found.after if found else one.state)
    due = {one.key for one in every if one.finding == gone and one.state is not VulnerabilityState.DELETED}
    assert {row["vulnerability_id"] for row in noted} == due


async def states_of(work: UnitOfWork, organization: UUID) -> dict[UUID, VulnerabilityState]:
    rows = await work.connection.fetch("SELECT * FROM vulnerabilities WHERE organization_id = $1", organization)
    return {row["vulnerability_id"]: VulnerabilityState(row["state"]) for row in rows}


async def statuses_of(work: UnitOfWork, organization: UUID) -> dict[UUID, str]:
    rows = await work.connection.fetch("SELECT * FROM findings WHERE organization_id = $1", organization)
    return {row["finding_id"]: row["status"] for row in rows}


def test_only_the_service_writes_a_state_or_a_history() -> None:
    """Nobody else may say `SET state`, or put a row into the history."""
    import re
    from pathlib import Path

    root = Path(__file__).parent.parent.parent
    states = r"UPDATE vulnerabilities[^\"]*?SET[^\"]*?\bstate\s*="
    pattern = re.compile(rf"{states}|INSERT INTO vulnerability_changes|UPDATE findings[^\"]*?status\s*=", re.DOTALL)
    writers = {
        str(path.relative_to(root))
        for room in ("database", "jobs", "mutations", "authz", "outbox", "cli", "api")
        for path in (root / room).glob("*.py")
        if pattern.search(path.read_text())
    }
    assert writers == {"database/transition.py"}
