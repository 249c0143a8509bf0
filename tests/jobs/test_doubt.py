"""What must not be taken for gone, must not be overwritten, and must not take forever."""

import json
from typing import Any

import pytest

from scans.formats import read_report
from tests.jobs.test_closing import histories
from tests.jobs.test_scan_import import counts, vulnerabilities
from tests.scans.samples import written
from tests.world import World, result, sarif

pytestmark = pytest.mark.slow

THREE = [result("A", "a.py"), result("B", "b.py"), result("C", "c.py")]
CSV = b"path,title,severity\na.py,A,high\nb.py,B,high\nc.py,C,high\n"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (sarif(*THREE), sarif(result("A", "a.py", 0), *THREE[1:])),
        (sarif(*THREE), sarif(result("A", "../a.py"), *THREE[1:])),
        (sarif(*THREE), sarif(result("A", "a.py", text="x" * 500_001), *THREE[1:])),
        (CSV, CSV.replace(b"a.py,A,high", b"a.py,A,99")),
    ],
    ids=["line 0", "a way out", "a long message", "a severity of 99"],
)
async def test_a_record_that_could_not_be_read_is_not_gone(world: World, first: bytes, second: bytes) -> None:
    await world.import_file(first)
    imported = await world.import_file(second)
    assert (imported["closed"], imported["rejected"]) == (0, 1)
    assert "is closed: 1 of its records could not be read" in imported["warnings"][-1]
    assert (await vulnerabilities(world))["a.py"]["state"] == "VULNERABLE"


async def test_a_run_that_could_not_be_read_may_have_been_about_anything(world: World) -> None:
    await world.import_file(sarif(*THREE))
    log = json.loads(sarif(*THREE[1:]))
    log["runs"].append("truncated")
    imported = await world.import_file(json.dumps(log).encode())
    assert counts(imported) == {"results": 3, "same": 2, "rejected": 1}


@pytest.mark.parametrize("runs", [[1], [None, "x"], [5, json.loads(sarif(result()))["runs"][0]]])
async def test_counts_are_never_negative(world: World, runs: list[Any]) -> None:
    found = await world.import_file(json.dumps({"version": "2.1.0", "runs": runs}).encode())
    assert all(number >= 0 for number in counts(found).values())
    assert found["results"] == found["added"] + found["rejected"]


@pytest.mark.parametrize(
    "run",
    [
        *({"invocations": [{"executionSuccessful": value}]} for value in ("false", 0, None)),
        {"invocations": {"executionSuccessful": False}},
        {"conversion": {"invocation": {"executionSuccessful": False}}},
        {"invocations": [{"executionSuccessful": True, "toolExecutionNotifications": [{"level": "error"}]}]},
        {"properties": {"partial": "true"}},
    ],
)
async def test_what_is_loosely_written_is_no_success(world: World, run: dict[str, Any]) -> None:
    await world.import_file(sarif(*THREE))
    assert counts(await world.import_file(sarif(**run))) == {}


@pytest.mark.parametrize("reference", [{"guid": "AB-1"}, {"id": " A "}, {"id": "A/x"}, {"index": 0}])
async def test_a_failed_rule_is_recognized_however_it_is_named(world: World, reference: dict[str, Any]) -> None:
    await world.import_file(sarif(result("A", "a.py")))
    failed = [{"toolExecutionNotifications": [{"level": "error", "associatedRule": reference}]}]
    imported = await world.import_file(sarif(rules=[{"id": "A", "guid": "ab-1"}], invocations=failed))
    assert imported["closed"] == 0


async def test_a_result_that_reports_no_problem_closes_its_vulnerability(world: World) -> None:
    rules = [{"id": one} for one in "ABCD"]
    await world.import_file(sarif(*THREE, rules=rules))
    absent = THREE[2] | {"baselineState": "absent"}
    assert counts(await world.import_file(sarif(*THREE[:2], absent, rules=rules[:3]))) == {
        "results": 3,
        "same": 2,
        "closed": 1,
        "skipped": 1,
    }


