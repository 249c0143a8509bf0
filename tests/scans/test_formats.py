"""Every format is recognized by its content, and read for what it says."""

import json
from pathlib import Path
from typing import Any

import pytest

from scans.formats import FORMATS, read_report
from scans.report import Report, UnreadableReport
from tests.scans.samples import GITLEAKS, OSV_SCANNER, SAMPLES, TRIVY, ZAP_XML, written

REPORTS = Path(__file__).parents[2] / "examples" / "reports"
LODASH = "pkg:npm/lodash@4.17.4"


def summary(report: Report) -> list[tuple[Any, ...]]:
    """Return what matters of each result."""
    return [
        (one.rule_id, one.path, one.line, one.severity_tenths, one.suppressed, one.package_url, one.fixed_version)
        for run in report.runs
        for one in run.results
    ]


def weaknesses(report: Report) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    return {rule.rule_id: (rule.cwe_ids, rule.cve_ids) for run in report.runs for rule in run.rules.values()}


@pytest.mark.parametrize(
    ("name", "form", "tool", "category", "results"),
    [
        ("bandit.sarif", "SARIF", "Bandit", None, 20),
        ("semgrep.sarif", "SARIF", "Semgrep OSS", None, 7),
        ("eslint.sarif", "SARIF", "ESLint", None, 8),
        ("semgrep.json", "Semgrep JSON", "Semgrep", None, 7),
        ("semgrep.gitlab.json", "GitLab security report", "Semgrep", "sast", 7),
        ("pip-audit.json", "pip-audit JSON", "pip-audit", None, 2),
        ("pip-audit.cdx.json", "CycloneDX JSON", "CycloneDX", None, 2),
        ("npm-audit.json", "npm audit JSON", "npm audit", None, 2),
    ],
)
def test_what_real_tools_write_is_read_whole(
    name: str, form: str, tool: str, category: str | None, results: int
) -> None:
    report = read_report((REPORTS / name).read_bytes())
    (run,) = report.runs
    assert (report.format, run.tool, run.category) == (form, tool, category)
    assert (report.results, len(run.results)) == (results, results)
    assert (report.rejections, report.warnings, report.skipped) == ([], [], 0)
    assert run.executed
    assert not run.partial


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        (
            "trivy",
            "Trivy JSON",
            [
                ("CVE-2019-10744", "web/package-lock.json", None, 91, False, LODASH, "4.17.12"),
                ("CVE-2020-7598", "web/package-lock.json", None, 40, False, None, None),
                ("DS002", "Dockerfile", 3, 70, False, None, None),
                ("aws-access-key-id", "src/orders.py", 12, 90, False, None, None),
            ],
        ),
        ("gitleaks", "gitleaks JSON", [("generic-api-key", "src/orders.py", 10, 70, False, None, None)]),
        (
            "osv-scanner",
            "OSV-Scanner JSON",
            [
                ("GHSA-jf85-cpcp-j695", "web/package-lock.json", None, 91, False, LODASH, "4.17.12"),
                ("MAL-2019-1", "web/package-lock.json", None, 70, False, LODASH, None),
            ],
        ),
        *(
            (
                name,
                "Nuclei JSON lines",
                [
                    ("CVE-2021-44228", "https://shop.example/login?user=x", None, 100, False, None, None),
                    ("tech-detect", "https://shop.example/", None, 0, False, None, None),
                ],
            )
            for name in ("nuclei lines", "nuclei array")
        ),
        (
            "zap",
            "ZAP JSON or XML",
            [
                ("40012", "https://shop.example/search?q=1", None, 70, False, None, None),
                ("40012", "https://shop.example/search?q=1", None, 70, False, None, None),
                ("10020", "https://shop.example/", None, 10, True, None, None),
            ],
        ),
        (
            "cyclonedx",
            "CycloneDX JSON",
            [
                ("CVE-2019-10744", "lodash", None, 91, False, LODASH, None),
                ("GHSA-vh95-rmgr-6w4m", "lodash", None, 40, True, LODASH, None),
            ],
        ),
        (
            "gitlab",
            "GitLab security report",
            [("5d0b", "web/package-lock.json", None, 90, False, "pkg:generic/lodash@4.17.4", None)],
        ),
        ("npm audit 1", "npm audit JSON", [("1065", "package-lock.json", None, 70, False, LODASH, ">=4.17.12")]),
        (
            "pip-audit 1",
            "pip-audit JSON",
            [("PYSEC-2019-217", "requirements.txt", None, 40, False, "pkg:pypi/jinja2@2.10", "2.10.1")],
        ),
        (
            "csv",
            "CSV",
            [
                ("SQL from text", "src/orders.py", 16, 70, False, None, None),
                ("Weak hash", "src/orders.py", 37, 91, False, None, None),
            ],
        ),
        (
            "defectdojo",
            "DefectDojo generic findings JSON",
            [
                ("Reflected XSS", "web/cart.js", 43, 61, False, None, None),
                ("CVE-2019-10744 in lodash", "lodash", None, 90, True, "pkg:generic/lodash@4.17.4", None),
                ("Open redirect", "https://shop.example/go", None, 10, False, None, None),
            ],
        ),
        (
            "dependency-track",
            "Dependency-Track FPF",
            [
                ("CVE-2019-10744", "lodash", None, 91, False, LODASH, None),
                ("GHSA-1", "@types/node", None, 10, True, "pkg:npm/%40types/node@1.0", None),
            ],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_format_says_what_it_says(name: str, form: str, expected: list[tuple[Any, ...]]) -> None:
    report = read_report(SAMPLES[name])
    assert report.format == form
    assert report.rejections == []
    assert summary(report) == expected
    fingerprints = [one.fingerprint for run in report.runs for one in run.results]
    assert len(set(fingerprints)) == len(fingerprints)


@pytest.mark.parametrize(
    ("name", "rule", "cwe_ids", "cve_ids"),
    [
        ("trivy", "CVE-2019-10744", ("CWE-20", "CWE-1321"), ("CVE-2019-10744",)),
        ("osv-scanner", "GHSA-jf85-cpcp-j695", ("CWE-1321",), ("CVE-2019-10744",)),
        ("nuclei lines", "CVE-2021-44228", ("CWE-502",), ("CVE-2021-44228",)),
        ("zap", "40012", ("CWE-79",), ()),
        ("zap", "10020", (), ()),
        ("cyclonedx", "GHSA-vh95-rmgr-6w4m", (), ("CVE-2020-7598",)),
        ("gitlab", "5d0b", ("CWE-1321",), ("CVE-2019-10744",)),
        ("npm audit 1", "1065", ("CWE-471",), ("CVE-2019-10744",)),
        ("pip-audit 1", "PYSEC-2019-217", (), ("CVE-2019-10906",)),
        ("csv", "SQL from text", ("CWE-89",), ()),
        ("defectdojo", "Reflected XSS", ("CWE-79",), ()),
        ("dependency-track", "CVE-2019-10744", ("CWE-1321",), ("CVE-2019-10744",)),
        ("gitleaks", "generic-api-key", ("CWE-798",), ()),
    ],
)
def test_weaknesses_and_vulnerabilities_are_named(
    name: str, rule: str, cwe_ids: tuple[str, ...], cve_ids: tuple[str, ...]
) -> None:
    assert weaknesses(read_report(SAMPLES[name]))[rule] == (cwe_ids, cve_ids)


def test_the_two_formats_of_zap_say_the_same() -> None:
    one, other = read_report(SAMPLES["zap"]), read_report(SAMPLES["zap xml"])
    assert summary(other) == summary(one)[:2]
    assert other.runs[0].rules["40012"] == one.runs[0].rules["40012"]
    assert one.runs[0].rules["40012"].description == "What a request says is shown & run. In the page."


@pytest.mark.parametrize("name", ["gitleaks", "trivy"])
def test_a_secret_is_never_kept(name: str) -> None:
    report = read_report(SAMPLES[name])
    assert "s3cr3t" not in repr(report)
    assert all(one.snippet is None for run in report.runs for one in run.results)


def test_a_dependency_that_could_not_be_audited_makes_the_scan_partial() -> None:
    content = {"dependencies": [{"name": "x", "skip_reason": "not found"}], "fixes": []}
    report = read_report(written(content))
    assert report.runs[0].partial
    assert report.warnings == ["A dependency could not be audited, so nothing is closed (/dependencies/0)."]


def test_an_error_of_the_whole_scan_and_of_a_rule_are_told_apart() -> None:
    def semgrep(*errors: dict[str, Any]) -> Report:
        return read_report(written({"version": "1", "results": [], "errors": list(errors), "paths": {}}))

    assert semgrep({"level": "warn", "type": "Syntax error"}).runs[0].executed
    assert not semgrep({"level": "error", "type": "OutOfMemory"}).runs[0].executed
    of_rule = semgrep({"level": "error", "rule_id": "rules.a"}).runs[0]
    assert (of_rule.executed, of_rule.inactive_rules) == (True, frozenset({"rules.a"}))


def test_an_audit_of_npm_says_in_which_version_it_is_fixed() -> None:
    (run,) = read_report((REPORTS / "npm-audit.json").read_bytes()).runs
    assert [(one.package_url, one.fixed_version) for one in run.results] == [
        ("pkg:npm/lodash", "4.17.21"),
        ("pkg:npm/minimist", "1.2.8"),
    ]


def test_an_audit_of_npm_that_failed_is_told_as_such() -> None:
    with pytest.raises(UnreadableReport, match="`npm audit` could not audit, and says: 405 Method Not Allowed"):
        read_report(b'{"message": "405 Method Not Allowed", "statusCode": 405}')


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (ZAP_XML.replace("<OWASP", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><OWASP'), "document type"),
        (ZAP_XML.replace("</site>", ""), "is not XML"),
        ("<?xml version='1.0'?><bom xmlns='http://cyclonedx.org/schema/bom/1.5'/>", "only JSON is read"),
        ("<!DOCTYPE html><html><body>Sign in</body></html>", "an HTML page"),
        ("<?xml version='1.0'?><testsuites/>", "of no format that is read here"),
        ('{"SchemaVersion": 1, "Results": []}', "only version 2 is read"),
        ("title,path\n" + '"unfinished', "is not CSV at line"),
        ("[]", "of no format that is read here"),
        ("null", "of no format that is read here"),
        ('{"a": 1}\n{"b": 2}', "of no format that is read here"),
    ],
)
def test_what_is_no_report_of_its_format_is_refused(content: str, message: str) -> None:
    with pytest.raises(UnreadableReport) as refused:
        read_report(content.encode())
    assert message in str(refused.value)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_each_file_is_taken_for_one_format_only(name: str) -> None:
    from scans.document import Document

    document = Document(SAMPLES[name])
    assert len([one.NAME for one in FORMATS if one.detects(document)]) == 1


def broken(sample: Any, *path: Any, value: Any) -> Report:
    """Read a sample in which one value was replaced."""
    copied = json.loads(json.dumps(sample))
    node = copied
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return read_report(written(copied))


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        (("Results", 0, "Vulnerabilities", 1, "Severity"), "TERRIBLE", "/Results/0/Vulnerabilities/1/Severity"),
        (("Results", 0, "Vulnerabilities", 1, "Severity"), 99, "/Results/0/Vulnerabilities/1/Severity"),
        (("Results", 0, "Vulnerabilities", 1), "text", "/Results/0/Vulnerabilities/1"),
        (("Results", 0, "Vulnerabilities", 1, "VulnerabilityID"), None, "/Results/0/Vulnerabilities/1/VulnerabilityID"),
        (("Results", 2, "Secrets", 0, "StartLine"), 10**12, "/Results/2/Secrets/0/StartLine"),
        (("Results", 2, "Secrets", 0, "StartLine"), "twelve", "/Results/2/Secrets/0/StartLine"),
        (("Results", 2, "Target"), "../../etc/passwd", "/Results/2/Secrets/0"),
        (("Results", 2, "Target"), "javascript:alert(1)", "/Results/2/Secrets/0"),
        (("Results", 2, "Target"), None, "/Results/2/Secrets/0"),
    ],
)
def test_a_broken_record_is_rejected_alone(path: tuple[Any, ...], value: Any, pointer: str) -> None:
    report = broken(TRIVY, *path, value=value)
    (rejection,) = report.rejections
    assert rejection.pointer == pointer
    assert sum(len(run.results) for run in report.runs) == 3
    assert report.results == 5


def test_a_broken_alias_group_of_osv_does_not_lose_a_vulnerability() -> None:
    for group in ({"ids": ["unknown"]}, {"ids": None}, "text"):
        report = broken(OSV_SCANNER, "results", 0, "packages", 0, "groups", value=[group])
        assert report.results == 3


def test_a_missing_file_of_a_leak_is_rejected() -> None:
    (rejection,) = broken(GITLEAKS, 0, "File", value="").rejections
    assert rejection.pointer == "/0"
