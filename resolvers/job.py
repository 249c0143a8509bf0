"""Job, and the jobs of a group."""

from authz.actions import Action
from authz.nouns import Noun, declare
from bindings.types import GuardedType, connection
from database import scan_import
from database.job import BY_KEY, OF_GROUP
from resolvers.group import group

JOB = declare(Noun("Job", Action.JOB_READ, argument="jobId", one=BY_KEY))
job = GuardedType.of(JOB)
job.expose(Action.JOB_READ, "kind", "state", "progress", "attempts", "error", "createdAt", "startedAt", "finishedAt")
job.one("scanImport", scan_import.BY_KEYS, "scan_import_id", visible=Action.SCAN_IMPORT_READ)

group.relation("jobs", OF_GROUP, visible=Action.JOB_READ, order="CREATED_AT", descending=True)

BINDABLES = [job, *connection("Job")]
"""What this module binds to the schema."""
