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
