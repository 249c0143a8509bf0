"""Reads SARIF 2.1.0 as real tools write it: tolerant of what violates the schema, strict about what it means.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0 Plus Errata 01.
"""

import gzip
import io
import re
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson

from domain.fingerprint import of_result, tell_apart, usable
from domain.severity import TENTHS_OF_LEVEL
from domain.vulnerability import MOST_PATH
from scans.json_value import clean, clean_all, clean_bytes, items, mapping, objects, text
from scans.report import Rejection, Report, Result, Run, UnreadableReport
from scans.sarif_location import Place, Places
from scans.sarif_rule import RuleBook, level_of

MOST_MESSAGE = 20_000
MOST_SNIPPET = 4_000
MOST_NAME = 200
MOST_FIXES = 10
MOST_FIX_BYTES = 64 * 1024
MOST_RUNS = 20
MOST_RESULTS = 25_000
MOST_REASON = 500
MOST_READING_SECONDS = 300
MOST_DECOMPRESSED = 256 * 1024 * 1024
_PLACEHOLDER = re.compile(r"\{(\d{1,3})\}")
NO_PROBLEM = frozenset({"pass", "notApplicable", "informational"})
KINDS = NO_PROBLEM | {"fail", "open", "review"}
PROGRESS_EVERY = 500

Progress = Callable[[int, int], None]
"""Told now and then how many results of how many are read."""


def read_sarif(content: bytes, progress: Progress = lambda _read, _all: None) -> Report:
    """Return what a SARIF file says; raise UnreadableReport if it is no SARIF 2.1.0."""
    log = _parse(content)
    version = log.get("version")
    if version != "2.1.0":
        raise UnreadableReport(
            f"The file says it is version {str(version)[:40]!r}: only SARIF 2.1.0 is read. "
            "Convert older files with `sarif-multitool transform`."
        )
    if not isinstance(log.get("runs"), list):
        raise UnreadableReport("The file has no `runs`: a SARIF log has an array of them, be it empty.")
    sizes = [len(items(mapping(run).get("results"))) for run in log["runs"]]
    if len(sizes) > MOST_RUNS:
        raise UnreadableReport(f"The file has {len(sizes):,} runs: at most {MOST_RUNS} are read. Split it.")
    if max(sizes, default=0) > MOST_RESULTS:
        raise UnreadableReport(f"A run has {max(sizes):,} results: at most {MOST_RESULTS:,} are read. Split it.")
    total = sum(sizes)
    report = Report(results=total)
    reader = _Reader(report, progress)
    for number, run in enumerate(log["runs"]):
        if isinstance(run, dict):
            report.runs.append(reader.read_run(run, f"/runs/{number}"))
        else:
            report.rejections.append(Rejection(f"/runs/{number}", "A run must be a JSON object."))
    progress(total, total)
    return report


def _parse(content: bytes) -> dict[str, Any]:
    if content[:2] == b"\x1f\x8b":
        content = _decompress(content)
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        log = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        start = content[:200].lstrip()[:1]
        hint = "" if start in {b"{", b"["} else " A SARIF file begins with `{`."
        raise UnreadableReport(f"The file is not JSON in UTF-8: {error}.{hint}") from None
    if not isinstance(log, dict):
        raise UnreadableReport("The file is JSON, but no SARIF: a SARIF log is a JSON object.")
    if "version" not in log and "runs" not in log:
        raise UnreadableReport("The file is JSON, but no SARIF: it has neither `version` nor `runs`.")
    return log


