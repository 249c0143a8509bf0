"""The formats of an export."""

from enum import StrEnum


class ExportFormat(StrEnum):
    """How an export is written."""

    SARIF = "SARIF"
    CSV = "CSV"
    CYCLONEDX_VEX = "CYCLONEDX_VEX"
