"""Where a run is in its result: a linked path, as graphql-core's `Path`, but a plain tuple as long as nobody looks.

A place is `(place above, key or index, name of the type above)`; None is the root. Making it costs a fifth of what
making a `Path` costs, and most places are never looked at.
"""

from typing import Any

from graphql.pyutils import Path

from engine.ground import ResultPath, Step


def as_path(place: Any) -> Path:
    """Return a place as graphql-core's Path, which resolvers and errors expect."""
    if place.__class__ is Path:
        found: Path = place
        return found
    above, key, type_name = place
    return Path(None if above is None else as_path(above), key, type_name)


def keys_of(place: ResultPath) -> list[str | int]:
    """Return the keys and indices from the root to a place, as an error tells them."""
    keys = []
    while place is not None:
        keys.append(place[1])
        place = place[0]
    keys.reverse()
    return keys


def field_place(place: Any) -> Step:
    """Return the place of the field that a place is at or in a list of."""
    while place[1].__class__ is int:
        place = place[0]
    found: Step = place
    return found


class PlaceKeys:
    """Returns the keys of one place after the other; cheap where the next is near the one before."""

    __slots__ = ("_above", "_keys")

    def __init__(self) -> None:
        """Begin where nothing is near."""
        self._above: Any = None
        self._keys: list[str | int] = []

    def __call__(self, place: Step) -> list[str | int]:
        """Return the keys of a place, as `keys_of`; the list is the caller's."""
        item, key, _ = place
        if item is None:
            return [key]
        above, index, _ = item
        if above is not self._above or above is None:
            self._above, self._keys = above, keys_of(above)
        return [*self._keys, index, key]
