"""Every table of the database, gathered for migrations and tests."""

from database import (
    change,
    finding,
    group,
    job,
    organization,
    root,
    scan_import,
    search,
    session,
    user,
    vulnerability,
)
from database.metadata import metadata

MODULES = (change, finding, group, job, organization, root, scan_import, search, session, user, vulnerability)
"""The modules whose tables `metadata` holds once this module is imported."""

__all__ = ["MODULES", "metadata"]
