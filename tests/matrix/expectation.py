"""What the matrix expects: derived from its rows, and from what roles count where, never from the policy."""

from tests.matrix.operations import ABSENT, ALLOWED
from tests.matrix.places import Place
from tests.matrix.rows import Row

REFUSED_TO_NOBODY = {"UNAUTHENTICATED", ABSENT}
REFUSED_UNSEEN = {"NOT_FOUND", ABSENT}
REFUSED_SEEN = {"FORBIDDEN", ABSENT}


def expected(row: Row, place: Place) -> set[str]:
    """Return the outcomes of which one must come where a row is tried at a place."""
    sees = bool(row.sees & place.roles)
    if sees and row.allowed & place.roles:
        lacks_plan = row.plan is not None and place.plan != row.plan
        return {"PLAN_REQUIRED"} if lacks_plan else {ALLOWED}
    if place.person is None:
        return REFUSED_TO_NOBODY
    if not sees:
        return REFUSED_UNSEEN
    return REFUSED_SEEN if row.operation == "query" else {"FORBIDDEN"}
