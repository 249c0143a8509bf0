"""The statistics by which PostgreSQL chooses how it reads.

A large import makes a table many times as large within a second; until the statistics say so, PostgreSQL goes on
reading it as if it were small: from one end to the other. Autovacuum would notice up to a minute later.
"""

TELL_CHANGES = "SELECT pg_stat_force_next_flush()"
"""Lets the transaction that it is said in count as soon as it is committed, not some seconds later."""

REFRESH = "SELECT refresh_statistics()"
"""Renews the statistics of the tables of which a third or more is new, and of some thousand rows; returns how many."""
