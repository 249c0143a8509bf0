"""SARIF as tools write it, and as nobody should."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from scans.formats import read_report
from scans.report import Report, UnreadableReport
from tests.world import result, sarif

REPORTS = Path(__file__).parents[2] / "examples" / "reports"


def read(run: dict[str, Any]) -> Report:
    """Read a log with one run, whose tool is filled in."""
    run.setdefault("tool", {"driver": {"name": "T"}})
    return read_report(json.dumps({"version": "2.1.0", "runs": [run]}).encode())


def only(report: Report) -> Any:
    """Return the only result of a report, which rejected none."""
    assert report.rejections == []
    (one,) = report.runs[0].results
    return one


@pytest.mark.parametrize(
    ("name", "tool", "results", "rules"),
    [("bandit", "Bandit", 20, 19), ("semgrep", "Semgrep OSS", 7, 5), ("eslint", "ESLint", 8, 8)],
)
def test_real_reports_are_read_whole(name: str, tool: str, results: int, rules: int) -> None:
    report = read_report((REPORTS / f"{name}.sarif").read_bytes())
    (run,) = report.runs
    assert report.rejections == []
    assert run.tool == tool
    assert len(run.results) == report.results
    assert len({one.fingerprint for one in run.results}) == report.results
    assert all(one.path.startswith(("src/", "web/")) and one.line for one in run.results)
    assert all(rule.title for rule in run.rules.values())
    assert (report.results, len(run.rules)) == (results, rules)


def test_semgrep_gives_a_usable_title_cwe_and_score() -> None:
    (run,) = read_report((REPORTS / "semgrep.sarif").read_bytes()).runs
    rule = run.rules["rules.sql-from-text"]
    assert rule.title == "A statement is put together from texts, so whoever writes the text writes the statement"
    assert rule.cwe_ids == ("CWE-89",)
    assert rule.severity_tenths == 98


def test_a_rule_is_found_by_id_by_index_and_in_extensions() -> None:
    tool = {
        "driver": {"name": "T", "rules": [{"id": "A", "name": "First"}]},
        "extensions": [{"name": "plugin", "rules": [{"id": "B", "name": "Second"}]}],
    }
    report = read(
        {
            "tool": tool,
            "results": [
                {"ruleId": "A", "message": {"text": "1"}},
                {"ruleIndex": 0, "message": {"text": "2"}},
                {"rule": {"id": "A"}, "message": {"text": "3"}},
                {"rule": {"index": 0, "toolComponent": {"index": 0}}, "message": {"text": "4"}},
                {"rule": {"index": 0, "toolComponent": {"name": "plugin"}}, "message": {"text": "5"}},
                {"ruleId": "B", "message": {"text": "6"}},
                {"ruleId": "A/sub", "message": {"text": "7"}},
                {"ruleId": "unknown", "message": {"text": "8"}},
            ],
        }
    )
    assert [one.rule_id for one in report.runs[0].results] == ["A", "A", "A", "B", "B", "B", "A/sub", "unknown"]
    titles = {rule_id: rule.title for rule_id, rule in report.runs[0].rules.items()}
    assert titles == {"A": "First", "B": "Second", "A/sub": "First", "unknown": "unknown"}


@pytest.mark.parametrize(
    ("rule", "more", "tenths"),
    [
        ({}, {"level": "error"}, 70),
        ({}, {"level": "note"}, 10),
        ({}, {}, 40),
        ({"defaultConfiguration": {"level": "error"}}, {}, 70),
        ({"defaultConfiguration": {"level": "error"}}, {"level": "none"}, 0),
        ({"defaultConfiguration": {"level": "loud"}}, {}, 40),
        ({"properties": {"security-severity": "8.1"}}, {"level": "note"}, 81),
        ({"properties": {"security-severity": 9}}, {}, 90),
        ({"properties": {"security-severity": "high"}}, {"level": "error"}, 70),
        ({"properties": {"security-severity": "99"}}, {"level": "error"}, 70),
        ({"properties": {"cvssV3_vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}, {}, 98),
        ({"properties": {"cvssV3_vector": "CVSS:3.1/AV:X"}}, {"level": "error"}, 70),
    ],
)
def test_severity_is_the_tools_score_else_that_of_the_level(rule: dict, more: dict, tenths: int) -> None:
    tool = {"driver": {"name": "T", "rules": [{"id": "A", **rule}]}}
    one = only(read({"tool": tool, "results": [{"ruleId": "A", "message": {"text": "x"}, **more}]}))
    assert one.severity_tenths == tenths


def test_the_level_can_be_set_by_the_invocation() -> None:
    override = {"descriptor": {"id": "A"}, "configuration": {"level": "error"}}
    invocation = {"executionSuccessful": True, "ruleConfigurationOverrides": [override]}
    one = only(read({"invocations": [invocation], "results": [{"ruleId": "A", "message": {"text": "x"}}]}))
    assert one.severity_tenths == 70


@pytest.mark.parametrize(
    "rule",
    [
        {"properties": {"tags": ["security", "external/cwe/cwe-079"]}},
        {"properties": {"tags": ["CWE-79: Cross-site Scripting"]}},
        {"properties": {"cwe": "CWE-79"}},
        {"relationships": [{"target": {"id": "79", "toolComponent": {"name": "CWE"}}}]},
        {"relationships": [{"target": {"id": "guid-79", "toolComponent": {"name": "weaknesses"}}}]},
    ],
)
def test_weaknesses_come_from_tags_properties_and_taxa(rule: dict) -> None:
    tool = {"driver": {"name": "T", "rules": [{"id": "A", **rule}]}}
    taxonomies = [{"name": "CWE", "taxa": [{"id": "79", "guid": "guid-79"}]}]
    report = read({"tool": tool, "taxonomies": taxonomies, "results": [{"ruleId": "A", "message": {"text": "x"}}]})
    assert report.runs[0].rules["A"].cwe_ids == ("CWE-79",)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("src/a.py", "src/a.py"),
        ("./src/a.py", "src/a.py"),
        ("src/../src/a.py", "src/a.py"),
        ("src/with%20space.py", "src/with space.py"),
        ("src\\windows.py", "src/windows.py"),
        ("file:///home/ci/project/src/a.py", "src/a.py"),
        ("https://shop.example/checkout", "https://shop.example/checkout"),
    ],
)
def test_paths_are_made_regular(uri: str, path: str) -> None:
    bases = {"SRCROOT": {"uri": "file:///home/ci/project/"}}
    assert only(read({"originalUriBaseIds": bases, "results": [result(path=uri)]})).path == path


def test_a_relative_base_goes_before_the_path() -> None:
    location = {"artifactLocation": {"uri": "a.py", "uriBaseId": "MODULE"}}
    bases = {"MODULE": {"uri": "module/", "uriBaseId": "ROOT"}, "ROOT": {"uri": "file:///x/"}}
    raw = {"ruleId": "A", "message": {"text": "x"}, "locations": [{"physicalLocation": location}]}
    assert only(read({"originalUriBaseIds": bases, "results": [raw]})).path == "module/a.py"


def test_bases_that_name_each_other_end() -> None:
    location = {"artifactLocation": {"uri": "a.py", "uriBaseId": "A"}}
    bases = {"A": {"uri": "a/", "uriBaseId": "B"}, "B": {"uri": "b/", "uriBaseId": "A"}}
    raw = {"ruleId": "A", "message": {"text": "x"}, "locations": [{"physicalLocation": location}]}
    assert only(read({"originalUriBaseIds": bases, "results": [raw]})).path.endswith("a.py")


def test_an_artifact_is_found_by_its_index() -> None:
    raw: dict[str, Any] = {"ruleId": "A", "message": {"text": "x"}}
    raw["locations"] = [{"physicalLocation": {"artifactLocation": {"index": 1}}}]
    artifacts = [{"location": {"uri": "zero.py"}}, {"location": {"uri": "one.py"}}]
    assert only(read({"artifacts": artifacts, "results": [raw]})).path == "one.py"


def test_a_result_without_a_file_is_about_what_it_names_or_the_whole() -> None:
    logical = {"ruleId": "A", "message": {"text": "x"}, "locations": [{"logicalLocations": [{"name": "Shop.pay"}]}]}
    report = read({"results": [logical, {"ruleId": "A", "message": {"text": "y"}}]})
    assert [one.path for one in report.runs[0].results] == ["Shop.pay", "."]


@pytest.mark.parametrize(
    ("raw", "pointer", "reason"),
    [
        ("text", "/runs/0/results/0", "must be a JSON object"),
        (None, "/runs/0/results/0", "must be a JSON object"),
        ({"message": {"text": "x"}}, "/runs/0/results/0/ruleId", "names no rule"),
        ({"ruleIndex": 7, "message": {"text": "x"}}, "/runs/0/results/0/ruleId", "`ruleIndex` is 7"),
        (result(kind="maybe"), "/runs/0/results/0/kind", "no kind of SARIF"),
        (result(line=0), "/runs/0/results/0/locations/0", "`startLine` is '0'"),
        (result(line="three"), "/runs/0/results/0/locations/0", "`startLine` is 'three'"),
        (result(line=10**12), "/runs/0/results/0/locations/0", "from 1 to 2147483647"),
        (result(line=1.5), "/runs/0/results/0/locations/0", "whole number"),
        (result(path="../../etc/passwd"), "/runs/0/results/0/locations/0", "leads out of"),
        (result(path="javascript:alert(1)"), "/runs/0/results/0/locations/0", "file or a web address"),
        (result(path=None), "/runs/0/results/0/locations/0", "names no file"),
    ],
)
def test_an_unreadable_result_is_rejected_with_its_place_and_reason(raw: Any, pointer: str, reason: str) -> None:
    report = read({"results": [raw, result()]})
    (rejection,) = report.rejections
    assert rejection.pointer == pointer
    assert reason in rejection.reason
    assert len(report.runs[0].results) == 1, "the good result beside it is read"
    assert report.results == 2


def test_results_that_report_no_problem_are_skipped() -> None:
    kinds = ("pass", "notApplicable", "informational", "fail", "open", "review")
    report = read({"results": [result(kind=kind, text=kind) for kind in kinds] + [result(baselineState="absent")]})
    assert (report.skipped, len(report.runs[0].results)) == (4, 3)


def test_an_exact_repetition_is_skipped_and_open_counts_more_than_suppressed() -> None:
    quiet = result(suppressions=[{"kind": "inSource"}])
    for results in ([quiet, result()], [result(), quiet]):
        report = read({"results": results})
        assert report.skipped == 1
        (one,) = report.runs[0].results
        assert not one.suppressed


@pytest.mark.parametrize(
    ("suppressions", "suppressed"),
    [
        ([], False),
        ([{"kind": "inSource"}], True),
        ([{"kind": "external", "status": "accepted"}], True),
        ([{"kind": "external", "status": "rejected"}], False),
        ([{"kind": "external", "status": "underReview"}], False),
    ],
)
def test_a_suppression_counts_once_it_is_accepted(suppressions: list, suppressed: bool) -> None:
    assert only(read({"results": [result(suppressions=suppressions)]})).suppressed is suppressed


def test_a_message_is_filled_in_from_the_rule() -> None:
    rule = {"id": "A", "messageStrings": {"default": {"text": "{0} is passed to {1}"}}}
    raw = {"ruleId": "A", "message": {"id": "default", "arguments": ["input", "eval"]}}
    report = read({"tool": {"driver": {"name": "T", "rules": [rule]}}, "results": [raw]})
    assert only(report).message == "input is passed to eval"


def test_fixes_are_kept() -> None:
    fixes = [{"description": {"text": "do so"}, "artifactChanges": []}]
    assert only(read({"results": [result(fixes=fixes)]})).fixes == fixes


def test_a_nul_and_markup_in_a_message_do_no_harm() -> None:
    one = only(read({"results": [result(text="a\0b <script>alert(1)</script>")]}))
    assert one.message == "a\N{REPLACEMENT CHARACTER}b <script>alert(1)</script>"


def test_a_nul_in_a_fix_does_no_harm() -> None:
    one = only(read({"results": [result(fixes=[{"description": {"te\0xt": "a\0b"}}])]}))
    assert "\0" not in str(one.fixes)


def test_a_long_message_is_cut_with_a_warning_and_a_very_long_one_is_rejected() -> None:
    report = read({"results": [result(text="x" * 400_000), result(text="x" * 1_000_000)]})
    assert len(report.runs[0].results[0].message) == 20_000
    assert report.warnings == ["A message longer than 20,000 characters was cut (/runs/0/results/0)."]
    (rejection,) = report.rejections
    assert rejection.pointer == "/runs/0/results/1"
    assert rejection.reason == "Its message has 1,000,000 characters: at most 500,000 are read."


def test_placeholders_are_filled_in_once_and_arguments_are_not_looked_at_again() -> None:
    rule = {"id": "A", "messageStrings": {"d": {"text": "{0}" * 5000}}}
    raw = {"ruleId": "A", "message": {"id": "d", "arguments": ["{1}" * 1000, "{2}" * 1000, "A" * 10]}}
    one = only(read({"tool": {"driver": {"name": "T", "rules": [rule]}}, "results": [raw]}))
    assert one.message.startswith("{1}{1}{1}")
    assert "AAAA" not in one.message
    assert len(one.message) <= 20_000


@pytest.mark.parametrize(
    "raw",
    [
        result(kind=[]),
        result(kind={}),
        result(message={"id": {}}),
        result(message={"id": [1], "arguments": [{}]}),
        result(level=[]),
        result(fixes={"a": 1}),
        result(fixes=["x" * 100_000, {"deep": json.loads("[" * 300 + "]" * 300)}]),
        result() | {"ruleId": None, "rule": {"id": "A", "toolComponent": {"name": []}}},
        result(ruleIndex=[]),
        result(suppressions=[{"status": []}]),
    ],
    ids=str,
)
def test_a_value_of_another_kind_touches_its_own_result_at_most(raw: dict) -> None:
    report = read({"results": [raw, result(path="good.py")]})
    assert report.runs[0].results[-1].path == "good.py"
    assert all(len(str(one.fixes)) < 10_000 for one in report.runs[0].results)


def test_a_weakness_numbered_zero_is_none() -> None:
    rule = {"id": "A", "relationships": [{"target": {"id": "0", "toolComponent": {"name": "CWE"}}}]}
    report = read({"tool": {"driver": {"name": "T", "rules": [rule]}}, "results": [{"ruleId": "A"}]})
    assert report.runs[0].rules["A"].cwe_ids == ()


@pytest.mark.parametrize(
    "uri", ["%6aavascript:x", "vbscript%3ax", "java\tscript:x", " javascript:x", "JAVASCRIPT:x", "\x01data:x"]
)
def test_a_disguised_script_is_no_path(uri: str) -> None:
    (rejection,) = read({"results": [result(path=uri)]}).rejections
    assert "must name a file or a web address" in rejection.reason


def test_long_paths_and_rules_fit_into_an_index() -> None:
    wide = "\N{GRINNING FACE}" * 3000
    one = only(read({"results": [result(rule=wide, path=wide)]}))
    assert len(one.path.encode()) <= 2000
    assert len(one.rule_id.encode()) <= 1000


def fingerprints(*results: dict[str, Any]) -> list[bytes]:
    return [one.fingerprint for one in read_report(sarif(*results)).runs[0].results]


def test_a_fingerprint_stays_when_unrelated_lines_move() -> None:
    assert fingerprints(result(line=3)) == fingerprints(result(line=300))


def test_a_fingerprint_tells_rules_paths_and_snippets_apart() -> None:
    found = fingerprints(result(), result(rule="other"), result(path="b.py"), result(text="else"))
    assert len(set(found)) == 4


def test_alike_results_are_told_apart_by_their_order_in_the_file() -> None:
    first, second = fingerprints(result(line=10), result(line=20))
    assert first != second
    assert fingerprints(result(line=20), result(line=10)) == [second, first]
    assert fingerprints(result(line=15), result(line=25)) == [first, second]


def test_a_tools_own_fingerprint_is_taken_unless_it_is_a_placeholder() -> None:
    own: dict[str, Any] = {"fingerprints": {"v1": "abc"}}
    assert fingerprints(result(text="a", **own)) == fingerprints(result(text="b", **own))
    placeholder: dict[str, Any] = {"fingerprints": {"matchBasedId/v1": "requires login"}}
    assert fingerprints(result(text="a", **placeholder)) != fingerprints(result(text="b", **placeholder))
    assert fingerprints(result(path="a.py", **own)) != fingerprints(result(path="b.py", **own))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not JSON", "of no format that is read here: SARIF"),
        (b"", "is empty"),
        (b"<html></html>", "an HTML page"),
        (b'{"version": "2.1.0", "runs": [', "not JSON in UTF-8"),
        ('{"version": "2.1.0", "runs": []}'.encode("utf-16"), "is UTF-16 or UTF-32: save it in UTF-8"),
        (b'{"version": "2.1.0", "runs": [NaN]}', "not JSON in UTF-8"),
        (b"[" * 100_000, "nested deeper than 900 levels"),
        (b'{"runs": ' + b"[" * 100_000, "nested deeper than 900 levels"),
        (b"[]", "of no format that is read here"),
        (b'{"hello": 1}', "The file is JSON, but of no format that is read here"),
        (b'{"version": "2.0.0", "runs": []}', "only SARIF 2.1.0 is read"),
        (b'{"version": "2.1.0", "runs": {}}', "has no `runs`"),
        (b'{"version": "2.1.0", "runs": null}', "has no `runs`"),
        (gzip.compress(b"{}", mtime=0)[:-10], "damaged"),
        (gzip.compress(b"{}" * 99, mtime=0)[:12] + b"\xff" * 20, "damaged"),
        (b'{"version": "2.1.0", "runs": [' + b"0," * 20 + b"0]}", "21 runs: at most 20"),
        (sarif(*[{}] * 25_001), "25,001 results: at most 25,000"),
        (gzip.compress(b"0" * (300 * 1024 * 1024), mtime=0), "more than 200 times larger when it is decompressed"),
    ],
    ids=lambda value: value[:30].decode("latin-1") if isinstance(value, bytes) else "",
)
def test_what_is_no_report_is_refused_with_a_reason(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableReport) as refused:
        read_report(content)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        b'\xef\xbb\xbf{"version": "2.1.0", "runs": []}',
        gzip.compress(b'{"version": "2.1.0", "runs": []}', mtime=0),
        b'{"version": "2.1.0", "runs": [{}]}',
        b'{"version": "2.1.0", "runs": [{"results": null, "tool": null}]}',
        b'{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": 7, "rules": "none"}}, "results": {}}]}',
        b'{"version": "2.1.0", "runs": [], "runs": []}',
    ],
)
def test_empty_and_odd_logs_are_read_as_empty(content: bytes) -> None:
    report = read_report(content)
    assert (report.results, report.rejections) == (0, [])


def test_a_run_that_is_no_object_is_rejected() -> None:
    report = read_report(b'{"version": "2.1.0", "runs": [null, 7]}')
    assert [one.pointer for one in report.rejections] == ["/runs/0", "/runs/1"]


def test_a_run_that_did_not_execute_says_so() -> None:
    assert read({"results": []}).runs[0].executed
    assert not read({"invocations": [{"executionSuccessful": False}], "results": []}).runs[0].executed


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    read_report(sarif(*(result(line=n + 1) for n in range(1200))), lambda read, total: told.append((read, total)))
    assert told == [(500, 1200), (1000, 1200), (1200, 1200)]
