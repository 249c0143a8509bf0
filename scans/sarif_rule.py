"""The rules of a SARIF run: where a tool describes them, and which one a result means.

Sources: SARIF 2.1.0, 3.49 (reportingDescriptor), 3.52 (reportingDescriptorReference), 3.27.10 (level); GitHub's
"SARIF support for code scanning" for `security-severity` and tags.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from domain.finding import MOST_TEXT, MOST_TITLE
from domain.severity import HIGHEST_TENTHS, TENTHS_OF_LEVEL, tenths_of_vector
from scans.export_marks import marked
from scans.json_value import clean, clean_bytes, items, mapping, number, objects, text
from scans.limits import MOST_RULE_BYTES, MOST_RULE_ID
from scans.report import Rule
from scans.weakness import mitigations_of, title_of
from scans.weakness_ids import cve_ids_in, cwe_ids_of, cwe_numbers_in

MOST_VECTOR = 500
_VECTOR_KEYS = ("cvssV4_vector", "cvssv4_vector", "cvssV3_vector", "cvssv3_vector", "cvss", "cvss_vector")

Warn = Callable[[str], None]
"""Told what is against the rules of the format and was read all the same."""


def _ignore(_: str) -> None:
    """Tell nobody."""


def level_of(result: dict[str, object], default: str) -> str:
    """Return the level of a result, or that of its rule where it gives none that SARIF knows."""
    level = result.get("level")
    return level if isinstance(level, str) and level in TENTHS_OF_LEVEL else default


class RuleBook:
    """All rules of a run, and those of them that its results use."""

    def __init__(self, run: dict[str, object]) -> None:
        """Take a run; rules stand in `tool.driver` and in each of `tool.extensions`."""
        tool = mapping(run.get("tool"))
        self._components = [mapping(tool.get("driver")), *(mapping(one) for one in items(tool.get("extensions")))]
        self._named = {one["name"]: one for one in self._components[:0:-1] if isinstance(one.get("name"), str)}
        self._by_id: dict[str, dict[str, Any]] = {}
        self._by_guid: dict[str, str] = {}
        self._off: set[str] = set()
        for component in self._components:
            for descriptor in objects(component.get("rules")):
                rule_id = text(descriptor.get("id"), MOST_RULE_ID)
                if rule_id is not None:
                    self._by_id.setdefault(rule_id, descriptor)
                    if mapping(descriptor.get("defaultConfiguration")).get("enabled") is False:
                        self._off.add(rule_id)
                    if isinstance(descriptor.get("guid"), str):
                        self._by_guid[descriptor["guid"].lower()] = rule_id
        self._taxa = _taxa_cwes(run)
        self._overrides: dict[str, str] = {}
        self._enabled: dict[str, bool] = {}
        self._failed: set[str] = set()
        for invocation in objects(run.get("invocations")):
            self._read_invocation(invocation)
        self._used: dict[str, Rule] = {}
        self._plain: dict[tuple[Any, Any], Rule] = {}
        self._scored: set[str] = set()
        self._mentioned: set[str] = set()
        self._descriptors: dict[str, dict[str, Any]] = {}

    def listed(self) -> frozenset[str]:
        """Return the rules that the run lists."""
        return frozenset(self._by_id)

    def lists_all(self) -> bool:
        """Return whether the run lists more rules than those that found something.

        Some tools list every rule, others those with results. A list that has more than those, and more than rules that
        were switched off, is taken for complete.
        """
        found = self._mentioned | {one.rpartition("/")[0] for one in self._mentioned}
        return bool(self.listed() - found - self.inactive())

    def inactive(self) -> frozenset[str]:
        """Return the rules that the run says were switched off, or failed."""
        off = {rule_id for rule_id in self._off if self._enabled.get(rule_id) is not True}
        return frozenset(off | {rule_id for rule_id, enabled in self._enabled.items() if not enabled} | self._failed)

    def mention(self, result: dict[str, object]) -> None:
        """Note that a result which reports no problem names its rule."""
        with suppress(ValueError):
            self._mentioned.add(self._find(result, _ignore)[1])

    def rule_of(self, result: dict[str, object], warn: Warn) -> Rule:
        """Return the rule that a result means; raise ValueError if it names none."""
        name, index = result.get("ruleId"), result.get("ruleIndex")
        plain = isinstance(name, str) and (index is None or type(index) is int) and "rule" not in result
        if plain and (known := self._plain.get((name, index))) is not None:
            return known
        rule = self._rule_of(result, warn)
        if plain:
            self._plain[(name, index)] = rule
        return rule

    def _rule_of(self, result: dict[str, object], warn: Warn) -> Rule:
        descriptor, rule_id = self._find(result, warn)
        known = self._used.get(rule_id)
        if known is None:
            self._mentioned.add(rule_id)
            self._descriptors[rule_id] = descriptor
            known = self._used[rule_id] = self._make(rule_id, descriptor)
            if score_in(descriptor.get("properties")) is not None or known.severity_vector is not None:
                self._scored.add(rule_id)
        return known

    def _find(self, result: dict[str, object], warn: Warn) -> tuple[dict[str, Any], str]:
        reference = mapping(result.get("rule"))
        rule_id = text(result.get("ruleId"), MOST_RULE_ID) or text(reference.get("id"), MOST_RULE_ID)
        rule_id = clean_bytes(rule_id, MOST_RULE_BYTES) if rule_id else None
        index = result.get("ruleIndex", reference.get("index"))
        rules = items(self._component(reference).get("rules"))
        if isinstance(index, int) and not isinstance(index, bool) and index >= 0:
            if index < len(rules) and isinstance(rules[index], dict):
                own = text(rules[index].get("id"), MOST_RULE_ID)
                if rule_id is None or rule_id == own or (own and rule_id.startswith(own + "/")):
                    return rules[index], rule_id or own or f"rule {index}"
            elif rule_id is None:
                raise ValueError(
                    f"`ruleIndex` is {index}, but the tool has {len(rules)} rules; and there is no `ruleId`."
                )
            elif rules:
                warn("`ruleIndex` is beyond the tool's rules; `ruleId` counts")
        if rule_id is None:
            raise ValueError("The result names no rule: it needs a `ruleId` or a `ruleIndex`.")
        parent = rule_id.rsplit("/", 1)[0]
        return self._by_id.get(rule_id) or self._by_id.get(parent) or {}, rule_id

    def _read_invocation(self, invocation: dict[str, object]) -> None:
        """Take over the levels and switches that an invocation gives to rules, and which of them failed."""
        for override in objects(invocation.get("ruleConfigurationOverrides")):
            configuration = mapping(override.get("configuration"))
            rule_id = self._referenced(mapping(override.get("descriptor")))
            if rule_id is not None and isinstance(configuration.get("level"), str):
                self._overrides[rule_id] = configuration["level"]
            if rule_id is not None and isinstance(configuration.get("enabled"), bool):
                self._enabled[rule_id] = configuration["enabled"]
        for kind in ("toolExecutionNotifications", "toolConfigurationNotifications"):
            for notification in objects(invocation.get(kind)):
                rule_id = self._referenced(mapping(notification.get("associatedRule")))
                if rule_id is not None and notification.get("level") == "error":
                    self._failed |= {rule_id, rule_id.partition("/")[0]} & (self._by_id.keys() | {rule_id})

    def _referenced(self, reference: dict[str, object]) -> str | None:
        rule_id, index, guid = reference.get("id"), reference.get("index"), reference.get("guid")
        rules = items(self._component(reference).get("rules"))
        if rule_id is None and isinstance(index, int) and 0 <= index < len(rules):
            rule_id = mapping(rules[index]).get("id")
        if rule_id is None and isinstance(guid, str):
            rule_id = self._by_guid.get(guid.lower())
        return text(rule_id, MOST_RULE_ID)

    def _component(self, reference: dict[str, object]) -> dict[str, Any]:
        named = mapping(reference.get("toolComponent"))
        index = named.get("index")
        if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(self._components) - 1:
            return self._components[index + 1]
        name = named.get("name")
        found = self._named.get(name) if isinstance(name, str) else None
        return found or self._components[0]

    def _make(self, rule_id: str, descriptor: dict[str, object]) -> Rule:
        short = _message(descriptor.get("shortDescription"))
        full = _message(descriptor.get("fullDescription"))
        named = text(descriptor.get("name"), MOST_TITLE)
        says_nothing = short is None or rule_id in short
        title = _first_sentence(full) if says_nothing and full else short
        cwe_ids = self._cwes(descriptor)
        if title is None or len(title) > MOST_TITLE or "\n" in title:
            title = named or title_of(cwe_ids) or rule_id
        vector = _vector(descriptor)
        own = marked(descriptor.get("properties"))
        if own:
            title, short = text(own.get("title"), MOST_TITLE) or title, None
        return Rule(
            rule_id=rule_id,
            title=clean(title, MOST_TITLE),
            description=full or short or "",
            recommendation=_message(descriptor.get("help")) or ("" if own else mitigations_of(cwe_ids)),
            cwe_ids=cwe_ids,
            severity_tenths=self._tenths(rule_id, descriptor, vector),
            severity_vector=vector,
            cve_ids=cve_ids_in(rule_id, *items(mapping(descriptor.get("properties")).get("cveIds"))),
        )

    def _tenths(self, rule_id: str, descriptor: dict[str, object], vector: str | None) -> int:
        score = score_in(descriptor.get("properties"))
        if score is not None:
            return score
        if vector is not None:
            return tenths_of_vector(vector)
        return TENTHS_OF_LEVEL[self.default_level(rule_id)]

    def has_score(self, rule_id: str) -> bool:
        """Return whether the tool itself gives the rule a score or a vector."""
        return rule_id in self._scored

    def default_level(self, rule_id: str) -> str:
        """Return the level of a rule's results that give none: the run's setting, the rule's, or `warning`."""
        descriptor = self._descriptors.get(rule_id, {})
        override = self._overrides.get(rule_id)
        level = override or mapping(descriptor.get("defaultConfiguration")).get("level")
        return level if isinstance(level, str) and level in TENTHS_OF_LEVEL else "warning"

    def message(self, rule_id: str, message_id: object) -> str:
        """Return a rule's message text by its id; the rule's title where there is none."""
        messages = mapping(self._descriptors[rule_id].get("messageStrings"))
        found = messages.get(message_id) if isinstance(message_id, str) else None
        return _message(found) or self._used[rule_id].title

    def _cwes(self, descriptor: dict[str, object]) -> tuple[str, ...]:
        """Return the CWE ids of a rule: from its tags, its relationships to taxa, and its properties."""
        properties = mapping(descriptor.get("properties"))
        places = [*items(properties.get("tags")), *items(properties.get("cwe")), properties.get("cwe")]
        found = cwe_numbers_in(*places)
        for relationship in objects(descriptor.get("relationships")):
            target = mapping(relationship.get("target"))
            component = str(mapping(target.get("toolComponent")).get("name", ""))
            found |= self._taxa.get(str(target.get("id")), set()) if component.upper() != "CWE" else set()
            if component.upper() == "CWE":
                found |= {int(n) for n in re.findall(r"\d{1,5}", str(target.get("id")))[:1]}
        return cwe_ids_of(found)


