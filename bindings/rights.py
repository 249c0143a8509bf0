"""The rights that a caller has to an object, as the engine asks for them: a mask of actions for each place.

Objects at one place give the same rights, and a list is mostly of one place; so the police is asked once a place and
subject, as long as the subject is known, which is a moment: its roles and the law do not change in it.
"""

from collections.abc import Callable
from typing import Any

from authz.actions import Action
from authz.caller import Caller
from authz.police import police
from authz.subject import Place, place_of, whereabouts
from authz.verdict import error_of
from database.row import AnyRow
from domain.errors import AdarveError

MOST_PLACES = 128
"""At how many places it is kept what a subject may do there; all are forgotten when there are more."""


def rights_at(caller: Caller, record: AnyRow) -> int:
    """Return the bit set of all actions that the caller may do where a record is."""
    subject = caller.subject
    if subject is None:
        return 0
    here = whereabouts(record)
    mask = subject.rights.get(here)
    if mask is None:
        mask = police().mask(subject, place_of(record))
        if len(subject.rights) >= MOST_PLACES:
            subject.rights.clear()
        subject.rights[here] = mask
    return mask


def refusal_of(action: Action) -> Callable[[Caller, Any, str], AdarveError]:
    """Return what makes the error of a field that needs this action: one object for all records that refuse it alike.

    What it says depends on the verdict and the plan. Only a group has a plan; all else is refused alike wherever it is.
    """

    def refusal(caller: Caller, record: AnyRow, coordinate: str) -> AdarveError:
        error = caller.refusals.get(coordinate)
        return _refused(caller, action, place_of(record), coordinate) if error is None else error

    return refusal


def _refused(caller: Caller, action: Action, place: Place, coordinate: str) -> AdarveError:
    verdict = police().verdict(caller.subject, action, place)
    reason = coordinate if place.plan is None else (coordinate, verdict, place.plan)
    error = caller.refusals.get(reason)
    if error is None:
        error = caller.refusals[reason] = error_of(verdict, caller.subject, action, place, f"`{coordinate}`")
    return error
