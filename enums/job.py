"""Where work stands that outlives a request."""

from enum import StrEnum


class JobState(StrEnum):
    """The state of a job."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
