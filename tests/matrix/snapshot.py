"""What is in the database, in short, to see whether anything has changed."""

from collections.abc import Sequence
from uuid import UUID

from database.tables import metadata
from tests.world import World

PASSING = {"sign_in_attempts", "authorization_changes", "deprecation_uses"}
"""Tables that count what is refused, or what is used of what is deprecated, which is no change of anything."""


async def snapshot(world: World, *, of: Sequence[UUID] | None = None) -> dict[str, str]:
    """Return a digest of each table, whole; or of the rows of some organizations, where they are named."""
    found = {}
    async with world.services.database.connection() as connection:
        rows = await connection.fetch("SELECT organization_id FROM organization_names")
        await connection.see(frozenset(row["organization_id"] for row in rows))
        for table in metadata.sorted_tables:
            if table.name in PASSING or table.name.startswith("search_"):
                continue
            if of is not None and "organization_id" not in table.columns:
                continue
            where = "" if of is None else "WHERE t.organization_id = ANY ($1)"
            digest = "md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), ''))"
            sql = f'SELECT {digest} FROM "{table.name}" t {where}'
            found[table.name] = await connection.fetchval(sql, *([] if of is None else [list(of)]))
    return found
