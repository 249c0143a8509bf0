"""What an enforcer answers, and the error that a refusal becomes."""

from enum import StrEnum

from authz.actions import Action
from authz.subject import Place, Subject
from domain.errors import AdarveError, Forbidden, PlanRequired, Unauthenticated
from enums.group import Plan

NOBODY_SIGNED_IN = "Sign in first: nobody is signed in, or the session has ended."


class Verdict(StrEnum):
    """Whether a subject may do an action at a place."""

    ALLOWED = "ALLOWED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    """Nobody asks."""
    FORBIDDEN = "FORBIDDEN"
    """No role that is held there allows it."""
    PLAN_REQUIRED = "PLAN_REQUIRED"
    """A role that is held there allows it, but not on the plan that the group is on."""


def refuse_unless_allowed(verdict: Verdict, subject: Subject | None, action: Action, place: Place, what: str) -> None:
    """Raise the error of a verdict, see `error_of`; nothing where it is allowed."""
    if verdict is not Verdict.ALLOWED:
        raise error_of(verdict, subject, action, place, what)


def error_of(verdict: Verdict, subject: Subject | None, action: Action, place: Place, what: str) -> AdarveError:
    """Return the error of a verdict that is not ALLOWED; `what` names what was asked for, for the message.

    It is Unauthenticated, PlanRequired or Forbidden.
    """
    match verdict:
        case Verdict.UNAUTHENTICATED:
            return Unauthenticated(NOBODY_SIGNED_IN)
        case Verdict.PLAN_REQUIRED:
            return PlanRequired(
                f"{what} is not part of the {place.plan} plan of this group: it needs {Plan.ADVANCED}.",
                action=str(action),
                plan=str(Plan.ADVANCED),
            )
        case _:
            message = f"Your roles do not allow {what}: it needs {action}."
            if subject is not None and subject.view_as is not None:
                message = (
                    f"Seen as {subject.view_as}, {what} is refused: it needs {action}, of that role and of your own."
                )
            return Forbidden(message, action=str(action))
