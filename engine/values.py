"""Second stage, the values: how a plan completes a value that is as expected, and how it tells that it is.

Each kind of type has a short way, a test and what is done where the test holds. What has none, or fails the test, is
completed by `engine.completion`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, get_nullable_type, is_leaf_type

from engine.leaves import passing
from engine.quick import Quick, label
from engine.text import SourceText, attempt, branch, indented
from engine.traits import Traits
from engine.tree import SelectedField, Selection


@dataclass(slots=True)
class ShortWay:
    """A test that a value passes as expected, and the lines that complete it then; none where it is its own output."""

    test: str
    lines: list[str]


def selection_of(field: SelectedField, graphql_type: object) -> Selection | None:
    """Return what is selected of a type that a value needs no question to be of; None for other types."""
    if isinstance(graphql_type, GraphQLObjectType) and graphql_type.is_type_of is None:
        return field.selections[graphql_type.name]
    return None


class Values:
    """Writes how values are completed."""

    def __init__(self, text: SourceText, traits: Traits) -> None:
        """Take the text to write to, and what is known of the plan's fields."""
        self._text = text
        self._traits = traits

    def complete(
        self,
        field: SelectedField,
        here: str,
        long_way: str,
        note: str | None = None,
        awaited: Sequence[str] = (),
        *,
        guarded: bool = True,
    ) -> list[str]:
        """Return the lines that make `value`, at the place that `here` spells, the completed value of a field.

        `note` is what is done where that is a coroutine, which is `guarded` where nobody else bears its errors: a
        field that must not be null only hands them on. The `awaited` lines come before the long way.
        """
        name = self._text.name(label(field), field)
        guard = f"value = guarded(run, {name}, {here}, value)" if guarded and not field.non_null else None
        waiting = _if_coroutine("value", guard, note)
        otherwise = [*awaited, f"value = {long_way}(run, {name}, {here}, value)", *_if_coroutine("value", note)]
        short = self._short_way(field, here, waiting)
        return branch(short.test, short.lines, otherwise) if short else otherwise

    def checked(self, field: SelectedField, read: str) -> str:
        """Return the line that lets `value` be what an expression reads, once that has passed the field's check."""
        if field.check is None:
            return f"value = {read}"
        check = self._text.name(label(field) + "_check", field.check)
        return f"value, {'given' if self._says_rights(field) else '_'} = {check}(run.context, {read})"

    def _says_rights(self, field: SelectedField) -> bool:
        """Whether a field's check is called here, and something below needs the rights that it says: `given`."""
        inner: Any = get_nullable_type(field.type)
        below = selection_of(field, get_nullable_type(inner.of_type) if isinstance(inner, GraphQLList) else inner)
        is_called = field.check is not None and (self._traits.is_read(field) or self._traits.is_batch(field))
        return is_called and below is not None and bool(below.masked)

    def _short_way(self, field: SelectedField, here: str, waiting: list[str]) -> ShortWay | None:
        inner = get_nullable_type(field.type)
        if is_leaf_type(inner):
            return self._leaf(inner, "value")
        if isinstance(inner, GraphQLList):
            return self._list(field, inner.of_type, here, waiting)
        below = selection_of(field, inner)
        if below is None:
            return None
        lines = [f"value = handler(run, value, {here})", *(waiting if self._traits.selection_may_wait(below) else [])]
        return ShortWay(self._is_known(self._handlers(below, given=self._says_rights(field)), "value"), lines)

    def _handlers(self, below: Selection, *, given: bool) -> str:
        """Return the expression of what executes a selection on an object, by the object's class."""
        if not given:
            return self._text.name(f"{below.name}_handlers", below.without_rights.handlers)
        selection, granted = self._granted(below)
        return f"({granted}.get(given) or grant({selection}, given)).handlers"

    def _granted(self, below: Selection) -> tuple[str, str]:
        """Return the names of a selection and of its functions by rights."""
        selection = self._text.name(f"{below.name}_selection", below)
        return selection, self._text.name(f"{below.name}_granted", below.granted)

    def _is_known(self, handlers: str, value: str) -> str:
        return f"(handler := {handlers}.get(type({value}))) is not None"

    def _leaf(self, leaf: Any, value: str) -> ShortWay:
        test, output = passing(self._text, leaf, value, "output")
        return ShortWay(test, [] if output == value else [f"{value} = {output}"])

    def _list(self, field: SelectedField, item_type: Any, here: str, waiting: list[str]) -> ShortWay | None:
        inner = get_nullable_type(item_type)
        below = selection_of(field, inner)
        if below is None and not is_leaf_type(inner):
            return None
        name = f"{label(field)}_list"
        waits = self._traits.value_may_wait(field)
        lines = (
            self._object_item(field, item_type, below, waits=waits)
            if below
            else self._leaf_item(field, item_type, waits=waits)
        )
        given = self._says_rights(field)
        begins = self._at_once(below, given=given) if below else []
        body = [*begins, *(_waiting_items(lines) if waits else _items(lines))]
        more = ", given" if given else ""
        self._text.function(name, f"run, items, place{more}", f"Complete {field.coordinate}: {field.type}.", body)
        call = [f"value = {name}(run, value, {here}{more})", *(waiting if waits else [])]
        return ShortWay("type(value) is list", call)

    def _leaf_item(self, field: SelectedField, item_type: Any, *, waits: bool) -> list[str]:
        short = self._leaf(get_nullable_type(item_type), "item")
        lines = branch(short.test, short.lines, self._long_item(field, item_type, waits=waits))
        return self._item_attempt(field, item_type, lines, "(place, index, None)")

    def _object_item(self, field: SelectedField, item_type: object, below: Selection, *, waits: bool) -> list[str]:
        name, non_null = label(field), isinstance(item_type, GraphQLNonNull)
        place = "(place, index, None)"
        lines = [
            f"here = new(Path, {place})" if self._traits.path_needed_below(below) else f"here = {place}",
            *self._item_attempt(field, item_type, ["item = handler(run, item, here)"], "here"),
        ]
        if waits and self._traits.selection_may_wait(below):
            guard = None if non_null else f"item = guarded_item(run, {name}, here, item, non_null=False)"
            lines += _if_coroutine("item", guard, "waiting.append(index)")
        return branch(self._is_known("handlers", "item"), lines, self._long_item(field, item_type, waits=waits))

    def _at_once(self, below: Selection, *, given: bool) -> list[str]:
        """Return the lines that find the functions for a list's objects, and visit all at once if they can."""
        if below.masked and not given:
            return [f"handlers = {self._handlers(below, given=False)}"]
        name, text = below.name, self._text
        if below.masked:
            selection, granted = self._granted(below)
            finds = attempt([f"granted = {granted}[given]"], [f"granted = grant({selection}, given)"], error="KeyError")
            handlers, loops, functions = "handlers = granted.handlers", "granted.loops", "granted"
        else:
            finds, handlers = [], f"handlers = {self._handlers(below, given=False)}"
            loops = text.name(f"{name}_loops", below.without_rights.loops)
            functions = text.name(f"{name}_functions", below.without_rights)
        if not Quick.is_all_of(below, self._traits):
            return [*finds, handlers]
        refused = " and (not granted.refused or refuse_each(run, granted, items, place))" if below.masked else ""
        goes = [
            f"completed = ({loops}.get(type(items[0])) or loop_for({functions}, items[0]))(items)",
            *branch(f"completed is not None{refused}", ["return completed"], []),
        ]
        return [*finds, *branch("items", goes, []), handlers]

    @staticmethod
    def _item_attempt(field: SelectedField, item_type: object, lines: list[str], place: str) -> list[str]:
        non_null = isinstance(item_type, GraphQLNonNull)
        return attempt(lines, [f"item = fail_item(run, {label(field)}, {place}, error, non_null={non_null})"])

    def _long_item(self, field: SelectedField, item_type: object, *, waits: bool) -> list[str]:
        item = self._text.name(f"{label(field)}_item", item_type)
        return [
            f"item = complete_item(run, {label(field)}, {item}, (place, index, None), item)",
            *_if_coroutine("item", "waiting.append(index)" if waits else None),
        ]


def _items(lines: list[str]) -> list[str]:
    """Return the body of a function that completes the items of a list in which nothing has to be awaited."""
    return [
        "completed = []",
        "for index, item in enumerate(items):",
        *indented([*lines, "completed.append(item)"]),
        "return completed",
    ]


def _waiting_items(lines: list[str]) -> list[str]:
    """Return the same for a list in which something may have to be awaited."""
    return [
        "completed = []",
        "waiting = []",
        "rest = iter(items)",
        *attempt(
            ["for index, item in enumerate(rest):", *indented([*lines, "completed.append(item)"])],
            ["abandon(run, completed, waiting, rest)", "raise"],
            error="Exception",
        ),
        "return wait_for_items(completed, waiting) if waiting else completed",
    ]


def _if_coroutine(value: str, *lines: str | None) -> list[str]:
    some = [line for line in lines if line]
    return [f"if type({value}) is CoroutineType:", *indented(some)] if some else []
