"""Weakness."""

from collections.abc import Sequence
from operator import attrgetter

from authz.caller import Info
from bindings.types import PublicType
from database.finding import FindingRow
from scans.weakness import Weakness, weakness_of

weakness = PublicType(
    "Weakness",
    cweId=attrgetter("cwe_id"),
    title=attrgetter("title"),
    mitigations=attrgetter("mitigations"),
    url=attrgetter("url"),
)


async def weaknesses(parents: Sequence[FindingRow], _: Info) -> list[list[Weakness]]:
    """Return the weaknesses of findings, those that the shipped table has."""
    return [[found for one in parent["cwe_ids"] if (found := weakness_of(one)) is not None] for parent in parents]


BINDABLES = [weakness]
"""What this module binds to the schema."""
