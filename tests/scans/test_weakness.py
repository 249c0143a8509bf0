"""The table of weaknesses, and what reports take from it."""

import json

from scans.formats import read_report
from scans.weakness import TABLE, mitigations_of, title_of, weakness_of
from tests.scans.samples import SAMPLES
from tests.world import World, result, sarif


def test_the_table_has_a_title_for_every_weakness_and_its_licence_beside_it() -> None:
    table = json.loads(TABLE.read_text())
    rows = {number: row for number, row in table.items() if number.isdigit()}
    assert len(rows) > 900
    assert all(row[0] and len(row) <= 4 and all(len(line) <= 240 for line in row[1:]) for row in rows.values())
    notice = TABLE.with_suffix(".NOTICE").read_text()
    assert "The MITRE Corporation" in notice
    assert f"version {table['version']} of {table['date']}" in notice


def test_a_weakness_has_a_title_mitigations_and_an_address() -> None:
    found = weakness_of("CWE-89")
    assert found is not None
    assert found.title.endswith("('SQL Injection')")
    assert found.mitigations
    assert found.url == "https://cwe.mitre.org/data/definitions/89.html"
    assert weakness_of("CWE-99999") is None
    assert weakness_of("CWE-version") is None
    assert title_of(("CWE-99999", "CWE-89")) == found.title
    assert mitigations_of(("CWE-99999",)) == ""


def test_a_rule_without_a_recommendation_gets_that_of_its_weakness() -> None:
    (run,) = read_report(SAMPLES["csv"]).runs
    assert run.rules["SQL from text"].recommendation == mitigations_of(("CWE-89",))
    assert run.rules["Weak hash"].recommendation == ""


async def test_a_finding_names_its_weaknesses(world: World) -> None:
    rules = [{"id": "A", "properties": {"tags": ["external/cwe/cwe-79", "external/cwe/cwe-99999"]}}]
    await world.import_file(sarif(result("A"), rules=rules))
    data = await world.get(
        "user", '{ group(name: "shop") { findings { nodes { title weaknesses { cweId title mitigations url } } } } }'
    )
    (node,) = data["group"]["findings"]["nodes"]
    (weakness,) = node["weaknesses"]
    assert weakness["cweId"] == "CWE-79"
    assert node["title"] == weakness["title"], "the tool gives the rule no title"
    assert len(weakness["mitigations"]) == 3
