"""What can be followed: one module per noun."""

from subscriptions import scan_import

BINDABLES = [*scan_import.BINDABLES]
"""Everything that these modules bind to the schema."""
