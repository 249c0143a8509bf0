"""The roles of stakeholders: those that are held in an organization, and those that are held in a group."""

from enum import StrEnum


class StakeholderRole(StrEnum):
    """What a stakeholder may do where the role is held; USER is held in either."""

    ORGANIZATION_MANAGER = "ORGANIZATION_MANAGER"
    CUSTOMER_MANAGER = "CUSTOMER_MANAGER"
    GROUP_MANAGER = "GROUP_MANAGER"
    VULNERABILITY_MANAGER = "VULNERABILITY_MANAGER"
    ARCHITECT = "ARCHITECT"
    HACKER = "HACKER"
    REATTACKER = "REATTACKER"
    REVIEWER = "REVIEWER"
    RESOURCER = "RESOURCER"
    SERVICE_AGENT = "SERVICE_AGENT"
    USER = "USER"
