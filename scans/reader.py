"""What the readers of all formats share: limits, rejected records, warnings, fingerprints and progress."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Raw

from domain.fingerprint import digest_of, of_result, tell_apart
from domain.vulnerability import LARGEST_LINE, MOST_PATH
from scans import limits
from scans.document import decode
from scans.json_value import clean, clean_bytes
from scans.report import Rejection, Report, Result, Rule, Run, UnreadableReport

PROGRESS_EVERY = 500

Progress = Callable[[int, int], None]
"""Told now and then how many results of how many are read."""
Found = tuple[Rule, Result] | None
"""What one record says: a rule and a place, or nothing where it reports no problem."""


class Rejected(ValueError):
    """One record cannot be read; `at` is where in it, as the rest of a JSON pointer."""

    def __init__(self, at: str, reason: str) -> None:
        """Take the place and the reason, which is written for the person who sent the file."""
        super().__init__(reason)
        self.at = at


class ReportReader:
    """Gathers a report while a format's module reads the file."""

    def __init__(self, format_name: str, progress: Progress) -> None:
        """Take the format's name, and whom to tell how far it is."""
        self.report = Report(format=format_name)
        self._progress = progress
        self._read = 0
        self._deadline = time.monotonic() + limits.MOST_READING_SECONDS
        self._warnings: dict[str, tuple[int, str]] = {}
        self._bases: dict[int, list[bytes]] = {}

    def run(self, tool: str | None, **facts: Any) -> Run:
        """Begin a run of a tool; `facts` are the fields of Run. Raises UnreadableReport beyond the limit."""
        most = limits.MOST_EXPORTED_RUNS if facts.get("exported") else limits.MOST_RUNS
        if len(self.report.runs) >= most:
            raise UnreadableReport(f"The file has more than {most:,} runs: at most that many are read. Split it.")
        category = facts.pop("category", None)
        made = Run(
            tool=clean_bytes(tool.strip(), limits.MOST_NAME) if tool and tool.strip() else "unknown",
            category=clean(category, limits.MOST_NAME).strip() or None if isinstance(category, str) else None,
            **facts,
        )
        self.report.runs.append(made)
        self._bases[id(made)] = []
        return made

    def expect(self, run: Run, records: int) -> None:
        """Count the records of a run before they are read; raise UnreadableReport beyond the limit."""
        if records + len(self._bases[id(run)]) > limits.MOST_RESULTS:
            raise UnreadableReport(
                f"A run has {records:,} results: at most {limits.MOST_RESULTS:,} are read. Split it."
            )
        self.report.results += records

    def read(
        self,
        run: Run,
        records: Iterable[tuple[str, object]],
        read_one: Callable[[Any], Found],
    ) -> None:
        """Read records, each with its pointer, into a run; what cannot be read is rejected alone."""
        bases = self._bases[id(run)]
        for pointer, raw in records:
            self.tick()
            try:
                found = read_one(decode(raw) if isinstance(raw, Raw) else raw)
            except Rejected as rejected:
                self._reject(run, pointer + rejected.at, str(rejected))
                continue
            except UnreadableReport:
                self._reject(run, pointer, "The record is not valid JSON in UTF-8, or is nested too deep.")
                continue
            except ValueError as error:
                self._reject(run, pointer, str(error))
                continue
            except (TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError):
                self._reject(run, pointer, "The record is not of the form that its format gives it.")
                continue
            if found is None:
                self.report.skipped += 1
                continue
            rule, entry = found
            try:
                self._add(run, bases, rule, entry, pointer)
            except Rejected as rejected:
                self._reject(run, pointer + rejected.at, str(rejected))

    def _add(self, run: Run, bases: list[bytes], rule: Rule, entry: Result, pointer: str) -> None:
        if rule.rule_id not in run.rules:
            if len(run.rules) >= limits.MOST_RULES:
                raise UnreadableReport(f"A run has more than {limits.MOST_RULES:,} rules: at most that many are read.")
            run.rules[rule.rule_id] = rule
        message = entry.message = self._message(entry.message, pointer)
        bases.append(
            entry.exact
            or of_result(rule_id=rule.rule_id, path=entry.path, own=entry.own, snippet=entry.snippet, message=message)
        )
        entry.rule_id = rule.rule_id
        path = entry.path = clean_bytes(entry.path, MOST_PATH)
        if entry.snippet is not None:
            entry.snippet = clean(entry.snippet, limits.MOST_SNIPPET) or None
        entry.digest = digest_of(
            path,
            entry.line,
            entry.end_line,
            entry.column,
            message,
            entry.snippet,
            entry.severity_tenths,
            entry.fixes,
            entry.package_url,
            entry.fixed_version,
        )
        run.results.append(entry)

    def _message(self, message: str, pointer: str) -> str:
        if len(message) <= limits.MOST_MESSAGE:
            return clean(message, limits.MOST_MESSAGE)
        if len(message) > limits.MOST_STRING:
            raise Rejected("", f"Its message has {len(message):,} characters: at most {limits.MOST_STRING:,} are read.")
        self.warn(f"A message longer than {limits.MOST_MESSAGE:,} characters was cut", pointer)
        return clean(message, limits.MOST_MESSAGE)

    def reject_run(self, pointer: str, reason: str) -> None:
        """List a whole run that cannot be read, as one record; nothing of the file counts as gone then."""
        self.report.results += 1
        self.report.unreadable_runs += 1
        self._list(pointer, reason)

    def _reject(self, run: Run, pointer: str, reason: str) -> None:
        run.rejected += 1
        self._list(pointer, reason)

    def _list(self, pointer: str, reason: str) -> None:
        self.report.rejections.append(Rejection(clean(pointer, limits.MOST_POINTER), clean(reason, limits.MOST_REASON)))

    def warn(self, words: str, pointer: str) -> None:
        """Note what is against the format's rules and was read all the same; alike ones are counted."""
        if words in self._warnings:
            times, first = self._warnings[words]
            self._warnings[words] = (times + 1, first)
        elif len(self._warnings) < limits.MOST_WARNINGS:
            self._warnings[words] = (1, pointer)

    def tick(self) -> None:
        """Count a record; raise UnreadableReport once reading takes too long."""
        self._read += 1
        if time.monotonic() > self._deadline:
            raise UnreadableReport(
                f"The file takes longer than {limits.MOST_READING_SECONDS} seconds to read. Split it."
            )
        if self._read % PROGRESS_EVERY == 0:
            self._progress(self._read, self.report.results)

    def finish(self) -> Report:
        """Return the report: alike results are told apart, warnings are written out."""
        report = self.report
        for run in report.runs:
            report.skipped += _make_unique(run, self._bases[id(run)])
        for words, (times, first) in self._warnings.items():
            again = f"; {times:,} times" if times > 1 else ""
            report.warnings.append(clean(f"{words} ({first}{again}).", limits.MOST_REASON))
        self._progress(report.results, report.results)
        return report


