"""One weakness that two tools report is one vulnerability with two sources; unlike ones are never merged."""

from pathlib import Path
from typing import Any

import pytest

from tests.jobs.test_closing import histories, kinds
from tests.jobs.test_scan_import import counts
from tests.world import World, result, sarif

pytestmark = pytest.mark.slow

REPORTS = Path(__file__).parents[2] / "examples" / "reports"


def scan(tool: str, *results: dict[str, Any], cwe: str = "cwe-89", **more: Any) -> bytes:
    """Return a report of a tool whose rules all are about one weakness."""
    names = sorted({one["ruleId"] for one in results})
    described = [{"id": name, "properties": {"tags": [f"external/cwe/{cwe}"]}} for name in names]
    return sarif(*results, tool=tool, rules=described, **more)


ONE = scan("One", result("sql", "a.py", 7, "query"))
TWO = scan("Two", result("injection", "a.py", 7, "query"))


async def test_the_same_weakness_at_the_same_place_is_one_vulnerability_with_two_sources(world: World) -> None:
    await world.import_file(ONE)
    assert counts(await world.import_file(TWO)) == {"results": 1, "merged": 1}
    (node,) = (await histories(world)).values()
    assert [(one["tool"], one["ruleId"], one["state"]) for one in node["sources"]["nodes"]] == [
        ("One", "sql", "REPORTED"),
        ("Two", "injection", "REPORTED"),
    ]
    assert kinds(node) == ["REPORTED", "ALSO_REPORTED"]
    data = await world.get("user", '{ group(name: "shop") { findings { nodes { tool } } } }')
    assert data["group"]["findings"]["nodes"] == [{"tool": "One"}], "no finding without a place"


async def test_it_is_closed_once_neither_reports_it_and_reopened_once_one_does(world: World) -> None:
    for content in (ONE, TWO):
        await world.import_file(content)
    assert counts(await world.import_file(scan("One"))) == {}
    (node,) = (await histories(world)).values()
    assert node["state"] == "VULNERABLE"
    assert counts(await world.import_file(scan("Two"))) == {"closed": 1}
    assert counts(await world.import_file(ONE)) == {"results": 1, "reopened": 1}
    (node,) = (await histories(world)).values()
    assert kinds(node) == ["REPORTED", "ALSO_REPORTED", "NOT_REPORTED", "CLOSED", "REOPENED"]


async def test_two_runs_in_one_file_are_merged_as_well(world: World) -> None:
    import json

    log = json.loads(ONE)
    log["runs"] += json.loads(TWO)["runs"]
    assert counts(await world.import_file(json.dumps(log).encode())) == {"results": 2, "added": 1, "merged": 1}


@pytest.mark.parametrize(
    "other",
    [
        scan("Two", result("injection", "a.py", 7, "query"), cwe="cwe-79"),
        scan("Two", result("injection", "b.py", 7, "query")),
        scan("Two", result("injection", "a.py", 8, "query")),
        scan("Two", result("injection", "a.py", 7, "something else")),
        scan("One", result("injection", "a.py", 7, "query"), automationDetails={"id": "nightly"}),
        sarif(result("injection", "a.py", 7, "query"), tool="Two"),
        scan("Two", result("injection", "a.py", 7, "query"), result("another", "a.py", 7, "query")),
    ],
    ids=["another CWE", "another file", "another line", "another code", "the same tool", "no CWE", "two of them"],
)
async def test_unlike_findings_are_never_merged(world: World, other: bytes) -> None:
    await world.import_file(ONE)
    imported = await world.import_file(other)
    assert imported["merged"] == 0
    assert imported["added"] == imported["results"]


async def test_another_span_branch_or_root_is_never_merged(world: World) -> None:
    await world.import_file(ONE)
    spanning = result("injection", "a.py", 7, "query")
    spanning["locations"][0]["physicalLocation"]["region"]["endLine"] = 9
    assert (await world.import_file(scan("Two", spanning)))["merged"] == 0
    assert (await world.import_file(TWO, branch="other"))["merged"] == 0


