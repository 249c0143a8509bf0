"""What is exported and imported again is unchanged."""

import json
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from database import export
from tests.jobs.test_scan_import import counts
from tests.world import World, result, sarif

pytestmark = pytest.mark.slow

REPORTS = Path(__file__).parents[2] / "examples" / "reports"
FORMATS = ("SARIF", "CSV", "CYCLONEDX_VEX")
EXPORT = """query ($format: ExportFormat!, $group: String = "shop", $tool: String, $branch: String, $root: String) {
  export(groupName: $group, format: $format, tool: $tool, branch: $branch, rootNickname: $root) {
    fileName mediaType content results } }"""
EVERYTHING = """query ($group: String!) { group(name: $group) {
  findings(first: 50, orderBy: {field: TITLE, direction: ASC}) { nodes { title description recommendation status
    severityVector severityScore cweIds cveIds ruleId
    vulnerabilities(first: 50, orderBy: {field: PATH, direction: ASC}) { nodes { state path line endLine column message
      snippet severityScore tool branch suppressed fixes packageUrl fixedVersion root { __typename }
      sources(first: 2) { nodes { tool ruleId category state } } } } } } } }"""
ODD = result("odd", "a%20b/\N{SNOWMAN} 'c'.py", 3, "=cmd|' /C calc'!A0\nand \"more\", <b>here</b>", level="error")
CVE: dict[str, Any] = {
    "SchemaVersion": 2,
    "ArtifactName": "shop",
    "Results": [
        {
            "Target": "web/package-lock.json",
            "Vulnerabilities": [
                {
                    "VulnerabilityID": "CVE-2019-10744",
                    "PkgName": "lodash",
                    "PkgIdentifier": {"PURL": "pkg:npm/lodash@4.17.4"},
                    "InstalledVersion": "4.17.4",
                    "FixedVersion": "4.17.12",
                    "Severity": "CRITICAL",
                    "Title": "Prototype pollution in defaultsDeep",
                    "CweIDs": ["CWE-1321"],
                    "CVSS": {"nvd": {"V3Vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H", "V3Score": 9.1}},
                }
            ],
        }
    ],
}


async def fill(world: World) -> None:
    """Give `shop` what real tools report, odd texts, something safe, suppressed, merged and reported by hand."""
    root = (
        'addGitRoot(groupName: "shop", nickname: "code", url: "https://git.example/c.git", branch: "main") { success }'
    )
    await world.get("group_manager", f"mutation {{ {root} }}")
    for name in ("bandit", "semgrep", "eslint"):
        await world.import_file((REPORTS / f"{name}.sarif").read_bytes(), root="code", branch="main")
    await world.import_file(json.dumps(CVE).encode())
    odd = [ODD, result("A", "gone.py"), result("A", "quiet.py", suppressions=[{"kind": "inSource"}])]
    await world.import_file(sarif(*odd), category="nightly")
    await world.import_file(sarif(*(one for one in odd if one is not odd[1])), category="nightly")
    await world.add_vulnerability(await world.add_finding("Reported by hand"), "src/manual.py")


async def exported(world: World, form: str, **more: Any) -> Any:
    return (await world.get("user", EXPORT, format=form, **more))["export"]


async def everything(world: World, group: str = "shop") -> Any:
    return await world.get("organization_manager", EVERYTHING, group=group)


@pytest.mark.parametrize("form", FORMATS)
async def test_an_export_that_is_imported_again_changes_nothing(world: World, form: str) -> None:
    await fill(world)
    before = await everything(world)
    one = await exported(world, form)
    assert one["results"] == 20 + 7 + 8 + 1 + 3 + 1
    imported = await world.import_file(one["content"].encode(), mass=False, strict=True)
    assert imported["status"] == "SUCCEEDED", imported["error"]
    assert counts(imported) == {"results": 40, "same": 39, "skipped": 1}, "what is safe is skipped"
    assert await everything(world) == before
    again = await exported(world, form)
    assert _without_time(again["content"]) == _without_time(one["content"])


