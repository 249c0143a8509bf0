"""What every reader makes of a report: runs of tools with their rules and results, and what could not be read."""

from dataclasses import dataclass, field
from typing import Any


class UnreadableReport(ValueError):
    """The file as a whole is no report of a known format; the message is for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a tool: what kind of weakness it finds. Its results become one finding."""

    rule_id: str
    title: str
    description: str
    recommendation: str
    cwe_ids: tuple[str, ...]
    severity_tenths: int
    severity_vector: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """A place that a rule reports."""

    rule_id: str
    path: str
    line: int | None
    end_line: int | None
    column: int | None
    message: str
    snippet: str | None
    severity_tenths: int
    suppressed: bool
    fingerprint: str
    fixes: list[Any]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that could not be read: where it is (a JSON pointer), and why."""

    pointer: str
    reason: str


@dataclass(slots=True)
class Run:
    """One run of one tool."""

    tool: str
    category: str | None
    executed: bool
    """Whether the tool says that it ran to its end; only then does silence mean that something is gone."""
    rules: dict[str, Rule] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """All that a file says."""

    runs: list[Run] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    results: int = 0
    """How many results the file has, readable or not."""
    skipped: int = 0
    """How many of them report no problem."""
