"""The text of generated functions: lines, the names that they use, and how they are put together."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

INDENT = "    "


def quoted(text: str) -> str:
    """Return a text as Python spells it, between double quotes."""
    return json.dumps(text)


def indented(lines: Iterable[str]) -> list[str]:
    """Return lines one step further to the right."""
    return [INDENT + line for line in lines]


def branch(test: str, then: Iterable[str], otherwise: Iterable[str]) -> list[str]:
    """Return an `if` with its two branches, of which one may be empty."""
    some, others = list(then), list(otherwise)
    if not some:
        return [f"if {_negated(test)}:", *indented(others)]
    return [f"if {test}:", *indented(some), *(["else:", *indented(others)] if others else [])]


def _negated(test: str) -> str:
    value, is_a, kind = test.partition(" is ")
    return f"{value} is not {kind}" if is_a and kind.isidentifier() else f"not ({test})"


def attempt(lines: Iterable[str], failing: Iterable[str], error: str = "Exception as error") -> list[str]:
    """Return a `try` with what happens where it fails."""
    return ["try:", *indented(lines), f"except {error}:", *indented(failing)]


@dataclass(slots=True)
class SourceText:
    """Functions, and what the names in them stand for."""

    lines: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)
    last: str = ""
    """The function added last, which uses the others."""

    def name(self, name: str, value: object) -> str:
        """Let a name stand for a value, and return it."""
        self.names[name] = value
        return name

    def function(self, name: str, parameters: str, says: str, body: Iterable[str]) -> None:
        """Add a function."""
        self.last = name
        self.lines += [f"def {name}({parameters}):", f'{INDENT}"""{says}"""', *indented(body), "", ""]

    def __str__(self) -> str:
        """Return the functions as Python."""
        return "\n".join(self.lines).rstrip() + "\n"
