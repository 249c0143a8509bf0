"""Files that nobody should send: each is a clear error or a rejected record, and nothing is half-written."""

import gzip
import json
from typing import Any

import pytest

from tests.scans.samples import SAMPLES, ZAP_XML
from tests.world import World, result, sarif

pytestmark = pytest.mark.slow


def run_of(**run: Any) -> bytes:
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "T"}}, **run}]}).encode()


GOOD = result("good", "good.py")
REFUSED: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"this is no report", "The file is text, but of no format that is read here"),
    "truncated": (sarif(GOOD)[:-20], "The file is not JSON in UTF-8: Input data was truncated."),
    "white space": (b" \n\t ", "is empty, or has only white space"),
    "UTF-16": (sarif(GOOD).decode().encode("utf-16"), "is UTF-16 or UTF-32: save it in UTF-8"),
    "NaN": (b'{"version": "2.1.0", "runs": [{"results": [NaN]}]}', "not JSON in UTF-8"),
    "100,000 brackets": (b'{"version": "2.1.0", "runs": ' + b"[" * 100_000, "nested deeper than 900 levels"),
    "100,000 brackets that close": (b'{"runs": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested deeper"),
    "null runs": (b'{"version": "2.1.0", "runs": null}', "The file has no `runs`"),
    "a gzip bomb": (gzip.compress(b" " * (64 * 1024 * 1024), mtime=0), "more than 200 times larger"),
    "a damaged gzip": (gzip.compress(sarif(GOOD), mtime=0)[:-9], "compressed by gzip, but damaged"),
    "a large gzip": (b"\x1f\x8b" + bytes(10 * 1024 * 1024), "at most 10,485,760 are read"),
    "an HTML page": (b"<!DOCTYPE html><html><title>Sign in</title></html>", "The file is an HTML page"),
    "an old SARIF": (b'{"version": "2.0.0-csd.2.beta.2018-10-10", "runs": []}', "sarif-multitool transform"),
    "entities": (
        ZAP_XML.replace("<OWASP", "<!DOCTYPE a [<!ENTITY b 'c'>]><OWASP").encode(),
        "document type or entities",
    ),
    "21 runs": (b'{"version": "2.1.0", "runs": [' + b"{}," * 20 + b"{}]}", "has 21 runs: at most 20 are read"),
    "too many results": (sarif(*[GOOD] * 25_001), "25,001 results: at most 25,000 are read"),
    "an empty array": (b"[]", "The file is JSON, but of no format that is read here"),
}
REJECTED: dict[str, tuple[dict[str, Any], str]] = {
    "an index out of range": ({"ruleId": None, "ruleIndex": 99}, "`ruleIndex` is 99, but the tool has 0 rules"),
    "a negative index": ({"ruleId": None, "ruleIndex": -7}, "The result names no rule"),
    "line 0": (result(line=0), "`startLine` is '0': it must be a whole number from 1"),
    "a line in words": (result(line="seven"), "`startLine` is 'seven'"),
    "line 10^12": (result(line=10**12), "`startLine` is '1000000000000'"),
    "a way out": (result(path="../../etc/passwd"), "leads out of what was scanned"),
    "an encoded way out": (result(path="%2e%2e/%2e%2e/etc/passwd"), "leads out of what was scanned"),
    "a script": (result(path="java\tscript:alert(1)"), "must name a file or a web address"),
    "a 1 MB message": (result(text="x" * 1_000_000), "at most 500,000 are read"),
    "an unknown kind": (result(kind="terrible"), "is no kind of SARIF"),
    "many locations": (result(locations=[{}] * 1_001), "1,001 locations: at most 1,000"),
    "no object": ("text", "must be a JSON object"),  # type: ignore[dict-item]
}
READ: dict[str, tuple[bytes, dict[str, Any]]] = {
    "a byte order mark": (b"\xef\xbb\xbf" + sarif(GOOD), {"path": "good.py"}),
    "duplicate keys": (sarif(GOOD).replace(b'"version"', b'"version": "9", "version"', 1), {"path": "good.py"}),
    "a severity in words": (
        sarif(GOOD, rules=[{"id": "good", "properties": {"security-severity": "terrible"}}]),
        {"severityScore": 4.0},
    ),
    "a severity of 99": (
        sarif(GOOD, rules=[{"id": "good", "properties": {"security-severity": 99}}]),
        {"severityScore": 4.0},
    ),
    "a NUL character": (sarif(result(text="a\0b", path="c\0d.py")), {"message": "a\N{REPLACEMENT CHARACTER}b"}),
    "markup": (sarif(result(text="<script>alert(1)</script>")), {"message": "<script>alert(1)</script>"}),
    "a file: URI": (sarif(result(path="file:///srv/app.py")), {"path": "/srv/app.py"}),
    "a Windows URI": (sarif(result(path="C:\\src\\app.py")), {"path": "C:/src/app.py"}),
    "one format named as another": (SAMPLES["csv"], {"path": "src/orders.py"}),
}


