"""Second stage, the leaves of an object: read all at once and looked at all at once, where they are as expected.

Only what may be read twice is read so: where a value is not as expected, everything is read again, field by field.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any, cast

from graphql import get_nullable_type

from engine.leaves import enum_names, passing
from engine.reading import Column, Computed, Masked
from engine.text import SourceText, indented, quoted
from engine.traits import Traits
from engine.tree import SelectedField, Selection, spelled

CLASSES = ("type", "str", "int", "float", "bool")
"""What values are looked at for being of."""
MOST_SHORT = 80
"""How many characters of an object's display stand in one line."""


def label(field: SelectedField) -> str:
    """Return what a field is called in a plan's text."""
    return f"{spelled(field.parent_type.name)}_{spelled(field.name)}_{field.number}"


def read_of(text: SourceText, field: SelectedField, source: str) -> str:
    """Return the expression that reads a column or computes a field."""
    resolver: Any = field.source.resolver if type(field.source) is Masked else field.source
    if type(resolver) is Column:
        return f"{source}[{quoted(resolver.name)}]"
    return f"{text.name(label(field) + '_of', cast('Computed', resolver).function)}({source})"


@dataclass(slots=True)
class _Leaf:
    """A field whose value is read and looked at along with others."""

    field: SelectedField
    read: str
    tests: list[str]
    output: str


class Quick:
    """The leaves of a selection that are read all at once, for callers with some rights."""

    def __init__(
        self, text: SourceText, traits: Traits, selection: Selection, reading: str, rights: int | None
    ) -> None:
        """Take the text to write to; `reading` says how objects are read by default."""
        self._text = text
        self._selection = selection
        self._refused = selection.refused(rights)
        self.leaves: dict[str, _Leaf] = {}
        called = False
        for one in selection.fields:
            if one not in self._refused and traits.is_quick(one, after_calls=called):
                self.leaves[one.key] = self._leaf(one, reading)
            called = called or traits.may_call(one)
        self.others = [
            one
            for one in selection.fields
            if one.key not in self.leaves and one not in self._refused and not traits.is_typename(one)
        ]
        """The fields that are executed after these, one by one."""
        self._traits = traits

    @classmethod
    def is_all_of(cls, selection: Selection, traits: Traits) -> bool:
        """Whether lists of a selection's objects are visited at once, by callers with all rights to them."""
        return cls(SourceText(), traits, selection, "", selection.bits).goes_over_lists()

    def goes_over_lists(self) -> bool:
        """Whether nothing else is selected, so that lists of such objects are visited at once."""
        return not self.others and not any(one.non_null for one in self._refused)

    def object(self) -> list[str]:
        """Return the lines that make `result` of `source`: None where something is not as expected."""
        if not self.leaves:
            return [f"result = {{{', '.join(self._entries())}}}"]
        return [
            "try:",
            *indented([*self._reads(), *self._result()]),
            "except Exception:",
            *indented(["result = None"]),
        ]

    def each(self) -> list[str]:
        """Return the body of a function that goes over `items` of one class."""
        tests = ["type(source) is kind", *self._tests()]
        return [
            "completed = []",
            "kind = type(items[0])",
            "try:",
            "    for source in items:",
            *indented(indented(self._reads())),
            *indented(indented(_any_fails(tests))),
            "            return None",
            *indented(indented(_appended(_display(self._entries())))),
            "except Exception:",
            "    return None",
            "return completed",
        ]

    def classes(self) -> str:
        """Return the parameters of such a function that are not given: classes, as what is local is found faster."""
        used = {word for test in self._tests() for word in re.findall(r"\w+", test)} | {"type"}
        return "".join(f", {one}={one}" for one in CLASSES if one in used)

    def _reads(self) -> list[str]:
        return [f"{_variable(key)} = {one.read}" for key, one in self.leaves.items()]

    def _tests(self) -> list[str]:
        return [test for one in self.leaves.values() for test in one.tests]

    def _result(self) -> list[str]:
        tests = self._tests()
        display = _display(self._entries())
        if not tests:
            return [f"result = {display[0]}", *display[1:]]
        if len(display) == len(tests) == 1:
            return [f"result = {display[0]} if {tests[0]} else None"]
        return [
            "result = (",
            *indented(display),
            *indented([f"if {tests[0]}", *(f"and {test}" for test in tests[1:]), "else None"]),
            ")",
        ]

    def _entries(self) -> list[str]:
        return [f"{quoted(one.key)}: {self._output(one)}" for one in self._selection.fields]

    def _output(self, field: SelectedField) -> str:
        leaf = self.leaves.get(field.key)
        if leaf is not None:
            return leaf.output
        return quoted(field.parent_type.name) if self._traits.is_typename(field) else "None"

    def _leaf(self, field: SelectedField, reading: str) -> _Leaf:
        value = _variable(field.key)
        test, output = self._passing(field, value)
        if not field.non_null:
            test = f"({value} is None or {test})" if test else None
            output = output if output == value else f"None if {value} is None else {output}"
        read = self._by_default(field, reading) if field.source is field.resolver and _is_default(field) else None
        return _Leaf(field, read or read_of(self._text, field, "source"), [test] if test else [], output)

    def _passing(self, field: SelectedField, value: str) -> tuple[str | None, str]:
        """Return the test that a value passes as expected, and its output then."""
        leaf: Any = get_nullable_type(field.type)
        enum = enum_names(leaf)
        # What is no name of an enum is no key, and raises; what is found by default may be something to call, too.
        if enum is not None and enum[1] == {str} and not _is_default(field):
            return None, f"{self._text.name(f'{leaf.name}_names', enum[0])}[{value}]"
        return passing(self._text, leaf, value, f"{value}written")

    @staticmethod
    def _by_default(field: SelectedField, reading: str) -> str:
        if reading == "items":
            return f"source.get({quoted(field.name)})"
        if iskeyword(field.name):
            return f"getattr(source, {quoted(field.name)})"
        return f"source.{field.name}"


def _variable(key: str) -> str:
    """Return the variable of a response key: a name that is no keyword, and not `__debug__` either."""
    return f"{key}_leaf" if key.startswith("__") else f"{key}_"


def _is_default(field: SelectedField) -> bool:
    return type(field.source) not in {Column, Computed, Masked}


def _display(entries: Sequence[str]) -> list[str]:
    short = f"{{{', '.join(entries)}}}"
    return [short] if len(short) <= MOST_SHORT else ["{", *indented(f"{one}," for one in entries), "}"]


def _appended(display: Sequence[str]) -> list[str]:
    if len(display) == 1:
        return [f"completed.append({display[0]})"]
    return ["completed.append(", *indented(display), ")"]


def _any_fails(tests: Sequence[str]) -> list[str]:
    """Return the lines of an `if` that holds where any of the tests fails."""
    if len(tests) == 2:
        return [f"if not ({tests[0]} and {tests[1]}):"]
    return ["if not (", *indented([tests[0], *(f"and {test}" for test in tests[1:])]), "):"]
