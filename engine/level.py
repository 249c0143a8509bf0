"""A level: the parents of one field that wait to be resolved together, with where their results go."""

from typing import Any

from graphql import GraphQLResolveInfo

from engine.ground import ResultPath
from engine.tree import SelectedField


class Level:
    """The parents of one field that wait to be resolved together."""

    __slots__ = ("arguments", "field", "info", "parents", "waiting")

    def __init__(self, field: SelectedField, info: GraphQLResolveInfo[Any], arguments: dict[str, Any]) -> None:
        self.field = field
        self.info = info
        self.arguments = arguments
        self.parents: list[Any] = []
        self.waiting: list[tuple[dict[str, Any], ResultPath]] = []
        """The object and the place of each parent's result."""