def _first_sentence(words: str) -> str:
    return re.split(r"(?<=[.!?])\s", words, maxsplit=1)[0].rstrip(".")


def _message(value: object) -> str | None:
    message = mapping(value)
    return text(message.get("text"), MOST_TEXT) or text(message.get("markdown"), MOST_TEXT)


def score_in(properties: object) -> int | None:
    """Return the tenths of `security-severity` in a property bag, None if it is no score."""
    score = number(mapping(properties).get("security-severity"))
    if score is None or not 0 <= score <= HIGHEST_TENTHS / 10:
        return None
    return round(score * 10)


def _vector(descriptor: dict[str, object]) -> str | None:
    properties = mapping(descriptor.get("properties"))
    for key in _VECTOR_KEYS:
        vector = text(properties.get(key), MOST_VECTOR)
        if vector is not None and vector.startswith("CVSS:"):
            try:
                tenths_of_vector(vector)
            except ValueError:
                continue
            return vector
    return None


def _taxa_cwes(run: dict[str, object]) -> dict[str, set[int]]:
    """Return the CWE numbers that the run's own taxonomies give to the ids of their taxa."""
    found: dict[str, set[int]] = {}
    for taxonomy in objects(run.get("taxonomies")):
        if str(taxonomy.get("name", "")).upper() != "CWE":
            continue
        for taxon in objects(taxonomy.get("taxa")):
            numbers = re.findall(r"\d{1,5}", str(taxon.get("id")))
            for name in (taxon.get("id"), taxon.get("guid")):
                if numbers and isinstance(name, str):
                    found.setdefault(name, set()).add(int(numbers[0]))
    return found