def _decompress(content: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            whole = file.read(MOST_DECOMPRESSED + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableReport(f"The file is compressed by gzip, but damaged: {error}.") from None
    if len(whole) > MOST_DECOMPRESSED:
        raise UnreadableReport(f"The file is larger than {MOST_DECOMPRESSED:,} bytes once decompressed.")
    return whole


class _Rejected(ValueError):
    """One result cannot be read; `at` is where in it, as the rest of a JSON pointer."""

    def __init__(self, at: str, reason: str) -> None:
        super().__init__(reason)
        self.at = at


class _Reader:
    """Reads the runs of one report."""

    def __init__(self, report: Report, progress: Progress) -> None:
        self._report = report
        self._progress = progress
        self._read = 0
        self._deadline = time.monotonic() + MOST_READING_SECONDS

    def read_run(self, run: dict[str, Any], pointer: str) -> Run:
        """Return one run; its unreadable results are added to the report's rejections."""
        tool = mapping(run.get("tool"))
        name = text(mapping(tool.get("driver")).get("name"), MOST_NAME)
        made = Run(
            tool=clean_bytes(name, MOST_NAME) if name else "unknown",
            category=text(mapping(run.get("automationDetails")).get("id"), MOST_NAME),
            executed=_executed(run),
        )
        book, places = RuleBook(run), Places(run)
        bases = []
        for number, raw in enumerate(items(run.get("results"))):
            self._tick()
            try:
                result = self._read_result(raw, book, places)
            except _Rejected as rejected:
                where = f"{pointer}/results/{number}{rejected.at}"
                self._report.rejections.append(Rejection(where, clean(str(rejected), MOST_REASON)))
                continue
            except (TypeError, ValueError, KeyError, AttributeError, IndexError):
                self._report.rejections.append(
                    Rejection(f"{pointer}/results/{number}", "The result is not of the form that SARIF gives it.")
                )
                continue
            if result is None:
                self._report.skipped += 1
                continue
            made.results.append(result)
            bases.append(result.fingerprint)
        _make_unique(made, bases)
        made.rules = book.used()
        return made

    def _tick(self) -> None:
        self._read += 1
        if self._read % PROGRESS_EVERY == 0:
            if time.monotonic() > self._deadline:
                raise UnreadableReport(f"The file takes longer than {MOST_READING_SECONDS} seconds to read. Split it.")
            self._progress(self._read, self._report.results)

    def _read_result(self, raw: Any, book: RuleBook, places: Places) -> Result | None:
        if not isinstance(raw, dict):
            raise _Rejected("", "A result must be a JSON object.")
        kind = raw.get("kind", "fail")
        if not isinstance(kind, str) or kind not in KINDS:
            raise _Rejected(
                "/kind", f"{str(kind)[:40]!r} is no kind of SARIF: it is one of {', '.join(sorted(KINDS))}."
            )
        if kind in NO_PROBLEM or raw.get("baselineState") == "absent":
            return None
        try:
            rule = book.rule_of(raw)
        except ValueError as error:
            raise _Rejected("/ruleId", str(error)) from None
        try:
            place = places.place_of(raw)
        except ValueError as error:
            raise _Rejected("/locations/0", str(error)) from None
        message = _message(raw, book, rule.rule_id)
        own = usable(_fingerprints(raw))
        return Result(
            rule_id=rule.rule_id,
            path=clean_bytes(place.path, MOST_PATH),
            line=place.line,
            end_line=place.end_line,
            column=place.column,
            message=message,
            snippet=clean(place.snippet, MOST_SNIPPET) if place.snippet else None,
            severity_tenths=self._severity(raw, book, rule.rule_id, rule.severity_tenths),
            suppressed=_suppressed(raw),
            fingerprint=_fingerprint(rule.rule_id, place, own, message),
            fixes=_fixes(raw),
        )

    @staticmethod
    def _severity(raw: dict[str, Any], book: RuleBook, rule_id: str, of_rule: int) -> int:
        """Return a result's score: the rule's own, else that of the result's level."""
        if book.has_score(rule_id):
            return of_rule
        return TENTHS_OF_LEVEL[level_of(raw, book.default_level(rule_id))]


def _executed(run: dict[str, Any]) -> bool:
    return all(one.get("executionSuccessful") is not False for one in objects(run.get("invocations")))


def _message(raw: dict[str, Any], book: RuleBook, rule_id: str) -> str:
    message = mapping(raw.get("message"))
    found = text(message.get("text"), MOST_MESSAGE) or text(message.get("markdown"), MOST_MESSAGE)
    if found is None:
        arguments = [str(one)[:MOST_SNIPPET] for one in items(message.get("arguments"))[:1000]]
        found = clean(_filled_in(book.message(rule_id, message.get("id")), arguments), MOST_MESSAGE)
    return found


def _filled_in(template: str, arguments: list[str]) -> str:
    """Return a template with its placeholders replaced, once each: what an argument holds is not looked at again."""
    parts, length, end = [], 0, 0
    for match in _PLACEHOLDER.finditer(template):
        number = int(match[1])
        for part in (template[end : match.start()], arguments[number] if number < len(arguments) else match[0]):
            parts.append(part)
            length += len(part)
        end = match.end()
        if length > MOST_MESSAGE:
            break
    return "".join((*parts, template[end:]))


def _fixes(raw: dict[str, Any]) -> list[Any]:
    """Return the fixes of a result, without those that are too large or too deep to keep."""
    kept = []
    for fix in items(raw.get("fixes"))[:MOST_FIXES]:
        try:
            cleaned = clean_all(fix, MOST_SNIPPET)
            if len(orjson.dumps(cleaned)) <= MOST_FIX_BYTES:
                kept.append(cleaned)
        except (orjson.JSONEncodeError, RecursionError):
            continue
    return kept


def _fingerprints(raw: dict[str, Any]) -> dict[str, str]:
    own = mapping(raw.get("fingerprints")) or mapping(raw.get("partialFingerprints"))
    return {str(name): value for name, value in own.items() if isinstance(value, str)}


def _fingerprint(rule_id: str, place: Place, own: str | None, message: str) -> str:
    return of_result(rule_id=rule_id, path=place.path, own=own, snippet=place.snippet, message=message)


def _suppressed(raw: dict[str, Any]) -> bool:
    """Return whether a suppression holds: one that is accepted, or is given without a status."""
    return any(one.get("status", "accepted") == "accepted" for one in objects(raw.get("suppressions")))


def _make_unique(run: Run, bases: list[str]) -> None:
    """Tell alike results apart by their order in the file by line, so that moving one does not rename the others."""
    order = sorted(range(len(bases)), key=lambda number: (run.results[number].line or 0, number))
    for number, fingerprint in zip(order, tell_apart([bases[number] for number in order]), strict=True):
        result = run.results[number]
        if result.fingerprint != fingerprint:
            run.results[number] = replace(result, fingerprint=fingerprint)