def _without_time(content: str) -> str:
    """Return an export without the serial number and the time that CycloneDX documents have."""
    lines = content.splitlines()
    return "\n".join(line for line in lines if '"serialNumber"' not in line and '"timestamp"' not in line)


@pytest.mark.parametrize("form", FORMATS)
async def test_an_export_can_move_house(world: World, form: str) -> None:
    await fill(world)
    root = (
        'addGitRoot(groupName: "warehouse", nickname: "code", url: "https://g.example/c", branch: "main") { success }'
    )
    await world.get("organization_manager", f"mutation {{ {root} }}")
    content = (await exported(world, form))["content"].encode()
    moved = await world.import_file(content, person="organization_manager", group="warehouse", strict=True)
    assert moved["status"] == "SUCCEEDED", moved["error"]
    assert counts(moved) == {"results": 40, "added": 34, "merged": 5, "skipped": 1}
    assert _comparable(await everything(world, "warehouse")) == _comparable(await everything(world))


def _comparable(data: Any) -> list[Any]:
    """Return what a move keeps: all but what is safe, and who reported by hand."""
    kept = []
    for finding in data["group"]["findings"]["nodes"]:
        places = [
            one for one in finding["vulnerabilities"]["nodes"] if one["state"] == "VULNERABLE" or one["suppressed"]
        ]
        for place in places:
            place["sources"]["nodes"].sort(key=str)
            place["tool"] = place["tool"] or "Adarve"
        by_hand = {"ruleId": None} if places and places[0]["tool"] == "Adarve" else {}
        kept.append({**finding, **by_hand, "vulnerabilities": places})
    return kept


async def test_an_export_keeps_to_a_tool_a_branch_and_a_root(world: World) -> None:
    await fill(world)
    for kept, results in (({"tool": "Bandit"}, 20), ({"branch": "main"}, 35), ({"root": "code", "tool": "ESLint"}, 8)):
        assert (await exported(world, "SARIF", **kept))["results"] == results, kept


async def test_a_cyclonedx_export_meets_its_schema(world: World) -> None:
    await fill(world)
    content = (await exported(world, "CYCLONEDX_VEX"))["content"]
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(content) is None
    states = {one["analysis"]["state"] for one in json.loads(content)["vulnerabilities"]}
    assert states == {"in_triage", "not_affected", "resolved"}


async def test_a_cell_that_a_spreadsheet_would_run_is_escaped(world: World) -> None:
    await world.import_file(sarif(ODD))
    content = (await exported(world, "CSV"))["content"]
    assert "\"'=cmd|' /C calc'" in content


async def test_only_who_may_see_what_is_wrong_may_export_it(world: World) -> None:
    for person, code in (("stranger", "NOT_FOUND"), ("member", "NOT_FOUND"), (None, "UNAUTHENTICATED")):
        assert await world.code(person, EXPORT, format="CSV") == code
    assert await world.code("user", EXPORT, format="CSV", root="none") == "NOT_FOUND"


async def test_an_export_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 1)
    await world.import_file(sarif(result("A", "a.py"), result("B", "b.py")))
    response = await world.ask("user", EXPORT, format="CSV")
    assert response["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "more than 1 results: keep to a `rootNickname`" in response["errors"][0]["message"]


async def test_an_export_of_more_runs_than_a_report_may_have_is_imported_again(world: World) -> None:
    for start in (0, 11):
        rows = [f"a.py,Thing,part-{number}" for number in range(start, start + 11)]
        await world.import_file("\n".join(["path,title,category", *rows]).encode())
    for form in ("CSV", "CYCLONEDX_VEX"):
        again = await world.import_file((await exported(world, form))["content"].encode())
        assert counts(again) == {"results": 22, "same": 22}, again["error"]
    assert await world.code("user", EXPORT, format="SARIF") == "BAD_USER_INPUT"
