"""The rights that an object gives to whoever asks, as the engine asks for them: a mask of actions for each place.

Objects at one place give the same rights, and a list is mostly of one place; so a request asks the police once a place.
"""

from collections.abc import Callable
from typing import Any

from authz.actions import Action
from authz.caller import Caller
from authz.police import police
from authz.subject import place_of, whereabouts
from authz.verdict import error_of
from domain.errors import AdarveError


def rights_at(caller: Caller, record: Any) -> int:
    """Return the bit set of all actions that the caller may do where a record is."""
    here = whereabouts(record)
    mask = caller.rights.get(here)
    if mask is None:
        mask = police().mask(caller.subject, place_of(record)) if caller.subject is not None else 0
        caller.rights[here] = mask
    return mask


def refusal_of(action: Action) -> Callable[[Caller, Any, str], AdarveError]:
    """Return what makes the error of a field that needs this action: one for all records of a place."""

    def refusal(caller: Caller, record: Any, coordinate: str) -> AdarveError:
        key = (coordinate, whereabouts(record))
        error = caller.refusals.get(key)
        if error is None:
            place = place_of(record)
            verdict = police().verdict(caller.subject, action, place)
            error = caller.refusals[key] = error_of(verdict, caller.subject, action, place, f"`{coordinate}`")
        return error

    return refusal
