"""Analysis: what is known of a plan's fields before it runs: how each is read, what may have to be awaited, and where a
resolver looks at its place. Where nothing may have to be awaited, nothing is looked for.
"""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLObjectType, default_field_resolver, get_named_type, is_leaf_type

from engine.batch import BatchResolver
from engine.reading import Column, Computed, Masked
from engine.tree import SelectedField, Selection


class Traits:
    """What is known of the fields and selections of a plan."""

    def __init__(self, *, calls_only: bool = False, batches: bool = True) -> None:
        """Take whether every field is called, and whether batch resolvers are called once a level."""
        self.calls_only = calls_only
        self._batches = batches and not calls_only
        self._may_wait: dict[str, bool] = {}
        self._path_needed: dict[str, bool] = {}

    def is_batch(self, field: SelectedField) -> bool:
        """Whether a field is resolved for all parents of a level at once."""
        return self._batches and type(field.source) is BatchResolver

    def is_read(self, field: SelectedField) -> bool:
        """Whether a field's value is read without a resolver that might return something to await."""
        return not self.calls_only and type(field.source) in {Column, Computed, Masked}

    def is_masked(self, field: SelectedField) -> bool:
        """Whether a field is read by those alone who have a right to it."""
        return not self.calls_only and type(field.source) is Masked

    def is_read_by_default(self, field: SelectedField) -> bool:
        """Whether a field is read as graphql-core's default resolver does."""
        return not self.calls_only and field.resolver is default_field_resolver

    def is_typename(self, field: SelectedField) -> bool:
        """Whether a field is the name of its type, which the plan knows."""
        return field.name == "__typename" and not self.calls_only

    def is_resolved(self, field: SelectedField) -> bool:
        """Whether a field's value comes from a resolver that is called, alone or for a whole level."""
        return not (self.is_read(field) or self.is_typename(field) or self.is_read_by_default(field))

    def is_quick(self, field: SelectedField, *, after_calls: bool) -> bool:
        """Whether a field is a leaf that is read along with others, and again where one of them is not as expected.

        What graphql-core's default resolver reads may have been changed by what was called before: `after_calls`.
        """
        if not field.is_leaf or field.check is not None:
            return False
        by_default = self.is_read_by_default(field) and field.constants is not None and not after_calls
        return self.is_read(field) or by_default

    def may_call(self, field: SelectedField) -> bool:
        """Whether anything may be called for a field: what is found by default might be something to call."""
        return self.needs_path(field) or (self.is_read_by_default(field) and not field.is_leaf)

    def needs_path(self, field: SelectedField) -> bool:
        """Whether a field's resolver is given its place, or one below it is, so that it has to be a path."""
        return self.is_resolved(field) or any(self.path_needed_below(one) for one in field.selections.values())

    def path_needed_below(self, selection: Selection) -> bool:
        """Whether a resolver is given a place below a selection."""
        return _any_field(selection, self.needs_path, self._path_needed)

    def selection_may_wait(self, selection: Selection) -> bool:
        """Whether anything of a selection, or below it, may have to be awaited."""
        return _any_field(selection, self.may_wait, self._may_wait)

    def value_may_wait(self, field: SelectedField) -> bool:
        """Whether a field's value, once it is there, may have something to await in it."""
        return self.is_batch(field) or self.may_wait(field)

    def may_wait(self, field: SelectedField) -> bool:
        """Whether a field, or anything below it, may have to be awaited."""
        if self.is_batch(field) or self.is_typename(field):
            return False
        if not self.is_read(field):
            return True
        below: Any = get_named_type(field.type)
        if is_leaf_type(below):
            return False
        if isinstance(below, GraphQLObjectType) and below.is_type_of is None:
            return self.selection_may_wait(field.selections[below.name])
        return True


def _any_field(selection: Selection, holds: Callable[[SelectedField], bool], known: dict[str, bool]) -> bool:
    """Whether something holds of any field of a selection, found out once.

    A selection that leads back to itself, as fragments may that were not validated, is taken for one of which it holds:
    whatever is not known, is looked for.
    """
    found = known.get(selection.name)
    if found is None:
        known[selection.name] = True
        found = known[selection.name] = any(map(holds, selection.fields))
    return found
