"""The roles that a person holds in the whole installation."""

from enum import StrEnum


class UserRole(StrEnum):
    """What a user may do across every organization."""

    ADMIN = "ADMIN"
    HACKER = "HACKER"
    USER = "USER"
