"""Second stage: from the tree to the text of Python functions.

For each selection there is a function that executes it on one object, written for objects that are read by item or by
attribute; for each list of a usual kind one that goes over its items, see `engine.values`.
"""

from dataclasses import dataclass, field
from keyword import iskeyword
from typing import cast

from engine.reading import Column, Computed, Masked
from engine.text import Text, attempt, branch, quoted
from engine.tree import SelectedField, Selection
from engine.values import Values, bits_of, label
from engine.waits import Waits


class Generator:
    """Generates the functions of one plan."""

    def __init__(self, waits: Waits) -> None:
        """Take what is known of who has to wait."""
        self.waits = waits

    def selection(self, selection: Selection, reading: str) -> Text:
        """Return the function that executes a selection on objects that are read by `items` or `attributes`."""
        text = Text()
        values = Values(text, self.waits)
        name = f"{selection.name}_{reading}" if selection.read_by_default else selection.name
        ways = [self._field(text, values, one, reading) for one in selection.fields]
        body = self._body(selection, [line for way in ways for line in way.allowed])
        says = f"Select from {_article(selection)}"
        masked = [one for one in selection.fields if self.waits.is_masked(one)]
        if masked:
            restricted = self._body(selection, [line for way in ways for line in way.restricted])
            text.function(
                f"{name}_restricted", "run, source, place, rights", f"{says}, where not all is allowed.", restricted
            )
            body = [*_if_restricted(text, name, masked), *body]
        text.function(name, "run, source, place, rights=None", f"{says}.", body)
        return text

    def _body(self, selection: Selection, fields: list[str]) -> list[str]:
        if not self.waits.selection(selection):
            return ["result = {}", *fields, "return result"]
        return [
            "result = {}",
            "waiting = []",
            *attempt(fields, ["abandon(run, result, waiting)", "raise"], error="Exception"),
            "return wait_for_fields(result, waiting) if waiting else result",
        ]

    def completion(self, field: SelectedField) -> Text:
        """Return the function that completes what a resolver has returned, once that is there."""
        text = Text()
        checks = []
        if self.waits.is_batch(field) and field.check is not None:
            check = text.name(label(field) + "_check", field.check)
            checks = [
                *branch("isinstance(value, Exception)", ["raise value"], []),
                f"value = {check}(run.context, value)",
            ]
        body = [
            *checks,
            *Values(text, self.waits).complete(field, "here", "complete_resolved", guarded=False),
            "return value",
        ]
        says = f"Complete {field.coordinate}: {field.type}."
        text.function(f"{label(field)}_value", "run, here, value", says, body)
        return text

    def _field(self, text: Text, values: Values, field: SelectedField, reading: str) -> "_Ways":
        key = quoted(field.key)
        heading = f"# {field.key}: {field.type}"
        if self.waits.is_typename(field):
            return _Ways([heading, f"result[{key}] = {quoted(field.parent_type.name)}"])
        name = text.name(label(field), field)
        place = f"(place, {key}, {quoted(field.parent_type.name)})"
        if self.waits.is_told(field):
            place = f"new(Path, {place})"
        if self.waits.is_batch(field):
            leaving = attempt([f"run.levels.leave({name}, source, result, here)"], [f"fail(run, {name}, here, error)"])
            return _Ways([heading, f"here = {place}", f"result[{key}] = None", *leaving])
        # The place of a value that is read, and has nothing below it, is of interest only where that fails.
        at_once = self.waits.is_resolved(field) or bool(field.selections)
        begins, here = ([f"here = {place}"], "here") if at_once else ([], place)
        reads, long_way = self._read(text, field, reading)
        note = f"waiting.append({key})" if self.waits.field(field) else None
        lines = [*reads, *values.complete(field, here, long_way, note)]
        failing = [f"value = fail(run, {name}, {here}, error)"]
        ways = _Ways([heading, *begins, *attempt(lines, failing), f"result[{key}] = value"])
        if self.waits.is_masked(field):
            lines = attempt(_if_allowed(text, field, here, lines), failing)
            ways.restricted = [heading, *begins, *lines, f"result[{key}] = value"]
        return ways

    def _read(self, text: Text, field: SelectedField, reading: str) -> tuple[list[str], str]:
        """Return the lines that read a field's value, and what completes one that is not as it seems."""
        name = label(field)
        if self.waits.calls_only:
            call = f"run.resolver({name})(source, run.info({name}, here), **run.arguments({name}))"
            return [f"value = {call}"], "complete_field"
        if self.waits.is_read(field):
            return [f"value = {_checked_read(text, field)}"], "complete_field"
        if self.waits.is_read_by_default(field):
            return _read_by_default(field, reading), "complete_default"
        call = text.name(name + "_resolve", field.resolver)
        head = text.name(name + "_head", field.head)
        arguments = "" if field.constants == {} else f", **run.arguments({name})"
        info = f"new(GraphQLResolveInfo, {head} + (here,) + run.tail)"
        return [f"value = {call}(source, {info}{arguments})"], "complete_field"


@dataclass(slots=True)
class _Ways:
    """The lines that execute a field where all fields are allowed, and where some of the object's are not."""

    allowed: list[str]
    restricted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.restricted = self.restricted or self.allowed


def _if_restricted(text: Text, name: str, masked: list[SelectedField]) -> list[str]:
    """Return what leaves an object to the other function that does not give all rights which its fields need."""
    bits = bits_of(masked)
    rights = text.name(label(masked[0]) + "_rights", cast("Masked", masked[0].source).rights)
    looks_closer = [
        *branch("rights is None", [f"rights = rights_of({rights}, run, source)"], []),
        *branch(
            f"rights is None or rights & {bits} != {bits}",
            [f"return {name}_restricted(run, source, place, rights)"],
            [],
        ),
    ]
    return branch(f"rights != {bits}", looks_closer, [])


def _if_allowed(text: Text, field: SelectedField, here: str, lines: list[str]) -> list[str]:
    """Return what reads and completes a field, for those who have the right to it."""
    masked, name = cast("Masked", field.source), label(field)
    rights = text.name(name + "_rights", masked.rights)
    return [
        *branch("rights is None", [f"rights = {rights}(run.context, source)"], []),
        *branch(f"rights & {masked.bit}", lines, [f"value = refuse(run, {name}, {here}, source)"]),
    ]


def _checked_read(text: Text, field: SelectedField) -> str:
    """Return the expression that reads a column or computes a field, and checks what that is."""
    source = field.source.resolver if type(field.source) is Masked else field.source
    if type(source) is Column:
        read = f"source[{quoted(source.name)}]"
    else:
        read = f"{text.name(label(field) + '_of', cast('Computed', source).function)}(source)"
    if field.check is None:
        return read
    return f"{text.name(label(field) + '_check', field.check)}(run.context, {read})"


def _read_by_default(field: SelectedField, reading: str) -> list[str]:
    """Return the lines that do what graphql-core's default resolver does, but for calling what it finds."""
    checks = [] if field.constants is not None else [f"run.arguments({label(field)})"]
    if reading == "items":
        return [*checks, f"value = source.get({quoted(field.name)})"]
    if iskeyword(field.name):
        return [*checks, f"value = getattr(source, {quoted(field.name)}, None)"]
    return [*checks, *attempt([f"value = source.{field.name}"], ["value = None"], error="AttributeError")]


def _article(selection: Selection) -> str:
    name = selection.object_type.name
    return f"an {name}" if name[0] in "AEIOU" else f"a {name}"
