"""Errors of fields: located where they occurred, and borne by the nearest place that may be null."""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from graphql import GraphQLError, GraphQLNonNull, get_nullable_type, located_error

from engine.ground import ReportsErrors, ResultPath, Step
from engine.place import keys_of
from engine.tree import SelectedField, Selection


class FieldError(NamedTuple):
    """An error of a field that has become null, as yet without a form.

    Most responses have none, some one for each of a thousand objects: those have no time for graphql-core's form.
    """

    field: SelectedField
    place: ResultPath
    error: Exception

    def located(self) -> GraphQLError:
        """Return it in graphql-core's form."""
        return located(self.field, self.place, self.error)


class RefusedInEach(NamedTuple):
    """The same fields refused in each object of a list."""

    fields: tuple[SelectedField, ...]
    errors: tuple[Exception, ...]
    """Why each of these fields is refused."""
    place: ResultPath
    """That of the list."""
    objects: int
    """How many it has."""

    def each(self) -> Iterator[FieldError]:
        """Yield the error of each object and field, in the order in which they occur."""
        for index in range(self.objects):
            for field, error in zip(self.fields, self.errors, strict=True):
                yield FieldError(field, ((self.place, index, None), field.key, field.parent_type.name), error)


RunError: TypeAlias = GraphQLError | FieldError | RefusedInEach


def located(field: SelectedField, place: ResultPath, error: Exception) -> GraphQLError:
    """Return an error that says where in the document and in the result it occurred."""
    return located_error(error, field.nodes, keys_of(place))


def fail(run: ReportsErrors, field: SelectedField, place: ResultPath, error: Exception) -> None:
    """Make a field null because of an error; raise where it must not be null, so that what is above bears it."""
    found = located(field, place, error)
    if field.non_null:
        raise found
    run.collect(found, place, leaf=field.is_leaf)


def fail_item(run: ReportsErrors, field: SelectedField, place: ResultPath, error: Exception, *, non_null: bool) -> None:
    """Make an item of a list null because of an error; raise where it must not be null."""
    found = located(field, place, error)
    if non_null:
        raise found
    run.collect(found, place)


def bearer_of(root: Selection, place: ResultPath) -> ResultPath:
    """Return the place, this one or above, that becomes null by an error at this place; None for the whole."""
    steps: list[Step] = []
    while place is not None:
        steps.append(place)
        place = place[0]
    bearer: ResultPath = None
    value_type: Any = None
    field: SelectedField | None = None
    type_name: Any
    for step in reversed(steps):
        _, key, type_name = step
        if type(key) is int:
            value_type = get_nullable_type(value_type).of_type
        else:
            selection = root if field is None else field.selections[type_name]
            field = next(one for one in selection.fields if one.key == key)
            value_type = field.type
        if not isinstance(value_type, GraphQLNonNull):
            bearer = step
    return bearer
