"""What our own exports add to a format, under one key of its property bags, so that importing them changes nothing."""

from typing import Any
from uuid import UUID

from scans.json_value import mapping

MARK = "adarve"
"""The key in a SARIF property bag, and the prefix of CycloneDX properties."""
FINGERPRINT = "adarve/v1"
"""The key of our fingerprint among those of a SARIF result."""


def marked(properties: Any) -> dict[str, Any]:
    """Return what we have added to a property bag, empty if nothing."""
    return mapping(properties[MARK]) if isinstance(properties, dict) and MARK in properties else {}


def exact_fingerprint(fingerprints: Any) -> bytes | None:
    """Return our own fingerprint among those of a result, None if there is none."""
    found = mapping(fingerprints).get(FINGERPRINT)
    try:
        return UUID(hex=found).bytes if isinstance(found, str) and len(found) == 32 else None
    except ValueError:
        return None
