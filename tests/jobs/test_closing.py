"""Nothing is closed by mistake: what an import may close, and what it says of it."""

import json
from typing import Any

import pytest

from tests.jobs.test_scan_import import counts, vulnerabilities
from tests.world import World, result, sarif

pytestmark = pytest.mark.slow

HISTORY = """query ($id: ID!) { vulnerability(id: $id) { state
  history(first: 100) { nodes { kind tool scanImport { id } } }
  sources { nodes { tool ruleId category state scanImport { id } } } } }"""


async def histories(world: World) -> dict[str, Any]:
    """Return what happened to each vulnerability of `shop`, by path."""
    data = await world.get(
        "user",
        """{ group(name: "shop") { vulnerabilities(first: 100) { nodes { path state
          history(first: 100) { nodes { kind tool scanImport { id } } }
          sources { nodes { tool ruleId category state } } } } } }""",
    )
    return {node["path"]: node for node in data["group"]["vulnerabilities"]["nodes"]}


def kinds(node: Any) -> list[str]:
    return [one["kind"] for one in node["history"]["nodes"]]


def rules(*ids: str) -> list[dict[str, Any]]:
    return [{"id": one} for one in ids]


async def test_closing_more_than_half_needs_to_be_allowed_and_else_changes_nothing(world: World) -> None:
    await world.import_file(sarif(result("A", "a.py"), result("B", "b.py"), result("C", "c.py")), branch="main")
    before = await histories(world)
    stopped = await world.import_file(sarif(result("A", "a.py"), result("D", "d.py")), branch="main", mass=False)
    assert stopped["status"] == "FAILED"
    assert stopped["error"].startswith(
        "This import would close 2 of the 3 open vulnerabilities of Checker, branch 'main': more than half. "
        "Nothing has changed."
    )
    assert (stopped["added"], stopped["closed"], stopped["same"]) == (0, 0, 0)
    assert await histories(world) == before
    allowed = await world.import_file(sarif(result("A", "a.py"), result("D", "d.py")), branch="main")
    assert counts(allowed) == {"results": 2, "added": 1, "same": 1, "closed": 2}


async def test_closing_half_needs_no_permission(world: World) -> None:
    await world.import_file(sarif(result("A", "a.py"), result("B", "b.py")))
    assert counts(await world.import_file(sarif(result("A", "a.py")), mass=False)) == {
        "results": 1,
        "same": 1,
        "closed": 1,
    }


async def test_a_partial_scan_closes_nothing(world: World) -> None:
    await world.import_file(sarif(result("A", "a.py"), result("B", "b.py")))
    for content, declared in ((sarif(result("A", "a.py")), True), (sarif(properties={"partial": True}), False)):
        imported = await world.import_file(content, partial=declared)
        assert imported["closed"] == 0
        assert {node["state"] for node in (await vulnerabilities(world)).values()} == {"VULNERABLE"}


async def test_a_rule_that_the_run_does_not_list_any_more_is_not_closed(world: World) -> None:
    """The tool lists rules without results, so its list is complete, and B was switched off."""
    await world.import_file(sarif(result("A", "a.py"), result("B", "b.py"), rules=rules("A", "B", "C")))
    imported = await world.import_file(sarif(rules=rules("A", "C")))
    assert counts(imported) == {"closed": 1}
    shown = await vulnerabilities(world)
    assert (shown["a.py"]["state"], shown["b.py"]["state"]) == ("SAFE", "VULNERABLE")


async def test_a_tool_that_once_listed_all_its_rules_is_taken_to_list_them_always(world: World) -> None:
    await world.import_file(sarif(result("A", "a.py"), result("B", "b.py"), rules=rules("A", "B", "C")))
    imported = await world.import_file(sarif(result("A", "a.py"), rules=rules("A")))
    assert counts(imported) == {"results": 1, "same": 1}, "B was not looked for"
    assert counts(await world.import_file(sarif(rules=rules()))) == {}, "nothing was looked for"


@pytest.mark.parametrize(
    "run",
    [
        {"tool": {"driver": {"name": "Checker", "rules": [{"id": "A", "defaultConfiguration": {"enabled": False}}]}}},
        {
            "invocations": [
                {"ruleConfigurationOverrides": [{"descriptor": {"id": "A"}, "configuration": {"enabled": False}}]}
            ]
        },
        {"invocations": [{"toolExecutionNotifications": [{"level": "error", "associatedRule": {"id": "A"}}]}]},
    ],
    ids=["by default", "by this run", "failed"],
)
async def test_a_rule_that_was_switched_off_or_failed_closes_nothing(world: World, run: dict) -> None:
    await world.import_file(sarif(result("A", "a.py")))
    assert counts(await world.import_file(sarif(**run))) == {}
    assert (await vulnerabilities(world))["a.py"]["state"] == "VULNERABLE"


@pytest.mark.parametrize("results", [None, "none"])
async def test_a_run_without_results_was_not_executed(world: World, results: Any) -> None:
    await world.import_file(sarif(result()))
    log = json.loads(sarif())
    log["runs"][0]["results"] = results
    imported = await world.import_file(json.dumps(log).encode())
    assert counts(imported) == {}
    assert imported["warnings"] == [
        "A run without an array of `results` was not executed (/runs/0).",
        "Nothing of Checker is closed: the run was not executed successfully.",
    ]


async def test_the_last_part_of_an_automation_id_is_the_run_and_not_the_category(world: World) -> None:
    await world.import_file(sarif(result(), automationDetails={"id": "nightly/2026-11-01"}))
    assert counts(await world.import_file(sarif(automationDetails={"id": "nightly/2026-11-02"}))) == {"closed": 1}


