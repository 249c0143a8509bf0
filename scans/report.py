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
    cve_ids: tuple[str, ...] = ()


@dataclass(slots=True)
class Result:
    """A place that a rule reports. Lines and columns are counted from 1, the severity is in tenths;
    fingerprint and digest have 16 bytes."""

    rule_id: str
    path: str
    line: int | None
    end_line: int | None
    column: int | None
    message: str
    snippet: str | None
    severity_tenths: int
    suppressed: bool
    fingerprint: bytes
    digest: bytes
    fixes: list[Any] = field(default_factory=list)
    package_url: str | None = None
    fixed_version: str | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that could not be read: where it is (a JSON pointer, or a line), and why."""

    pointer: str
    reason: str


@dataclass(slots=True)
class Run:
    """One run of one tool."""

    tool: str
    category: str | None = None
    executed: bool = True
    """Whether the tool says that it ran to its end; only then does silence mean that something is gone."""
    partial: bool = False
    """Whether the report says that it covers a part of its target only."""
    branch: str | None = None
    """The branch that the report itself names."""
    root_nickname: str | None = None
    """The root that the report itself names: only our own exports do."""
    rules: dict[str, Rule] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    listed_rules: frozenset[str] | None = None
    """Every rule that the tool looked for, if it lists more than those that found something."""
    inactive_rules: frozenset[str] = frozenset()
    """Rules that were switched off, or that could not run."""


@dataclass(slots=True)
class Report:
    """All that a file says."""

    format: str = ""
    """The name of the format that was recognized."""
    runs: list[Run] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    """What is against the format's rules and was read all the same."""
    results: int = 0
    """How many results the file has, readable or not."""
    skipped: int = 0
    """How many of them report no problem."""
