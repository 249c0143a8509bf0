"""Every table of the database, gathered for migrations and tests: a module's tables register by being imported."""

import database
from database.metadata import metadata
from domain.discovery import modules_of

for _ in modules_of(database):
    pass

__all__ = ["metadata"]
