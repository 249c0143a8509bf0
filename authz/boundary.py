"""What a caller may do here: the boundary that the law draws around each object.

Decides nothing of its own: it reads the compiled law, so what is listed is what is allowed.
"""

from authz.actions import Action
from authz.police import BIT, police
from authz.subject import Place, Subject


def actions_at(subject: Subject | None, place: Place) -> list[Action]:
    """Return every action that a subject may do at a place, in the order of the vocabulary; none for nobody."""
    if subject is None:
        return []
    mask = police().mask(subject, place)
    return [action for action in Action if mask & BIT[action]]
