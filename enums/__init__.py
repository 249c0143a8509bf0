"""The enumerations of the contract: one module per noun, each class named as in the SDL."""

from enum import Enum

from enums.export import ExportFormat
from enums.finding import FindingOrderField, FindingStatus
from enums.group import GroupRole, Plan
from enums.order import OrderDirection
from enums.organization import OrganizationRole
from enums.scan_import import ScanImportStatus
from enums.severity import SeverityRating
from enums.stakeholder import StakeholderRole
from enums.user import UserRole
from enums.vulnerability import SourceState, VulnerabilityChangeKind, VulnerabilityOrderField, VulnerabilityState

ENUMS: list[type[Enum]] = [
    ExportFormat,
    FindingOrderField,
    FindingStatus,
    GroupRole,
    OrderDirection,
    OrganizationRole,
    Plan,
    ScanImportStatus,
    SeverityRating,
    SourceState,
    StakeholderRole,
    UserRole,
    VulnerabilityChangeKind,
    VulnerabilityOrderField,
    VulnerabilityState,
]
"""Every enumeration, to be bound to the schema."""
