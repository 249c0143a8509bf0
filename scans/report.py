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


class Result:
    """A place that a rule reports. Lines and columns are counted from 1, the severity is in tenths.

    A reader makes it with what it found; `scans.reader` cleans its texts and adds its rule, fingerprint and digest, of
    16 bytes each. Written out by hand, since a report has tens of thousands of them.
    """

    __slots__ = (
        "column",
        "digest",
        "end_line",
        "exact",
        "fingerprint",
        "fixed_version",
        "fixes",
        "line",
        "message",
        "own",
        "package_url",
        "path",
        "rule_id",
        "severity_tenths",
        "snippet",
        "suppressed",
    )
    rule_id: str
    fingerprint: bytes
    digest: bytes

    def __init__(
        self,
        path: str,
        message: str,
        severity_tenths: int,
        *,
        line: int | None = None,
        end_line: int | None = None,
        column: int | None = None,
        snippet: str | None = None,
        suppressed: bool = False,
        fixes: list[object] | None = None,
        package_url: str | None = None,
        fixed_version: str | None = None,
        own: str | None = None,
        exact: bytes | None = None,
    ) -> None:
        """Take what is known; `own` is the tool's own fingerprint, `exact` ours of an export, to be kept."""
        self.path = path
        self.message = message
        self.severity_tenths = severity_tenths
        self.line = line
        self.end_line = end_line
        self.column = column
        self.snippet = snippet
        self.suppressed = suppressed
        self.fixes: list[Any] = fixes or []
        self.package_url = package_url
        self.fixed_version = fixed_version
        self.own = own
        self.exact = exact


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
    exported: bool = False
    """Whether it is of an export of ours, which names its own root, category and branch."""
    rejected: int = 0
    """How many of its records could not be read: what they were about must not be taken for gone."""
    listed_rules: frozenset[str] | None = None
    """The rules that the run lists, if its format can."""
    lists_all_rules: bool = False
    """Whether these are all that it looked for: it lists some that found nothing."""
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
    """How many of them report no problem, or repeat another one."""
    unreadable_runs: int = 0
    """How many runs could not be read at all; they may be of any target."""