async def test_the_history_says_what_happened_and_which_import_did_it(world: World) -> None:
    imports = [
        await world.import_file(content)
        for content in (
            sarif(result("A", "a.py")),
            sarif(),
            sarif(result("A", "a.py")),
            sarif(result("A", "a.py", 99)),
            sarif(result("A", "a.py", 99, suppressions=[{"kind": "inSource"}])),
        )
    ]
    node = (await histories(world))["a.py"]
    assert kinds(node) == ["REPORTED", "CLOSED", "REOPENED", "UPDATED", "SUPPRESSED"]
    assert [one["scanImport"]["id"] for one in node["history"]["nodes"]] == [one["id"] for one in imports]
    assert [one["status"] for one in imports] == ["SUCCEEDED"] * 5


async def test_the_history_of_what_a_person_reports_names_no_import(world: World) -> None:
    await world.add_vulnerability(await world.add_finding())
    (node,) = (await histories(world)).values()
    assert node["history"]["nodes"] == [{"kind": "REPORTED", "tool": None, "scanImport": None}]
    assert node["sources"]["nodes"][0]["tool"] == "Adarve"


async def test_no_import_closes_what_a_person_reported(world: World) -> None:
    await world.add_vulnerability(await world.add_finding())
    assert counts(await world.import_file(sarif(tool="Adarve"))) == {}
    assert {node["state"] for node in (await histories(world)).values()} == {"VULNERABLE"}


async def test_the_same_bytes_for_the_same_target_are_the_same_import(world: World) -> None:
    content = sarif(result())
    first = await world.import_file(content)
    assert (await world.import_file(content))["id"] == first["id"]
    assert (await world.import_file(content, branch="main"))["id"] != first["id"], "another target"
    assert (await world.import_file(content, commit="abc"))["id"] != first["id"], "another commit"
    other = await world.import_file(content, person="organization_manager", group="warehouse")
    assert other["id"] != first["id"], "another group"


async def test_the_same_bytes_after_another_import_are_an_import_of_their_own(world: World) -> None:
    """What came in between has closed it, so the same report opens it again."""
    content = sarif(result())
    first = await world.import_file(content)
    await world.import_file(sarif())
    again = await world.import_file(content)
    assert again["id"] != first["id"]
    assert counts(again) == {"results": 1, "reopened": 1}


async def test_the_same_bytes_after_an_import_of_another_tool_are_the_same_import(world: World) -> None:
    first = await world.import_file(sarif(result()))
    await world.import_file(sarif(result(path="b.py"), tool="Another"))
    assert (await world.import_file(sarif(result())))["id"] == first["id"]


async def test_the_same_bytes_of_an_import_that_failed_are_tried_again(world: World) -> None:
    await world.import_file(sarif(result("A", "a.py"), result("B", "b.py")))
    stopped = await world.import_file(sarif(), mass=False)
    assert stopped["status"] == "FAILED"
    assert counts(await world.import_file(sarif())) == {"closed": 2}


async def test_an_import_says_whether_it_had_been_sent_before(world: World) -> None:
    from domain.upload import UploadedFile

    mutation = 'mutation ($file: Upload!) { importScan(groupName: "shop", file: $file) { alreadyImported } }'
    for known in (False, True):
        data = await world.get("service_agent", mutation, file=UploadedFile("r", sarif(result())))
        assert data["importScan"]["alreadyImported"] is known


async def test_the_worked_example_of_the_docs_goes_as_it_says(world: World) -> None:
    """Each row of the table in docs/imports.md: what is reported, how, and what becomes of it."""
    a, b, c = (result(name.upper(), f"{name}.py") for name in "abc")
    off: list[dict[str, Any]] = [{"id": "A"}, {"id": "B", "defaultConfiguration": {"enabled": False}}, {"id": "C"}]
    rows: list[tuple[bytes, dict[str, Any], dict[str, int] | str]] = [
        (sarif(a, b, c), {}, {"results": 3, "added": 3}),
        (sarif(), {"branch": "feature"}, {}),
        (sarif(a, invocations=[{"executionSuccessful": False}]), {}, {"results": 1, "same": 1}),
        (sarif(a), {"partial": True}, {"results": 1, "same": 1}),
        (sarif(a, c, rules=off), {}, {"results": 2, "same": 2}),
        (sarif(a, b), {}, {"results": 2, "same": 2, "closed": 1}),
        (sarif(), {}, "would close 2 of the 2 open vulnerabilities"),
        (sarif(), {"mass": True}, {"closed": 2}),
        (sarif(a), {}, {"results": 1, "reopened": 1}),
    ]
    imports = []
    for content, more, expected in rows:
        given: dict[str, Any] = {"branch": "main", "mass": False} | more
        imported = await world.import_file(content, **given)
        imports.append(imported["id"])
        if isinstance(expected, str):
            assert imported["status"] == "FAILED"
            assert expected in imported["error"]
        else:
            assert counts(imported) == expected
    history = (await histories(world))["a.py"]["history"]["nodes"]
    assert [(one["kind"], imports.index(one["scanImport"]["id"]) + 1) for one in history] == [
        ("REPORTED", 1),
        ("CLOSED", 8),
        ("REOPENED", 9),
    ]


async def test_the_same_bytes_sent_strictly_are_not_an_import_that_rejected_some(world: World) -> None:
    content = sarif(result(), result(line=0))
    assert (await world.import_file(content))["status"] == "SUCCEEDED"
    assert (await world.import_file(content, strict=True))["status"] == "FAILED"
    clean = sarif(result(), tool="Another")
    first = await world.import_file(clean)
    assert (await world.import_file(clean, strict=True))["id"] == first["id"]
