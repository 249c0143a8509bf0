"""Every table of the database, gathered for migrations and tests."""

from database import (
    authorization_change,
    change,
    deprecation,
    enrichment,
    finding,
    group,
    invitation,
    job,
    linked_identity,
    organization,
    root,
    scan_import,
    scan_import_rejection,
    search,
    session,
    sign_in_attempt,
    user,
    vulnerability,
    vulnerability_change,
    vulnerability_source,
)
from database.metadata import metadata

MODULES = (
    authorization_change,
    change,
    deprecation,
    enrichment,
    finding,
    group,
    invitation,
    job,
    linked_identity,
    organization,
    root,
    scan_import,
    scan_import_rejection,
    search,
    session,
    sign_in_attempt,
    user,
    vulnerability,
    vulnerability_change,
    vulnerability_source,
)
"""The modules whose tables `metadata` holds once this module is imported."""

__all__ = ["MODULES", "metadata"]
