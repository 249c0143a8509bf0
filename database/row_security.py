"""The row-level security of a tenant table, as SQL for migrations: the second lock behind the guards.

A row is visible, and may be written, only if its organization is in the connection's `adarve.organizations`. FORCE
makes that hold for the table's owner too.
"""

POLICY = "organization_id = ANY (nullif(current_setting('adarve.organizations', true), '')::uuid[])"


def lock_statements(table: str) -> list[str]:
    """Return the statements that put a tenant table under row-level security."""
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY tenant ON "{table}" USING ({POLICY}) WITH CHECK ({POLICY})',
    ]
