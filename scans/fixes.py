"""The changes that a scanner proposes: kept as they are, unless they are too many, too large or too deep to keep."""

from typing import Any

import orjson

from scans.json_value import clean_all, items
from scans.limits import MOST_FIX_BYTES, MOST_FIX_DEPTH, MOST_FIXES, MOST_SNIPPET


def kept_fixes(value: object) -> list[Any]:
    """Return the fixes among a JSON value that can be stored and shown."""
    kept = []
    for fix in items(value)[:MOST_FIXES]:
        if _is_shallow(fix, MOST_FIX_DEPTH):
            cleaned = clean_all(fix, MOST_SNIPPET)
            if len(orjson.dumps(cleaned)) <= MOST_FIX_BYTES:
                kept.append(cleaned)
    return kept


def _is_shallow(value: object, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_shallow(one, levels - 1) for one in inner)
