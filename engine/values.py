"""Second stage, the values: how a plan completes a value that is as it seems, and how it tells that it is.

Each kind of type has a short way, a test and what is done where the test holds. What has none, or fails the test, is
completed by `engine.completion`.
"""

from dataclasses import dataclass
from typing import Any

from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, get_nullable_type, is_leaf_type

from engine.leaves import passing
from engine.quick import Quick, label
from engine.text import Text, attempt, branch, indented
from engine.tree import SelectedField, Selection
from engine.waits import Waits


@dataclass(slots=True)
class ShortWay:
    """A test that a value passes as it seems, and the lines that complete it then; none where it is its own output."""

    test: str
    lines: list[str]


def selection_of(field: SelectedField, graphql_type: Any) -> Selection | None:
    """Return what is selected of a type that a value needs no question to be of; None for other types."""
    if isinstance(graphql_type, GraphQLObjectType) and graphql_type.is_type_of is None:
        return field.selections[graphql_type.name]
    return None


class Values:
    """Writes how values are completed."""

    def __init__(self, text: Text, waits: Waits) -> None:
        """Take the text to write to, and what is known of who has to wait."""
        self._text = text
        self._waits = waits

    def complete(
        self, field: SelectedField, here: str, long_way: str, note: str | None = None, *, guarded: bool = True
    ) -> list[str]:
        """Return the lines that make `value`, at the place that `here` spells, the completed value of a field.

        `note` is what is done where that is a coroutine, which is `guarded` where nobody else bears its errors.
        """
        name = self._text.name(label(field), field)
        guard = f"value = guarded(run, {name}, {here}, value)" if guarded else None
        waiting = _if_coroutine("value", guard, note)
        otherwise = [f"value = {long_way}(run, {name}, {here}, value)", *_if_coroutine("value", note)]
        short = self._short_way(field, here, waiting)
        return branch(short.test, short.lines, otherwise) if short else otherwise

    def _short_way(self, field: SelectedField, here: str, waiting: list[str]) -> ShortWay | None:
        inner = get_nullable_type(field.type)
        if is_leaf_type(inner):
            return self._leaf(inner, "value")
        if isinstance(inner, GraphQLList):
            return self._list(field, inner.of_type, here, waiting)
        below = selection_of(field, inner)
        if below is None:
            return None
        lines = [f"value = handler(run, value, {here})", *(waiting if self._waits.selection(below) else [])]
        handlers = self._text.name(f"{below.name}_handlers", below.ways.handlers)
        return ShortWay(self._is_known(handlers, "value"), lines)

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
        waits = self._waits.value(field)
        lines = (
            self._object_item(field, item_type, below, waits=waits)
            if below
            else self._leaf_item(field, item_type, waits=waits)
        )
        begins = self._at_once(below) if below else []
        body = [*begins, *(_waiting_items(lines) if waits else _items(lines))]
        self._text.function(name, "run, items, place", f"Complete {field.coordinate}: {field.type}.", body)
        return ShortWay("type(value) in LISTS", [f"value = {name}(run, value, {here})", *(waiting if waits else [])])

    def _leaf_item(self, field: SelectedField, item_type: Any, *, waits: bool) -> list[str]:
        short = self._leaf(get_nullable_type(item_type), "item")
        lines = branch(short.test, short.lines, self._long_item(field, item_type, waits=waits))
        return self._item_attempt(field, item_type, lines, "(place, index, None)")

    def _object_item(self, field: SelectedField, item_type: Any, below: Selection, *, waits: bool) -> list[str]:
        name, non_null = label(field), isinstance(item_type, GraphQLNonNull)
        place = "(place, index, None)"
        lines = [
            f"here = new(Path, {place})" if self._waits.tells(below) else f"here = {place}",
            *self._item_attempt(field, item_type, ["item = handler(run, item, here)"], "here"),
        ]
        if waits and self._waits.selection(below):
            guard = f"item = guarded_item(run, {name}, here, item, non_null={non_null})"
            lines += _if_coroutine("item", guard, "waiting.append(index)")
        return branch(self._is_known("handlers", "item"), lines, self._long_item(field, item_type, waits=waits))

    def _at_once(self, below: Selection) -> list[str]:
        """Return the lines that find the functions for a list's objects, and go over all at once if they can."""
        name = below.name
        if not below.masked:
            rights: list[str] = []
            handlers = f"handlers = {self._text.name(f'{name}_handlers', below.ways.handlers)}"
            loops = self._text.name(f"{name}_loops", below.ways.loops)
            ways = self._text.name(f"{name}_ways", below.ways)
        else:
            rights = self._common_rights(below)
            handlers, loops, ways = "handlers = ways.handlers", "ways.loops", "ways"
        if not Quick.is_all_of(below, self._waits):
            return [*rights, handlers]
        refused = " and (not ways.refused or refuse_each(run, ways, items, place))" if below.masked else ""
        goes = [
            f"completed = ({loops}.get(type(items[0])) or loop_for({ways}, items[0]))(items)",
            *branch(f"completed is not None{refused}", ["return completed"], []),
        ]
        return [*rights, *branch("items", goes, []), handlers]

    def _common_rights(self, below: Selection) -> list[str]:
        """Return the lines that find the functions for the rights that a list's objects give, if they are alike."""
        text, name = self._text, below.name
        selection, rights = text.name(f"{name}_selection", below), text.name(f"{name}_rights", below.rights)
        ways, by_rights = text.name(f"{name}_ways", below.ways), text.name(f"{name}_granted", below.granted)
        finds = attempt(
            [f"ways = {by_rights}[{rights}(run.context, items[0]) & {below.bits}]"],
            [f"ways = granted(run, {selection}, items)"],
            error="Exception",
        )
        return [f"ways = {ways}", *branch("type(items) is Alike and items", finds, [])]

    @staticmethod
    def _item_attempt(field: SelectedField, item_type: Any, lines: list[str], place: str) -> list[str]:
        non_null = isinstance(item_type, GraphQLNonNull)
        return attempt(lines, [f"item = fail_item(run, {label(field)}, {place}, error, non_null={non_null})"])

    def _long_item(self, field: SelectedField, item_type: Any, *, waits: bool) -> list[str]:
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
