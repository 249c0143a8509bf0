"""What kinds of things a group has tested."""

from enum import StrEnum


class RootKind(StrEnum):
    """The kind of a root; each is an object type of its own in the contract."""

    GIT = "GIT"
    IP = "IP"
    URL = "URL"
