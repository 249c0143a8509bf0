"""Errors of fields: located where they came up, and borne by the nearest place that may be null."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from graphql import GraphQLError, located_error

from engine.place import keys_of

if TYPE_CHECKING:
    from engine.run import Run
    from engine.tree import SelectedField


class FieldError(NamedTuple):
    """An error of a field that has become null, as yet without a form.

    Most responses have none, some one for each of a thousand objects: those have no time for graphql-core's form.
    """

    field: "SelectedField"
    place: Any
    error: Exception

    def located(self) -> GraphQLError:
        """Return it in graphql-core's form."""
        return located(self.field, self.place, self.error)


class RefusedInEach(NamedTuple):
    """The same fields refused in each object of a list."""

    fields: "tuple[SelectedField, ...]"
    errors: tuple[Exception, ...]
    """Why each of these fields is refused."""
    place: Any
    """That of the list."""
    objects: int
    """How many it has."""

    def each(self) -> Iterator[FieldError]:
        """Yield the error of each object and field, in the order in which they come up."""
        for index in range(self.objects):
            for field, error in zip(self.fields, self.errors, strict=True):
                yield FieldError(field, ((self.place, index, None), field.key, field.parent_type.name), error)


RunError: TypeAlias = GraphQLError | FieldError | RefusedInEach


def located(field: "SelectedField", place: Any, error: Exception) -> GraphQLError:
    """Return an error that says where in the document and in the result it came up."""
    return located_error(error, field.nodes, keys_of(place))


def fail(run: "Run", field: "SelectedField", place: Any, error: Exception) -> None:
    """Make a field null because of an error; raise where it must not be null, so that what is above bears it."""
    found = located(field, place, error)
    if field.non_null:
        raise found
    run.collect(found, place, leaf=field.is_leaf)


def fail_item(run: "Run", field: "SelectedField", place: Any, error: Exception, *, non_null: bool) -> None:
    """Make an item of a list null because of an error; raise where it must not be null."""
    found = located(field, place, error)
    if non_null:
        raise found
    run.collect(found, place)
