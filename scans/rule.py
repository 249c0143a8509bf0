"""Makes rules from what a format says: texts cleaned and cut, titles found where a tool gives none."""

from collections.abc import Iterable

from domain.finding import MOST_TEXT, MOST_TITLE
from scans.json_value import clean, clean_bytes, text
from scans.limits import MOST_RULE_BYTES, MOST_RULE_ID
from scans.reader import Rejected
from scans.report import Rule
from scans.weakness import mitigations_of, title_of
from scans.weakness_ids import cve_ids_in, cwe_ids_of


def make_rule(
    rule_id: object,
    title: object,
    tenths: int,
    *,
    at: str,
    description: object = None,
    recommendation: object = None,
    cwes: Iterable[object] = (),
    cves: Iterable[object] = (),
    vector: str | None = None,
    exported: bool = False,
) -> Rule:
    """Return a rule; raise Rejected, naming the field `at` as a JSON pointer, if it has no id.

    `cwes` are numbers, `cves` texts in which CVE ids stand. Where the tool gives no title or recommendation, those of
    the weaknesses are taken, unless the rule is one of our own exports.
    """
    name = text(rule_id, MOST_RULE_ID) if not isinstance(rule_id, int) else str(rule_id)
    if name is None:
        raise Rejected(at, "The record names no rule.")
    cwe_ids = cwe_ids_of(cwes)
    shown = text(title, MOST_TITLE) or title_of(cwe_ids)
    return Rule(
        rule_id=clean_bytes(name, MOST_RULE_BYTES),
        title=clean(shown.splitlines()[0], MOST_TITLE) if shown else clean(name, MOST_TITLE),
        description=text(description, MOST_TEXT) or "",
        recommendation=text(recommendation, MOST_TEXT) or ("" if exported else mitigations_of(cwe_ids)),
        cwe_ids=cwe_ids,
        severity_tenths=tenths,
        severity_vector=vector,
        cve_ids=cve_ids_in(name, *cves),
    )