async def test_open_counts_more_than_suppressed_where_two_runs_say_both(world: World) -> None:
    quiet = THREE[0] | {"suppressions": [{"kind": "inSource"}]}
    log = json.loads(sarif(quiet))
    log["runs"] += json.loads(sarif(THREE[0], result("A", "a.py", 50)))["runs"]
    imported = await world.import_file(json.dumps(log).encode())
    assert counts(imported) == {"results": 3, "added": 2, "skipped": 1}
    data = await world.get("user", '{ group(name: "shop") { vulnerabilities { nodes { line state } } } }')
    shown = {(node["line"], node["state"]) for node in data["group"]["vulnerabilities"]["nodes"]}
    assert shown == {(1, "VULNERABLE"), (50, "VULNERABLE")}


async def test_an_empty_export_closes_nothing(world: World) -> None:
    query = '{ export(groupName: "shop", format: CSV, tool: "Nope") { content } }'
    await world.import_file(CSV)
    content = (await world.get("user", query))["export"]["content"].encode()
    assert counts(await world.import_file(content)) == {}


async def test_no_import_changes_what_a_person_reported(world: World) -> None:
    await world.add_vulnerability(await world.add_finding(), "src/m.py")
    query = '{ export(groupName: "shop", format: SARIF) { content } }'
    log = json.loads((await world.get("user", query))["export"]["content"])
    (spoiled,) = log["runs"][0]["results"]
    spoiled |= {"suppressions": [{"kind": "external"}], "message": {"text": "other words"}}
    assert counts(await world.import_file(json.dumps(log).encode())) == {"results": 1, "same": 1}
    tool = [{"id": "xss", "properties": {"tags": ["external/cwe/cwe-79"]}}]
    for line, text in ((3, "x"), (7, "other words")):
        own = {"fingerprints": {"own": "1"}}
        await world.import_file(sarif(result("xss", "src/m.py", line, text, **own), rules=tool), branch="main")
    (node,) = (await histories(world)).values()
    assert [one["tool"] for one in node["sources"]["nodes"]] == ["Adarve", "Checker"]
    data = await world.get("user", '{ group(name: "shop") { vulnerabilities { nodes { line message state } } } }')
    assert data["group"]["vulnerabilities"]["nodes"] == [{"line": 3, "message": "", "state": "VULNERABLE"}]


async def test_what_was_removed_comes_back_by_the_same_file(world: World) -> None:
    await world.import_file(sarif(result()))
    data = await world.get("user", '{ group(name: "shop") { findings { nodes { id } } } }')
    removing = "mutation ($id: ID!) { removeFinding(findingId: $id) { success } }"
    await world.get("reviewer", removing, id=data["group"]["findings"]["nodes"][0]["id"])
    assert counts(await world.import_file(sarif(result()))) == {"results": 1, "added": 1}


async def test_an_idempotency_key_is_of_one_target(world: World) -> None:
    await world.import_file(sarif(result()), key="k", branch="main")
    with pytest.raises(AssertionError, match="for another root, branch or category"):
        await world.import_file(sarif(result()), key="k", branch="other")


async def test_an_export_names_its_own_root_and_branch(world: World) -> None:
    await world.import_file(sarif(result()))
    content = (await world.get("user", '{ export(groupName: "shop", format: CSV) { content } }'))["export"]["content"]
    refused = await world.import_file(content.encode(), branch="main")
    assert refused["error"].startswith("The file is an export of Adarve, which names its own roots")


@pytest.mark.parametrize("strict", [False, True])
async def test_a_nul_in_a_name_of_the_file_does_not_matter(world: World, strict: bool) -> None:
    content = {"auditReportVersion": 2, "vulnerabilities": {"a\0b": {"via": [{"x": 1}]}}}
    imported = await world.import_file(written(content), strict=strict)
    assert imported["rejected"] == 1
    assert imported["status"] == ("FAILED" if strict else "SUCCEEDED")


DEEP: Any = 1
for _ in range(300):
    DEEP = [DEEP]


@pytest.mark.parametrize("fixes", [["\0"], [{"a\0": 1}], [DEEP], DEEP, ["x" * 100_000]])
async def test_fixes_that_cannot_be_kept_are_left_out(world: World, fixes: Any) -> None:
    cell = json.dumps(fixes).replace('"', '""')
    for content in (sarif(result(fixes=fixes)), f'path,title,fixes\nb.py,B,"{cell}"\n'.encode()):
        assert (await world.import_file(content))["added"] == 1
    data = await world.get("user", '{ group(name: "shop") { vulnerabilities { nodes { fixes } } } }')
    assert all(len(node["fixes"]) <= 1 for node in data["group"]["vulnerabilities"]["nodes"])


