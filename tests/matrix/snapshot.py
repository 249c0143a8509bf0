"""What is in the database, in short, to see whether anything has changed."""

from database.tables import metadata
from tests.world import World

PASSING = {"sign_in_attempts", "authorization_changes"}
"""Tables that count what is refused, which is no change of anything."""


async def snapshot(world: World) -> dict[str, str]:
    """Return a digest of each table, seen with the eyes of every organization."""
    found = {}
    async with world.context.database.connection() as connection:
        await connection.see(frozenset(world.organizations.values()))
        for table in metadata.sorted_tables:
            if table.name not in PASSING and not table.name.startswith("search_"):
                row = f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{table.name}\" t"
                found[table.name] = await connection.fetchval(row)
    return found
