"""What the plan of a group switches on."""

from enum import StrEnum

from enums.group import Plan


class PlanFeature(StrEnum):
    """What a plan switches on beyond what every group has."""

    MANUAL_FINDINGS = "MANUAL_FINDINGS"


PLAN_FEATURES: dict[Plan, frozenset[PlanFeature]] = {
    Plan.ESSENTIAL: frozenset(),
    Plan.ADVANCED: frozenset({PlanFeature.MANUAL_FINDINGS}),
}
"""Which features each plan has."""