@pytest.mark.parametrize("url", ["not a purl", "javascript:alert(1)", "pkg:npm/"])
async def test_what_is_no_package_url_is_left_out(world: World, url: str) -> None:
    await world.import_file(f"path,title,package_url\na.py,Thing,{url}\n".encode())
    query = '{ export(groupName: "shop", format: CYCLONEDX_VEX) { results } }'
    assert (await world.get("user", query))["export"] == {"results": 1}


@pytest.mark.parametrize("path", ["javascript:alert(1)", "../../etc/passwd"])
async def test_a_logical_location_is_no_way_around_the_checks(world: World, path: str) -> None:
    place = {"locations": [{"logicalLocations": [{"fullyQualifiedName": path}]}]}
    assert (await world.import_file(sarif(result() | place)))["rejected"] == 1


ODD_PATHS = ["100%25.py", "b%2e%2e%2fx.py", "App\\Http\\Kernel", "' lead.py", "\N{SNOWMAN}" * 600 + "/a.py", "a=b;c"]


@pytest.mark.parametrize("form", ["SARIF", "CSV", "CYCLONEDX_VEX"])
async def test_odd_paths_and_snippets_come_back_as_they_were(world: World, form: str) -> None:
    finding = await world.add_finding()
    for path in ODD_PATHS:
        await world.add_vulnerability(finding, path)
    await world.import_file(sarif(result("A", "%25%32%35.py", text="  spaced  ")))
    query = f'{{ export(groupName: "shop", format: {form}) {{ content }} }}'
    content = (await world.get("user", query))["export"]["content"]
    imported = await world.import_file(content.encode(), person="organization_manager", group="warehouse", strict=True)
    assert imported["added"] == len(ODD_PATHS) + 1, imported
    ask = "query ($group: String!) { group(name: $group) { vulnerabilities(first: 50) { nodes { path snippet } } } }"

    async def shown(group: str) -> list[Any]:
        data = await world.get("organization_manager", ask, group=group)
        return sorted((node["path"], node["snippet"]) for node in data["group"]["vulnerabilities"]["nodes"])

    before = [(path, snippet or "") for path, snippet in await shown("shop")]
    assert [(path, snippet or "") for path, snippet in await shown("warehouse")] == before


@pytest.mark.parametrize("content", ["hello\rworld", "Scanning 10%\rScanning 20%\r", "a\rb,c"])
def test_a_lone_carriage_return_is_no_incident(content: str) -> None:
    from scans.report import UnreadableReport

    with pytest.raises(UnreadableReport, match="of no format that is read here"):
        read_report(content.encode())


def test_a_csv_of_a_spreadsheet_is_read_and_unknown_columns_are_told() -> None:
    for content in (b"path;title;owner\ra.py;A;me\r", b"path;title;owner\r\na.py;A;me\r\n"):
        report = read_report(content)
        assert [one.path for one in report.runs[0].results] == ["a.py"]
        assert report.warnings == ["The column 'owner' is not known, and was passed over (line 1)."]


async def test_many_results_at_one_place_merge_with_none_and_take_no_time(world: World) -> None:
    rules = [{"id": "A", "properties": {"tags": ["external/cwe/cwe-79"]}}]

    def many(tool: str) -> bytes:
        texts = (result("A", "a.py", 1, f"text {number}") for number in range(1500))
        return sarif(*texts, tool=tool, rules=rules)

    await world.import_file(many("One"))
    assert counts(await world.import_file(many("Two"))) == {"results": 1500, "added": 1500}


def test_a_vulnerability_that_affects_much_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from scans import cyclonedx

    parsed = []
    original = cyclonedx._parse

    def counted(record: Any) -> Any:
        parsed.append(record)
        return original(record)

    monkeypatch.setattr(cyclonedx, "_parse", counted)
    affects = [{"ref": f"r{number}"} for number in range(2000)]
    bom = {"bomFormat": "CycloneDX", "vulnerabilities": [{"id": "x", "affects": affects}]}
    assert read_report(written(bom)).results == 2000
    assert len(parsed) == 1
