"""Records that are known to be of one type and in one group, so that their rights are looked up once."""

from collections.abc import Sequence
from operator import itemgetter

from authz.subject import have_their_own_place
from database.row import AnyRow

_of_a_type_in_a_group = itemgetter("typename", "organization_id", "group_id")


class Spot:
    """Stands for the place of many records of one request; compared by identity, which is fast."""

    __slots__ = ()


class Together:
    """Records of one type and in one group, as their reader has seen; lists in the same group share a spot."""

    __slots__ = ("records", "spot")

    def __init__(self, records: Sequence[AnyRow], spot: Spot) -> None:
        """Take the records, one at least, and their spot."""
        self.records = records
        self.spot = spot


def are_together(records: Sequence[AnyRow]) -> bool:
    """Return whether some records are of one type and in one group, by a single look at all of them."""
    if have_their_own_place(str(records[0]["typename"])):
        return False
    try:
        return len(set(map(_of_a_type_in_a_group, records))) == 1
    except KeyError:  # some of them are in no group
        return False