def line_number(record: Mapping[str, object], name: str) -> int | None:
    """Return a line of a record, None if it has none or 0 for none; raise Rejected if it is no line."""
    value = record.get(name)
    if value is None or value == 0 or value == "":
        return None
    if isinstance(value, str) and value.strip().isdigit() and len(value) < 12:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise Rejected(f"/{name}", f"{str(value)[:40]!r} is no line: a whole number from 1 to {LARGEST_LINE:,}.")
    if not 1 <= value <= LARGEST_LINE:
        raise Rejected(f"/{name}", f"{str(value)[:40]} is no line: a whole number from 1 to {LARGEST_LINE:,}.")
    return int(value)


def _make_unique(run: Run, bases: list[bytes]) -> int:
    """Tell alike results apart by their order in the file by line, so that moving one does not rename the others.

    Exact repetitions, which are alike in all that is shown, are dropped; returns how many these are.
    """
    results = run.results
    order = sorted(range(len(bases)), key=lambda number: (results[number].line or 0, number))
    seen: dict[tuple[bytes, bytes], Result] = {}
    kept = []
    for number in order:
        result = results[number]
        first = seen.setdefault((bases[number], result.digest), result)
        if first is result:
            kept.append(number)
        else:
            first.suppressed = first.suppressed and result.suppressed
    for number, fingerprint in zip(kept, tell_apart([bases[number] for number in kept]), strict=True):
        results[number].fingerprint = fingerprint
    repeated = len(results) - len(kept)
    if repeated:
        run.results = [results[number] for number in sorted(kept)]
    return repeated
