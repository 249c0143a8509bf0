"""The roles that a person holds in one organization."""

from enum import StrEnum


class OrganizationRole(StrEnum):
    """What a stakeholder may do in one organization, and through it in each of its groups."""

    ORGANIZATION_MANAGER = "ORGANIZATION_MANAGER"
    CUSTOMER_MANAGER = "CUSTOMER_MANAGER"
    USER = "USER"
