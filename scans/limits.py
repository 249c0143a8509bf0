"""What a report may have at most. Beyond it the file, or the record, is refused by a message that names the limit.

Sources: GitHub, "SARIF support for code scanning" (runs, results, rules and locations, size compressed by gzip); the
others are ours.
"""

MOST_COMPRESSED = 10 * 1024 * 1024
"""Bytes of a file that is compressed by gzip."""
MOST_DECOMPRESSED = 256 * 1024 * 1024
"""Bytes of a file once it is decompressed."""
MOST_RATIO = 200
"""How many times larger a file may become when it is decompressed, beyond RATIO_FREE bytes."""
RATIO_FREE = 16 * 1024 * 1024
MOST_DEPTH = 900
"""Levels of JSON objects and arrays in each other."""
MOST_RUNS = 20
MOST_EXPORTED_RUNS = 1_000
"""Tools, categories, roots and branches of an export of ours."""
MOST_RESULTS = 25_000
"""Results of a run."""
MOST_RULES = 25_000
"""Rules of a run."""
MOST_LOCATIONS = 1_000
"""Locations of a result."""
MOST_READING_SECONDS = 300
MOST_STRING = 500_000
"""Characters of a text; a record with a longer one is rejected."""
MOST_MESSAGE = 20_000
"""Characters of a message that are kept; a longer one is cut, with a warning."""
MOST_SNIPPET = 4_000
MOST_NAME = 200
MOST_RULE_ID = 500
MOST_RULE_BYTES = 1_000
MOST_FIXES = 10
MOST_FIX_BYTES = 64 * 1024
MOST_FIX_DEPTH = 32
"""Levels of JSON in a fix."""
MOST_POINTER = 1_000
MOST_REASON = 500
MOST_WARNINGS = 50
MOST_PACKAGE_URL = 1_000
MOST_IDS = 20
"""CWE ids, or CVE ids, of a rule."""
