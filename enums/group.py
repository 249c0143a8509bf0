"""The roles that a person holds in one group, and the plan a group is on."""

from enum import StrEnum


class GroupRole(StrEnum):
    """What a stakeholder may do in one group."""

    GROUP_MANAGER = "GROUP_MANAGER"
    VULNERABILITY_MANAGER = "VULNERABILITY_MANAGER"
    ARCHITECT = "ARCHITECT"
    HACKER = "HACKER"
    REATTACKER = "REATTACKER"
    REVIEWER = "REVIEWER"
    RESOURCER = "RESOURCER"
    USER = "USER"
    SERVICE_AGENT = "SERVICE_AGENT"


class Plan(StrEnum):
    """The service level of a group: which features its stakeholders may use."""

    ESSENTIAL = "ESSENTIAL"
    ADVANCED = "ADVANCED"


class PlanFeature(StrEnum):
    """What a plan switches on beyond what every group has."""

    MANUAL_FINDINGS = "MANUAL_FINDINGS"


PLAN_FEATURES: dict[Plan, frozenset[PlanFeature]] = {
    Plan.ESSENTIAL: frozenset(),
    Plan.ADVANCED: frozenset({PlanFeature.MANUAL_FINDINGS}),
}
"""Which features each plan has."""
