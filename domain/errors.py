"""The errors that a caller may be told about, and nothing else.

    AdarveError
    ├── Unauthenticated        UNAUTHENTICATED        nobody is signed in, or the credentials are wrong
    ├── Forbidden              FORBIDDEN              the object is visible, the field or action is refused
    │   └── PlanRequired       PLAN_REQUIRED          the role would allow it, the group's plan does not
    ├── NotFound               NOT_FOUND              absent, or invisible to this caller: the two look alike
    ├── BadUserInput           BAD_USER_INPUT         names the input and says what would be right
    ├── Conflict               CONFLICT               the name is taken, the state has moved on
    ├── RateLimited            RATE_LIMITED           too many attempts
    ├── PersistedQueryNotFound PERSISTED_QUERY_NOT_FOUND the document of this hash is not known: send it along
    ├── CostLimitExceeded      COST_LIMIT_EXCEEDED    the operation asks for more than one request may
    └── Unavailable            UNAVAILABLE            a part of the server is not reachable at the moment

Resolvers raise them and nobody catches them to rephrase; the api layer turns each into
`{"message": …, "extensions": {"code": …}}`. Any other exception is an incident and shows an id only.
"""

from typing import ClassVar


class AdarveError(Exception):
    """An error whose message is written for the caller."""

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"

    def __init__(self, message: str, **details: object) -> None:
        """Take the message for the caller and details that are shown beside the code."""
        super().__init__(message)
        self.message = message
        self.details = details


class Unauthenticated(AdarveError):
    """Nobody is signed in, or the credentials are wrong or expired."""

    code = "UNAUTHENTICATED"


class Forbidden(AdarveError):
    """The object is visible to the caller, this field or action on it is not."""

    code = "FORBIDDEN"


class PlanRequired(Forbidden):
    """The caller's role would allow it; the plan of the group does not include it."""

    code = "PLAN_REQUIRED"


class NotFound(AdarveError):
    """There is no such object, or none that the caller may see."""

    code = "NOT_FOUND"


class BadUserInput(AdarveError):
    """The input is wrong; the message names it and says what would be right."""

    code = "BAD_USER_INPUT"


class Conflict(AdarveError):
    """The change contradicts what is already there."""

    code = "CONFLICT"


class RateLimited(AdarveError):
    """Too many attempts in a short time."""

    code = "RATE_LIMITED"


class PersistedQueryNotFound(AdarveError):
    """The document that a hash stands for is not known here; the client sends it along with the hash."""

    code = "PERSISTED_QUERY_NOT_FOUND"


class CostLimitExceeded(AdarveError):
    """The operation asks for more than a single request may."""

    code = "COST_LIMIT_EXCEEDED"


class Unavailable(AdarveError):
    """A part of the server cannot be reached at the moment; trying again later may work."""

    code = "UNAVAILABLE"
