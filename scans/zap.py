"""Reads ZAP's traditional reports, JSON and XML. Source: ZAP, add-on "Report Generation", `traditional-json` and
`traditional-xml`.
"""

import html
import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from scans.document import Document
from scans.json_value import items, mapping, text
from scans.limits import MOST_NAME, MOST_SNIPPET, MOST_STRING
from scans.path import place_path
from scans.reader import Found, Rejected, ReportReader
from scans.report import Result
from scans.rule import make_rule
from scans.xml import child_text, parse

NAME = "ZAP JSON or XML"
_TAG = re.compile(r"<[^<>]{0,1000}>")
_BLANK = re.compile(r"\s{2,}")
_TENTHS_OF_RISK = {"3": 70, "2": 40, "1": 10, "0": 0}
_FALSE_POSITIVE = "0"
_FIELDS = ("pluginid", "alertRef", "alert", "name", "riskcode", "confidence", "desc", "solution", "cweid")
_INSTANCE = ("uri", "method", "param", "attack", "evidence")


def detects(document: Document) -> bool:
    """Return whether the file is a report of ZAP."""
    if document.is_xml:
        return b"<OWASPZAPReport" in document.content[:4000]
    return "site" in document.members and bool({"@programName", "@version", "@generated"} & set(document.members))


def read(document: Document, reader: ReportReader) -> None:
    """Read a report of ZAP: one result for each place of each alert."""
    run = reader.run("ZAP")
    records = list(_xml_records(parse(document)) if document.is_xml else _json_records(document))
    reader.expect(run, len(records))
    reader.read(run, records, _read)


def _json_records(document: Document) -> Iterator[tuple[str, Any]]:
    sites = document.member("site")
    for at, site in enumerate(items(sites) or ([sites] if isinstance(sites, dict) else [])):
        for number, alert in enumerate(items(mapping(site).get("alerts"))):
            pointer = f"/site/{at}/alerts/{number}"
            instances = items(mapping(alert).get("instances"))
            for place, instance in enumerate(instances):
                yield f"{pointer}/instances/{place}", (alert, instance)
            if not instances:
                yield pointer, (alert, {"uri": mapping(site).get("@name")})


def _xml_records(root: Element) -> Iterator[tuple[str, Any]]:
    for at, site in enumerate(root.findall("site"), start=1):
        for number, item in enumerate(site.findall("alerts/alertitem"), start=1):
            pointer = f"/OWASPZAPReport/site[{at}]/alerts/alertitem[{number}]"
            alert = {name: child_text(item, name) for name in _FIELDS}
            instances = item.findall("instances/instance")
            for place, instance in enumerate(instances, start=1):
                found = {name: child_text(instance, name) for name in _INSTANCE}
                yield f"{pointer}/instances/instance[{place}]", (alert, found)
            if not instances:
                yield pointer, (alert, {"uri": site.get("name")})


def _read(pair: tuple[object, object]) -> Found:
    alert, instance = pair
    if not isinstance(alert, dict) or not isinstance(instance, dict):
        raise Rejected("", "An alert and its instances must be objects.")
    risk = str(alert.get("riskcode")).strip()
    if risk not in _TENTHS_OF_RISK:
        raise Rejected("/riskcode", f"{risk[:40]!r} is no risk of ZAP: 0, 1, 2 or 3.")
    cwe = str(alert.get("cweid") or "").strip()
    rule = make_rule(
        alert.get("alertRef") or alert.get("pluginid"),
        alert.get("name") or alert.get("alert"),
        _TENTHS_OF_RISK[risk],
        at="/pluginid",
        description=_plain(alert.get("desc")),
        recommendation=_plain(alert.get("solution")),
        cwes=(cwe,),
    )
    method, parameter = text(instance.get("method"), MOST_NAME) or "", text(instance.get("param"), MOST_NAME) or ""
    evidence = text(instance.get("evidence"), MOST_SNIPPET)
    place = f" in `{parameter}`" if parameter else ""
    return rule, Result(
        place_path(text(instance.get("uri"), MOST_SNIPPET), "uri"),
        f"{method} {rule.title}{place}".strip(),
        _TENTHS_OF_RISK[risk],
        snippet=evidence,
        suppressed=str(alert.get("confidence")).strip() == _FALSE_POSITIVE,
        own=f"{method} {parameter}".strip() or "-",
    )


def _plain(value: object) -> str | None:
    """Return the words of a text with tags."""
    found = text(value, MOST_STRING)
    return None if found is None else _BLANK.sub(" ", html.unescape(_TAG.sub(" ", found))).strip()