async def written(world: World) -> dict[str, int]:
    """Return how many rows there are of all that an import can write, but for imports themselves."""
    tables = ("findings", "vulnerabilities", "vulnerability_sources", "vulnerability_changes", "scan_targets")
    async with world.services.database.connection() as connection:
        await connection.see(frozenset(world.organizations.values()))
        return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
async def test_a_file_that_cannot_be_read_is_refused_and_changes_nothing(
    world: World, content: bytes, message: str
) -> None:
    await world.import_file(sarif(GOOD))
    before = await written(world)
    imported = await world.import_file(content)
    assert imported["status"] == "FAILED"
    assert message in imported["error"]
    assert await written(world) == before


@pytest.mark.parametrize(("spoiled", "reason"), REJECTED.values(), ids=REJECTED)
async def test_a_record_that_cannot_be_read_is_rejected_alone(
    world: World, spoiled: dict[str, Any], reason: str
) -> None:
    imported = await world.import_file(run_of(results=[spoiled, GOOD]))
    assert (imported["status"], imported["results"]) == ("SUCCEEDED", 2)
    assert (imported["added"], imported["rejected"]) == (1, 1)
    (rejection,) = imported["rejections"]["nodes"]
    assert rejection["pointer"].startswith("/runs/0/results/0")
    assert reason in rejection["reason"]


@pytest.mark.parametrize(("content", "shown"), READ.values(), ids=READ)
async def test_what_can_be_read_all_the_same_is_shown_as_it_is(
    world: World, content: bytes, shown: dict[str, Any]
) -> None:
    imported = await world.import_file(content)
    assert imported["status"] == "SUCCEEDED", imported["error"]
    data = await world.get(
        "user", '{ group(name: "shop") { vulnerabilities { nodes { path message severityScore } } } }'
    )
    node = data["group"]["vulnerabilities"]["nodes"][0]
    assert {name: node[name] for name in shown} == shown


async def test_what_violates_the_schema_is_warned_of(world: World) -> None:
    spoiled = result(level="terrible", ruleIndex=99)
    spoiled["locations"][0]["physicalLocation"]["region"] |= {"startLine": 9, "endLine": 3}
    imported = await world.import_file(sarif(spoiled, spoiled | {"message": {"text": "other"}}))
    assert imported["added"] == 2
    assert imported["warnings"] == [
        "`ruleIndex` is beyond the tool's rules; `ruleId` counts (/runs/0/results/0).",
        "`endLine` is before `startLine`, and was passed over (/runs/0/results/0; 2 times).",
        "`level` is 'terrible', which SARIF does not know; the rule's counts (/runs/0/results/0; 2 times).",
    ]


async def test_every_result_of_a_file_is_counted_once(world: World) -> None:
    """Whatever becomes of it: new, merged, known, back, suppressed, rejected or passed over."""
    first = [result("A", "a.py"), result("B", "b.py"), result("C", "c.py"), result("D", "d.py")]
    await world.import_file(sarif(*first))
    await world.import_file(sarif(*first[1:]))
    quiet = first[1] | {"suppressions": [{"kind": "inSource"}]}
    mixed = [first[0], quiet, first[2], first[2], result(line=0), result(kind="pass"), result("E", "e.py")]
    found = await world.import_file(sarif(*mixed))
    kinds = ("added", "merged", "same", "reopened", "suppressed", "rejected", "skipped")
    assert {name: found[name] for name in kinds} == {
        "added": 1,
        "merged": 0,
        "same": 1,
        "reopened": 1,
        "suppressed": 1,
        "rejected": 1,
        "skipped": 2,
    }
    assert sum(found[name] for name in kinds) == found["results"] == 7
    assert found["closed"] == 0, "one record could not be read, and it may have been about what is not mentioned"
