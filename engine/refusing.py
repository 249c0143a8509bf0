"""Refusing what the caller has no right to: in one object, or in each object of a list whose objects are alike."""

from collections.abc import Sequence
from typing import Any

from engine.errors import FieldError, RefusedInEach
from engine.ground import ReportsErrors, ResultPath
from engine.tree import Granted, SelectedField

_new = tuple.__new__


def refuse(run: ReportsErrors, field: SelectedField, place: ResultPath, parent: object) -> None:
    """Make a field null because the caller has no right to it; raise where it must not be null."""
    masked: Any = field.source
    error = masked.refusal(run.context, parent, field.coordinate)
    if field.non_null:
        raise error
    if not run.nulled or not run.is_nulled(place):
        run.errors.append(_new(FieldError, (field, place, error)))


def refuse_each(run: ReportsErrors, granted: Granted, items: Sequence[object], place: ResultPath) -> bool:
    """Refuse what a list's objects do not give; return False where refusing fails, and each is to be looked at."""
    refused, parent = granted.refused, items[0]
    try:
        errors = tuple([one.source.refusal(run.context, parent, one.coordinate) for one in refused])  # type: ignore[attr-defined]  # all are masked
    except Exception:  # each object meets the error again, and bears it
        return False
    if not run.nulled or not run.is_nulled(place):
        run.errors.append(_new(RefusedInEach, (refused, errors, place, len(items))))
    return True
