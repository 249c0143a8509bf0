"""What our own exports add to a format, under one key of its property bags, so that importing them changes nothing."""

from typing import Any

from scans.json_value import mapping

MARK = "adarve"
"""The key in a SARIF property bag, and the prefix of CycloneDX properties."""
FINGERPRINT = "adarve/v1"
"""The key of our fingerprint among those of a SARIF result."""
DIGITS = 32


def marked(properties: object) -> dict[str, Any]:
    """Return what we have added to a property bag, empty if nothing."""
    return mapping(properties[MARK]) if isinstance(properties, dict) and MARK in properties else {}


def exact_fingerprint(fingerprints: object) -> bytes | None:
    """Return our own fingerprint among those of a SARIF result, None if there is none."""
    return fingerprint_in(mapping(fingerprints).get(FINGERPRINT))


def fingerprint_in(value: object) -> bytes | None:
    """Return a fingerprint of 32 hexadecimal digits as its 16 bytes, None if it is none."""
    try:
        return bytes.fromhex(value) if isinstance(value, str) and len(value) == DIGITS else None
    except ValueError:
        return None
