"""Reads SARIF 2.1.0 as real tools write it: tolerant of what violates the schema, strict about what it means.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0 Plus Errata 01.
"""

import re

from msgspec import Raw

from domain.fingerprint import usable
from domain.severity import TENTHS_OF_LEVEL
from scans import limits
from scans.document import Document, decode, elements_of, members_of
from scans.export_marks import MARK, exact_fingerprint, marked
from scans.fixes import kept_fixes
from scans.json_value import clean, items, mapping, objects, text
from scans.package import known_package_url
from scans.path import verbatim_path
from scans.reader import Found, Rejected, ReportReader
from scans.report import Result, Rule, UnreadableReport
from scans.sarif_location import CodeLocation, Places
from scans.sarif_rule import RuleBook, level_of, score_in

NAME = "SARIF"
_PLACEHOLDER = re.compile(r"\{(\d{1,3})\}")
NO_PROBLEM = frozenset({"pass", "notApplicable", "informational"})
KINDS = NO_PROBLEM | {"fail", "open", "review"}


def detects(document: Document) -> bool:
    """Return whether the file is a SARIF log, of whatever version."""
    schema = document.member("$schema")
    return "runs" in document.members or (isinstance(schema, str) and "sarif" in schema.lower())


def read(document: Document, reader: ReportReader) -> None:
    """Read a SARIF log; raise UnreadableReport if it is no SARIF 2.1.0."""
    version = document.member("version")
    if version is None:
        raise UnreadableReport('The file has no `version`: a SARIF log says `"version": "2.1.0"`.')
    if version != "2.1.0":
        raise UnreadableReport(
            f"The file says it is SARIF of the version {str(version)[:40]!r}: only SARIF 2.1.0 is read. "
            "Convert older files with `sarif-multitool transform`."
        )
    runs = document.items("runs")
    if runs is None:
        raise UnreadableReport("The file has no `runs`: a SARIF log has an array of them, be it empty.")
    if len(runs) > limits.MOST_RUNS:
        raise UnreadableReport(f"The file has {len(runs)} runs: at most {limits.MOST_RUNS} are read. Split it.")
    for number, raw in enumerate(runs):
        members = members_of(raw)
        if members is None:
            reader.reject_run(f"/runs/{number}", "A run must be a JSON object.")
        else:
            _RunReader(members, f"/runs/{number}", reader).read()


class _RunReader:
    """Reads one run."""

    def __init__(self, members: dict[str, Raw], pointer: str, reader: ReportReader) -> None:
        self._results = elements_of(members.get("results"))
        self._facts = {name: decode(part) for name, part in members.items() if name != "results"}
        self._pointer = pointer
        self._reader = reader
        self._book = RuleBook(self._facts)
        self._places = Places(self._facts)
        self._at = pointer

    def read(self) -> None:
        """Read the run; its unreadable results are rejected one by one."""
        facts, reader = self._facts, self._reader
        name = text(mapping(mapping(facts.get("tool")).get("driver")).get("name"), limits.MOST_NAME)
        if name is None:
            reader.warn("`tool.driver.name` is missing", self._pointer)
        own = marked(facts.get("properties"))
        run = reader.run(
            name,
            category=_category(facts, own),
            executed=_executed(facts),
            partial=mapping(facts.get("properties")).get("partial", False) not in {False, None},
            exported=bool(own),
            branch=text(own.get("branch"), limits.MOST_NAME),
            root_nickname=text(own.get("rootNickname"), limits.MOST_NAME),
        )
        if self._results is None:
            reader.warn("A run without an array of `results` was not executed", self._pointer)
            run.executed = False
        results = self._results or []
        reader.expect(run, len(results))
        where = f"{self._pointer}/results/"
        reader.read(run, ((self._point(f"{where}{number}"), raw) for number, raw in enumerate(results)), self._read)
        run.listed_rules, run.inactive_rules = self._book.listed(), self._book.inactive()
        run.lists_all_rules = self._book.lists_all()

    def _point(self, pointer: str) -> str:
        self._at = pointer
        return pointer

    def _warn(self, words: str) -> None:
        self._reader.warn(words, self._at)

    def _read(self, raw: object) -> Found:
        if not isinstance(raw, dict):
            raise Rejected("", "A result must be a JSON object.")
        kind = raw.get("kind", "fail")
        if not isinstance(kind, str) or kind not in KINDS:
            self._book.mention(raw)
            raise Rejected("/kind", f"{str(kind)[:40]!r} is no kind of SARIF: it is one of {', '.join(sorted(KINDS))}.")
        if kind in NO_PROBLEM or raw.get("baselineState") == "absent":
            self._book.mention(raw)
            return None
        try:
            rule = self._book.rule_of(raw, self._warn)
        except ValueError as error:
            raise Rejected("/ruleId", str(error)) from None
        try:
            place = self._places.place_of(raw, self._warn)
        except ValueError as error:
            raise Rejected("/locations/0", str(error)) from None
        own = marked(raw.get("properties"))
        if own:
            place = _exported_place(raw, own, place)
        return rule, Result(
            place.path,
            self._message(raw, rule.rule_id),
            self._severity(raw, rule),
            line=place.line,
            end_line=place.end_line,
            column=place.column,
            snippet=place.snippet,
            suppressed="suppressions" in raw and _suppressed(raw),
            fixes=kept_fixes(raw["fixes"]) if "fixes" in raw else None,
            package_url=known_package_url(own.get("packageUrl")) if own else None,
            fixed_version=text(own.get("fixedVersion"), limits.MOST_NAME) if own else None,
            own=usable(_fingerprints(raw)) if "fingerprints" in raw or "partialFingerprints" in raw else None,
            exact=exact_fingerprint(raw.get("fingerprints")) if own else None,
        )

    def _severity(self, raw: dict[str, object], rule: Rule) -> int:
        """Return a result's score: its own, else the rule's, else that of the result's level."""
        if "properties" in raw:
            score = score_in(raw["properties"])
            if score is not None:
                return score
        if self._book.has_score(rule.rule_id):
            return rule.severity_tenths
        level = raw.get("level")
        if level is not None and not (isinstance(level, str) and level in TENTHS_OF_LEVEL):
            self._warn(f"`level` is {str(level)[:20]!r}, which SARIF does not know; the rule's counts")
        return TENTHS_OF_LEVEL[level_of(raw, self._book.default_level(rule.rule_id))]

    def _message(self, raw: dict[str, object], rule_id: str) -> str:
        message = mapping(raw.get("message"))
        found = message.get("text") or message.get("markdown")
        if isinstance(found, str) and (found := found.strip()):
            return found
        if message and marked(raw.get("properties")):
            return ""
        arguments = [str(one)[: limits.MOST_SNIPPET] for one in items(message.get("arguments"))[:1000]]
        return clean(_filled_in(self._book.message(rule_id, message.get("id")), arguments), limits.MOST_MESSAGE)


