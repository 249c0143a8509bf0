"""Second stage: from the tree to the text of Python functions.

For each selection there is a function that executes it on one object, written for objects that are read by item or by
attribute; for each list of a usual kind one that goes over its items, see `engine.values`.
"""

from collections.abc import Sequence
from enum import Enum
from keyword import iskeyword
from typing import cast

from engine.ground import Form, Variant
from engine.quick import Quick, label, read_of
from engine.reading import Masked
from engine.text import SourceText, attempt, branch, quoted
from engine.traits import Traits
from engine.tree import SelectedField, Selection
from engine.values import Values


class Waits(Enum):
    """What an object waits for, once its fields were executed."""

    FOR_NOTHING = 0
    FOR_THE_LAST = 1
    """For the last of them alone, if at all: nothing comes after it that would have to be told."""
    FOR_SEVERAL = 2


class Generator:
    """Generates the functions of one plan."""

    def __init__(self, traits: Traits) -> None:
        """Take what is known of the plan's fields."""
        self.traits = traits

    def selection(self, selection: Selection, variant: Variant) -> SourceText:
        """Return a function that executes a selection."""
        text = SourceText()
        if variant.form is Form.OBJECT:
            self._object(text, selection, variant)
        elif variant.form is Form.EACH:
            quick = Quick(text, self.traits, selection, variant.reading, variant.rights)
            says = f"Select from each of some {selection.object_type.name} objects, if all are as expected."
            text.function(_name(selection, variant), f"items{quick.classes()}", says, quick.each())
        else:
            self._field_by_field(text, selection, variant)
        return text

    def _object(self, text: SourceText, selection: Selection, variant: Variant) -> None:
        values = Values(text, self.traits)
        quick = Quick(text, self.traits, selection, variant.reading, variant.rights)
        refused = selection.refused(variant.rights)
        lines = quick.object()
        if quick.leaves:
            name = text.name(f"{selection.name}_selection", selection)
            given = f"selection={name}, reading={quoted(variant.reading)}"
            given += f", rights={variant.rights}" if selection.masked else ""
            lines += branch("result is None", [f"return field_by_field(run, source, place, {given})"], [])
        others = [one for one in selection.fields if one in refused or one in quick.others]
        waits = self._waits(others, refused)
        each: list[str] = []
        for one in others:
            if one in refused:
                each += _refuse(text, one)
            else:
                each += self._field(text, values, one, variant.reading, waits)
        says = f"Select from {_article(selection)}."
        text.function(_name(selection, variant), "run, source, place", says, [*lines, *_body(each, waits)])

    def _field_by_field(self, text: SourceText, selection: Selection, variant: Variant) -> None:
        values = Values(text, self.traits)
        waits = self._waits(selection.fields)
        ways = [self._field(text, values, one, variant.reading, waits, by_field=True) for one in selection.fields]
        body = ["result = {}", *_body([line for lines in ways for line in lines], waits)]
        parameters = "run, source, place" + (", rights=None" if selection.masked else "")
        text.function(
            _name(selection, variant), parameters, f"Select from {_article(selection)}, field by field.", body
        )

    def _waits(self, fields: list[SelectedField], refused: Sequence[SelectedField] = ()) -> Waits:
        """Return how an object waits for those of its fields that are executed one by one."""
        waiting = [one for one in fields if one not in refused and self.traits.may_wait(one)]
        if not waiting:
            return Waits.FOR_NOTHING
        return Waits.FOR_THE_LAST if waiting == fields[-1:] else Waits.FOR_SEVERAL

    def completion(self, field: SelectedField) -> SourceText:
        """Return the function that completes what a resolver has returned, once that is there."""
        text = SourceText()
        values, checks = Values(text, self.traits), []
        if self.traits.is_batch(field) and field.check is not None:
            checks = [
                *branch("isinstance(value, Exception)", ["raise value"], []),
                values.checked(field, "value"),
            ]
        body = [
            *checks,
            *values.complete(field, "here", "complete_resolved", guarded=False),
            "return value",
        ]
        says = f"Complete {field.coordinate}: {field.type}."
        text.function(f"{label(field)}_value", "run, here, value", says, body)
        return text

    def _field(
        self,
        text: SourceText,
        values: Values,
        field: SelectedField,
        reading: str,
        waits: Waits,
        *,
        by_field: bool = False,
    ) -> list[str]:
        """Return the lines that execute a field; `by_field` where the object has none yet, and rights are looked at."""
        key = quoted(field.key)
        heading = _heading(field)
        if self.traits.is_typename(field):
            return [heading, f"result[{key}] = {quoted(field.parent_type.name)}"]
        name, place = text.name(label(field), field), _place(field)
        if self.traits.needs_path(field):
            place = f"new(Path, {place})"
        if self.traits.is_batch(field):
            leaving = attempt([f"run.levels.leave({name}, source, result, here)"], [f"fail(run, {name}, here, error)"])
            placing = [f"result[{key}] = None"] if by_field else []
            return [heading, f"here = {place}", *placing, *leaving]
        # The place of a value that is read, and has nothing below it, is of interest only where that fails.
        at_once = self.traits.is_resolved(field) or bool(field.selections)
        begins, here = ([f"here = {place}"], "here") if at_once else ([], place)
        reads, long_way = self._read(text, values, field, reading)
        note = _note(field, waits) if self.traits.may_wait(field) else None
        awaited = self._awaited(field, here, waits)
        lines = [*reads, *values.complete(field, here, long_way, note, awaited)]
        if by_field and self.traits.is_masked(field):
            lines = _if_allowed(text, field, here, lines)
        failing = [f"value = fail(run, {name}, {here}, error)"]
        return [heading, *begins, *attempt(lines, failing), f"result[{key}] = value"]

    def _awaited(self, field: SelectedField, here: str, waits: Waits) -> list[str]:
        """Return the lines that leave a value to be awaited, where the object waits for nothing else."""
        if waits is not Waits.FOR_THE_LAST or not (self.traits.is_resolved(field) and self.traits.may_wait(field)):
            return []
        leaving = [f"return wait_for_value(run, {label(field)}, {here}, value, result)"]
        return branch("run.is_awaitable(value)", leaving, [])

    def _read(self, text: SourceText, values: Values, field: SelectedField, reading: str) -> tuple[list[str], str]:
        """Return the lines that read a field's value, and what completes one that is not as expected."""
        name = label(field)
        if self.traits.calls_only:
            call = f"run.resolver({name})(source, run.info({name}, here), **run.arguments({name}))"
            return [f"value = {call}"], "complete_field"
        if self.traits.is_read(field):
            return [values.checked(field, read_of(text, field, "source"))], "complete_field"
        if self.traits.is_read_by_default(field):
            return _read_by_default(field, reading), "complete_default"
        call = text.name(name + "_resolve", field.resolver)
        head = text.name(name + "_head", field.head)
        arguments = "" if field.constants == {} else f", **run.arguments({name})"
        info = f"new(GraphQLResolveInfo, {head} + (here,) + run.tail)"
        return [f"value = {call}(source, {info}{arguments})"], "complete_field"