async def test_white_space_and_a_missing_snippet_do_not_tell_apart(world: World) -> None:
    await world.import_file(scan("One", result("sql", "a.py", 7, "run (query)"), result("sql", "b.py", 7, "x")))
    bare = result("injection", "b.py", 7, "x")
    del bare["locations"][0]["physicalLocation"]["region"]["snippet"]
    spaced = result("injection", "a.py", 7, "run\t(query) ")
    assert (await world.import_file(scan("Two", spaced, bare)))["merged"] == 2
    assert (await world.import_file(scan("Three", result("other", "a.py", 7, "run(query)"))))["merged"] == 1


async def test_merging_can_be_turned_off_for_an_organization(world: World) -> None:
    turned = await world.get(
        "organization_manager",
        """mutation { updateOrganization(organizationName: "castle", input: {mergesAcrossTools: false}) {
          organization { mergesAcrossTools } } }""",
    )
    assert turned["updateOrganization"]["organization"] == {"mergesAcrossTools": False}
    await world.import_file(ONE)
    assert counts(await world.import_file(TWO)) == {"results": 1, "added": 1}


@pytest.mark.parametrize(
    ("person", "code"),
    [("group_manager", "FORBIDDEN"), ("member", "FORBIDDEN"), ("stranger", "NOT_FOUND"), (None, "UNAUTHENTICATED")],
)
async def test_only_who_manages_an_organization_may_change_it(world: World, person: str | None, code: str) -> None:
    mutation = 'mutation { updateOrganization(organizationName: "castle", input: {description: "x"}) { success } }'
    assert await world.code(person, mutation) == code


async def test_what_a_person_and_a_tool_report_is_one_vulnerability(world: World) -> None:
    finding = await world.add_finding("Cross-site scripting")
    await world.add_vulnerability(finding, "a.py")
    report = scan("One", result("xss", "a.py", 3, "x"), cwe="cwe-79")
    assert counts(await world.import_file(report)) == {"results": 1, "merged": 1}
    await world.import_file(scan("One"))
    (node,) = (await histories(world)).values()
    assert node["state"] == "VULNERABLE", "the person still says so"


async def test_real_reports_of_two_tools_share_what_both_found(world: World) -> None:
    bandit, semgrep = ((REPORTS / f"{name}.sarif").read_bytes() for name in ("bandit", "semgrep"))
    assert counts(await world.import_file(bandit)) == {"results": 20, "added": 20}
    assert counts(await world.import_file(semgrep)) == {"results": 7, "added": 2, "merged": 5}
    assert counts(await world.import_file(semgrep + b"\n")) == {"results": 7, "same": 7}
    assert counts(await world.import_file(bandit + b"\n")) == {"results": 20, "same": 20}


async def test_it_is_as_severe_as_the_tool_says_that_thinks_worst_of_it(world: World) -> None:
    """Merging must not hide a severe result from who looks at the worst first."""
    ask = '{ group(name: "shop") { vulnerabilities { nodes { severityScore finding { severityScore } } } } }'

    async def score() -> float:
        (node,) = (await world.get("user", ask))["group"]["vulnerabilities"]["nodes"]
        assert node["finding"]["severityScore"] == node["severityScore"]
        return float(node["severityScore"])

    def rated(tool: str, *results: dict[str, Any], severity: str) -> bytes:
        properties = {"tags": ["external/cwe/cwe-89"], "security-severity": severity}
        return sarif(*results, tool=tool, rules=[{"id": "sql", "properties": properties}])

    place = result("sql", "a.py", 7, "query")
    await world.import_file(rated("One", place, severity="4.0"))
    await world.import_file(rated("Two", place, severity="9.8"))
    assert await score() == 9.8
    await world.import_file(rated("Two", place, severity="8.1"))
    assert await score() == 8.1
    await world.import_file(rated("Two", severity="8.1"))
    assert await score() == 4.0
    await world.import_file(rated("One", place, severity="5.0"))
    assert await score() == 5.0
