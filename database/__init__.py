"""SQLAlchemy Core tables and queries, one module per noun; asyncpg runs them.

Two kinds of tables: *tenant* tables lead every key with `organization_id` and stand under row-level security;
*directory* tables hold what must be known before any organization is.
"""