def _body(fields: list[str], waits: Waits) -> list[str]:
    """Return the lines that execute fields and return the object, or a coroutine of it."""
    if waits is not Waits.FOR_SEVERAL:
        return [*fields, "return result"]
    return [
        "waiting = []",
        *attempt(fields, ["abandon(run, result, waiting)", "raise"], error="Exception"),
        "return wait_for_fields(result, waiting) if waiting else result",
    ]


def _note(field: SelectedField, waits: Waits) -> str:
    """Return what is done where a field's value is a coroutine."""
    key = quoted(field.key)
    return f"return wait_for_field(result, {key}, value)" if waits is Waits.FOR_THE_LAST else f"waiting.append({key})"


def _name(selection: Selection, variant: Variant) -> str:
    """Return what a function is called."""
    parts = [selection.name, variant.reading if selection.read_by_default else ""]
    parts.append(str(variant.rights) if variant.rights not in {None, selection.bits} else "")
    parts.append("" if variant.form is Form.OBJECT else str(variant.form))
    return "_".join(filter(None, parts))


def _heading(field: SelectedField) -> str:
    return f"# {field.key}: {field.type}"


def _place(field: SelectedField) -> str:
    """Return the expression of a field's place."""
    return f"(place, {quoted(field.key)}, {quoted(field.parent_type.name)})"


def _refuse(text: SourceText, field: SelectedField) -> list[str]:
    """Return the lines that refuse a field to those who have no right to it."""
    name, place = text.name(label(field), field), _place(field)
    refusing = [f"refuse(run, {name}, {place}, source)"]
    return [_heading(field), *attempt(refusing, [f"fail(run, {name}, {place}, error)"])]


def _if_allowed(text: SourceText, field: SelectedField, here: str, lines: list[str]) -> list[str]:
    """Return what reads and completes a field, for those who have the right to it."""
    masked, name = cast("Masked", field.source), label(field)
    rights = text.name(name + "_rights", masked.rights)
    return [
        *branch("rights is None", [f"rights = {rights}(run.context, source)"], []),
        *branch(f"rights & {masked.bit}", lines, [f"value = refuse(run, {name}, {here}, source)"]),
    ]


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
