"""What a check finds: a verdict with its place, and whether its risk was accepted."""

from dataclasses import dataclass
from datetime import date

from deprecation.edits import Edit


@dataclass(frozen=True, slots=True)
class SourcePosition:
    """A place in a file: its path from the repository's root, and the line and column, counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding; a note, if it does not fail. `edits` would mend it, where nobody needs to be asked how."""

    rule: str
    coordinate: str
    place: SourcePosition
    message: str
    earliest_removal: date | None = None
    accepted: bool = False
    cascade: bool = False
    fails: bool = True
    edits: tuple[Edit, ...] = ()

    @property
    def said(self) -> str:
        """The message, with the first day on which what it is about may go, where one is known."""
        if self.earliest_removal is None or not self.fails:
            return self.message
        return f"{self.message} It may go from {self.earliest_removal}."


@dataclass(frozen=True, slots=True)
class CheckResult:
    """All findings of a check, and against what was checked."""

    findings: tuple[Problem, ...]
    base: str | None = None
    hints: tuple[str, ...] = ()
    """What people may want to know that is no finding: a pattern that names no file, a trailer that accepts nothing."""

    @property
    def ok(self) -> bool:
        """Whether nothing fails. What follows from another finding stands and falls with that."""
        return not any(one.fails and not one.accepted for one in self.findings)
