"""What is known of CVEs comes from files, and is shown where a vulnerability has them."""

import gzip
import json
from datetime import date
from typing import Any

import pytest

from cli.enrich import store
from scans.epss import read_epss
from scans.kev import read_kev
from scans.report import UnreadableReport
from tests.scans.samples import SAMPLES
from tests.world import World

EPSS = b"""#model_version:v2025.03.14,score_date:2026-11-20T00:00:00+0000
cve,epss,percentile
CVE-2019-10744,0.03012,0.91234
CVE-2020-7598,0.5,0.99
not a cve,0.1,0.1
CVE-2020-0001,1.5,0.1
"""
KEV = {
    "title": "CISA Catalog of Known Exploited Vulnerabilities",
    "catalogVersion": "2026.11.19",
    "dateReleased": "2026-11-19T15:00:00.0000Z",
    "count": 2,
    "vulnerabilities": [
        {
            "cveID": "CVE-2019-10744",
            "dateAdded": "2026-01-02",
            "dueDate": "2026-01-23",
            "knownRansomwareCampaignUse": "Known",
        },
        {"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10", "knownRansomwareCampaignUse": "Unknown"},
        {"cveID": None},
    ],
}
ASK = """{ group(name: "shop") { vulnerabilities(orderBy: {field: SEVERITY_SCORE}) { nodes { message enrichments {
  cveId epssScore epssPercentile epssDate knownExploited kevAdded kevDue knownRansomware kevDate } } }
  findings { nodes { ruleId enrichments { cveId } } } } }"""


def kev(value: Any = KEV) -> bytes:
    return json.dumps(value).encode()


async def test_scores_and_exploitation_are_shown_on_the_vulnerability_with_their_dates(world: World) -> None:
    await world.import_file(SAMPLES["trivy"])
    await store(world.services.database.url, read_epss(gzip.compress(EPSS, mtime=0)), read_kev(kev()))
    data = (await world.get("user", ASK))["group"]
    shown = {node["message"]: node["enrichments"] for node in data["vulnerabilities"]["nodes"]}
    assert shown["lodash 4.17.4 has nodejs-lodash: prototype pollution in defaultsDeep"] == [
        {
            "cveId": "CVE-2019-10744",
            "epssScore": 0.03012,
            "epssPercentile": 0.91234,
            "epssDate": "2026-11-20",
            "knownExploited": True,
            "kevAdded": "2026-01-02",
            "kevDue": "2026-01-23",
            "knownRansomware": True,
            "kevDate": "2026-11-19",
        }
    ]
    (minimist,) = shown["minimist 0.0.8 has CVE-2020-7598"]
    assert (minimist["epssScore"], minimist["knownExploited"], minimist["kevDate"]) == (0.5, False, None)
    assert shown["AWS Access Key ID"] == []
    of_findings = {node["ruleId"]: node["enrichments"] for node in data["findings"]["nodes"]}
    assert of_findings["CVE-2019-10744"] == [{"cveId": "CVE-2019-10744"}]


async def test_a_new_file_replaces_the_one_before(world: World) -> None:
    await world.import_file(SAMPLES["trivy"])
    await store(world.services.database.url, read_epss(EPSS), read_kev(kev()))
    later = EPSS.replace(b"2026-11-20", b"2026-11-21").replace(b"CVE-2020-7598,0.5", b"CVE-2020-7598,0.6")
    gone = kev(KEV | {"vulnerabilities": []})
    await store(world.services.database.url, read_epss(later.replace(b"CVE-2019-10744", b"CVE-2019-1")), read_kev(gone))
    data = (await world.get("user", ASK))["group"]
    found = {one["cveId"]: one for node in data["vulnerabilities"]["nodes"] for one in node["enrichments"]}
    assert (found["CVE-2020-7598"]["epssScore"], found["CVE-2020-7598"]["epssDate"]) == (0.6, "2026-11-21")
    assert (found["CVE-2019-10744"]["epssScore"], found["CVE-2019-10744"]["knownExploited"]) == (None, False)


def test_what_cannot_be_read_is_counted() -> None:
    epss, catalog = read_epss(EPSS), read_kev(kev())
    assert (epss.day, len(epss.scores), epss.unreadable) == (date(2026, 11, 20), 2, 2)
    assert (catalog.day, len(catalog.entries), catalog.unreadable) == (date(2026, 11, 19), 2, 1)


@pytest.mark.parametrize(
    ("read", "content", "message"),
    [
        (read_epss, EPSS.replace(b"score_date", b"date"), "no `score_date`"),
        (read_epss, b"#score_date:2026-11-20\nname,score\nx,1\n", "has no scores"),
        (read_epss, b"", "is empty"),
        (read_kev, EPSS, "no KEV catalog"),
        (read_kev, kev({"vulnerabilities": []}), "no KEV catalog"),
        (read_kev, b"{", "no KEV catalog"),
    ],
)
def test_a_file_that_is_something_else_is_refused(read: Any, content: bytes, message: str) -> None:
    with pytest.raises(UnreadableReport, match=message):
        read(content)