def _exported_place(raw: dict[str, object], own: dict[str, object], place: CodeLocation) -> CodeLocation:
    """Return a place with the path and the snippet just as we exported them."""
    region = mapping(mapping(mapping(items(raw.get("locations"))[0]).get("physicalLocation")).get("region"))
    snippet = mapping(region.get("snippet")).get("text")
    path = own.get("path")
    try:
        return place._replace(
            path=verbatim_path(path) if isinstance(path, str) else place.path,
            snippet=snippet if isinstance(snippet, str) else place.snippet,
        )
    except ValueError as error:
        raise Rejected("/properties/adarve/path", str(error)) from None


def _category(run: dict[str, object], own: dict[str, object]) -> str | None:
    """Return the category of a run: its `automationDetails.id` without the last part, which names the single run."""
    if MARK in mapping(run.get("properties")):
        return text(own.get("category"), limits.MOST_NAME)
    found = text(mapping(run.get("automationDetails")).get("id"), limits.MOST_NAME)
    if found is None or "/" not in found:
        return found
    return found.rpartition("/")[0] or None


def _executed(run: dict[str, object]) -> bool:
    """Return whether every invocation says that it was successful, or does not say, and no error stopped the scan."""
    invocations = run.get("invocations")
    found = [invocations] if isinstance(invocations, dict) else list(objects(invocations))
    found.append(mapping(mapping(run.get("conversion")).get("invocation")))
    return all(one.get("executionSuccessful", True) is True and not _stopped(one) for one in found)


def _stopped(invocation: dict[str, object]) -> bool:
    """Return whether an error is told that is about no rule and no place, but about the scan."""
    return any(
        one.get("level") == "error" and not one.get("associatedRule") and not one.get("locations")
        for one in objects(invocation.get("toolExecutionNotifications"))
    )


def _filled_in(template: str, arguments: list[str]) -> str:
    """Return a template with its placeholders replaced, once each: what an argument holds is not looked at again."""
    parts, length, end = [], 0, 0
    for match in _PLACEHOLDER.finditer(template):
        number = int(match[1])
        for part in (template[end : match.start()], arguments[number] if number < len(arguments) else match[0]):
            parts.append(part)
            length += len(part)
        end = match.end()
        if length > limits.MOST_MESSAGE:
            break
    return "".join((*parts, template[end:]))


def _fingerprints(raw: dict[str, object]) -> dict[str, str]:
    own = mapping(raw.get("fingerprints")) or mapping(raw.get("partialFingerprints"))
    return {str(name): value for name, value in own.items() if isinstance(value, str)}


def _suppressed(raw: dict[str, object]) -> bool:
    """Return whether a suppression holds: one that is accepted, or is given without a status."""
    return any(one.get("status", "accepted") == "accepted" for one in objects(raw.get("suppressions")))
