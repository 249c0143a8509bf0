"""Reads loosely typed JSON: what is of the expected type, or nothing; texts cleaned of what no database stores."""

import re
from collections.abc import Iterator
from typing import Any

_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def clean(text: str, most: int) -> str:
    """Return a text without control characters and lone surrogates, cut to a length."""
    if len(text) <= most and text.isprintable():
        return text
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text[: most + 1])[:most]


def clean_bytes(text: str, most: int) -> str:
    """Return a cleaned text cut to a length in bytes of UTF-8, for what an index has to hold."""
    if text.isascii():
        return clean(text, most)
    return clean(text, most).encode()[:most].decode("utf-8", "ignore")


def clean_all(value: object, most: int) -> Any:
    """Return a JSON value with every text in it cleaned, keys included, and cut to a length."""
    if isinstance(value, str):
        return clean(value, most)
    if isinstance(value, list):
        return [clean_all(one, most) for one in value]
    if isinstance(value, dict):
        return {clean(key, most): clean_all(one, most) for key, one in value.items()}
    return value


def mapping(value: object) -> dict[str, Any]:
    """Return a JSON object, empty if the value is none."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """Return a JSON array, empty if the value is none."""
    return value if isinstance(value, list) else []


def objects(value: object) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of an array; whatever else is in it is passed over."""
    return (one for one in items(value) if isinstance(one, dict))


def text(value: object, most: int) -> str | None:
    """Return a cleaned text, or None if the value is no text or has nothing in it."""
    if not isinstance(value, str):
        return None
    return clean(value, most).strip() or None


def whole_number(value: object, least: int, most: int) -> int | None:
    """Return a whole number in a range, or None."""
    if type(value) is int:
        return value if least <= value <= most else None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or int(value) != value:
        return None
    return int(value) if least <= value <= most else None


def number(value: Any) -> float | None:
    """Return a number, also one written as a text, or None."""
    if isinstance(value, bool):
        return None
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found == found and abs(found) != float("inf") else None
