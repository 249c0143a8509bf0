"""The `id` of any object, made from its record."""

from typing import Any

from domain.identifiers import TYPE_DIGITS


def global_id(record: Any) -> str:
    """Return the global id of a record of the contract."""
    return f"{TYPE_DIGITS[record['typename']]}{record['organization_id'].hex}{record['key'].hex}"
