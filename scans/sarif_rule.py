"""The rules of a SARIF run: where a tool describes them, and which one a result means.

Sources: SARIF 2.1.0, 3.49 (reportingDescriptor), 3.52 (reportingDescriptorReference), 3.27.10 (level); GitHub's
"SARIF support for code scanning" for `security-severity` and tags.
"""

import re
from typing import Any

from domain.finding import MOST_TEXT, MOST_TITLE
from domain.severity import HIGHEST_TENTHS, TENTHS_OF_LEVEL, tenths_of_vector
from scans.json_value import clean, clean_bytes, items, mapping, number, objects, text
from scans.report import Rule

MOST_RULE_ID = 500
MOST_RULE_BYTES = 1_000
MOST_VECTOR = 500
LARGEST_CWE = 99_999
_CWE = re.compile(r"\bcwe[-_/: ]{0,3}0*([1-9][0-9]{0,4})\b", re.IGNORECASE)
_VECTOR_KEYS = ("cvssV4_vector", "cvssv4_vector", "cvssV3_vector", "cvssv3_vector", "cvss", "cvss_vector")


def level_of(result: dict[str, Any], default: str) -> str:
    """Return the level of a result, or that of its rule where it gives none that SARIF knows."""
    level = result.get("level")
    return level if isinstance(level, str) and level in TENTHS_OF_LEVEL else default


class RuleBook:
    """All rules of a run, and those of them that its results use."""

    def __init__(self, run: dict[str, Any]) -> None:
        """Take a run; rules stand in `tool.driver` and in each of `tool.extensions`."""
        tool = mapping(run.get("tool"))
        self._components = [mapping(tool.get("driver")), *(mapping(one) for one in items(tool.get("extensions")))]
        self._named = {one["name"]: one for one in self._components[:0:-1] if isinstance(one.get("name"), str)}
        self._by_id: dict[str, dict[str, Any]] = {}
        for component in self._components:
            for descriptor in objects(component.get("rules")):
                rule_id = text(descriptor.get("id"), MOST_RULE_ID)
                if rule_id is not None:
                    self._by_id.setdefault(rule_id, descriptor)
        self._taxa = _taxa_cwes(run)
        self._overrides = _level_overrides(run, self._components)
        self._used: dict[str, Rule] = {}
        self._descriptors: dict[str, dict[str, Any]] = {}

    def used(self) -> dict[str, Rule]:
        """Return the rules that results have used so far, by id."""
        return dict(self._used)

    def rule_of(self, result: dict[str, Any]) -> Rule:
        """Return the rule that a result means; raise ValueError if it names none."""
        descriptor, rule_id = self._find(result)
        known = self._used.get(rule_id)
        if known is None:
            self._descriptors[rule_id] = descriptor
            known = self._used[rule_id] = self._make(rule_id, descriptor)
        return known

    def _find(self, result: dict[str, Any]) -> tuple[dict[str, Any], str]:
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
        if rule_id is None:
            raise ValueError("The result names no rule: it needs a `ruleId` or a `ruleIndex`.")
        parent = rule_id.rsplit("/", 1)[0]
        return self._by_id.get(rule_id) or self._by_id.get(parent) or {}, rule_id

    def _component(self, reference: dict[str, Any]) -> dict[str, Any]:
        named = mapping(reference.get("toolComponent"))
        index = named.get("index")
        if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(self._components) - 1:
            return self._components[index + 1]
        name = named.get("name")
        found = self._named.get(name) if isinstance(name, str) else None
        return found or self._components[0]

    def _make(self, rule_id: str, descriptor: dict[str, Any]) -> Rule:
        short = _message(descriptor.get("shortDescription"))
        full = _message(descriptor.get("fullDescription"))
        named = text(descriptor.get("name"), MOST_TITLE)
        says_nothing = short is None or rule_id in short
        title = _first_sentence(full) if says_nothing and full else short
        if title is None or len(title) > MOST_TITLE or "\n" in title:
            title = named or rule_id
        vector = _vector(descriptor)
        return Rule(
            rule_id=rule_id,
            title=clean(title, MOST_TITLE),
            description=full or short or "",
            recommendation=_message(descriptor.get("help")) or "",
            cwe_ids=self._cwes(descriptor),
            severity_tenths=self._tenths(rule_id, descriptor, vector),
            severity_vector=vector,
        )

    def _tenths(self, rule_id: str, descriptor: dict[str, Any], vector: str | None) -> int:
        score = _security_severity(descriptor)
        if score is not None:
            return score
        if vector is not None:
            return tenths_of_vector(vector)
        return TENTHS_OF_LEVEL[self.default_level(rule_id)]

    def has_score(self, rule_id: str) -> bool:
        """Return whether the tool itself gives the rule a score or a vector."""
        descriptor = self._descriptors[rule_id]
        return _security_severity(descriptor) is not None or _vector(descriptor) is not None

    def default_level(self, rule_id: str) -> str:
        """Return the level of a rule's results that give none: the run's setting, the rule's, or `warning`."""
        descriptor = self._descriptors.get(rule_id, {})
        override = self._overrides.get(rule_id)
        level = override or mapping(descriptor.get("defaultConfiguration")).get("level")
        return level if isinstance(level, str) and level in TENTHS_OF_LEVEL else "warning"

    def message(self, rule_id: str, message_id: Any) -> str:
        """Return a rule's message text by its id; the rule's title where there is none."""
        messages = mapping(self._descriptors[rule_id].get("messageStrings"))
        found = messages.get(message_id) if isinstance(message_id, str) else None
        return _message(found) or self._used[rule_id].title

    def _cwes(self, descriptor: dict[str, Any]) -> tuple[str, ...]:
        """Return the CWE ids of a rule: from its tags, its relationships to taxa, and its properties."""
        properties = mapping(descriptor.get("properties"))
        places = [*items(properties.get("tags")), *items(properties.get("cwe")), properties.get("cwe")]
        found = {int(n) for place in places if isinstance(place, str) for n in _CWE.findall(place)}
        for relationship in objects(descriptor.get("relationships")):
            target = mapping(relationship.get("target"))
            component = str(mapping(target.get("toolComponent")).get("name", ""))
            found |= self._taxa.get(str(target.get("id")), set()) if component.upper() != "CWE" else set()
            if component.upper() == "CWE":
                found |= {int(n) for n in re.findall(r"\d{1,5}", str(target.get("id")))[:1]}
        return tuple(f"CWE-{n}" for n in sorted(one for one in found if 0 < one <= LARGEST_CWE)[:20])


def _first_sentence(words: str) -> str:
    return re.split(r"(?<=[.!?])\s", words, maxsplit=1)[0].rstrip(".")


def _message(value: Any) -> str | None:
    message = mapping(value)
    return text(message.get("text"), MOST_TEXT) or text(message.get("markdown"), MOST_TEXT)


def _security_severity(descriptor: dict[str, Any]) -> int | None:
    score = number(mapping(descriptor.get("properties")).get("security-severity"))
    if score is None or not 0 <= score <= HIGHEST_TENTHS / 10:
        return None
    return round(score * 10)


def _vector(descriptor: dict[str, Any]) -> str | None:
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


def _taxa_cwes(run: dict[str, Any]) -> dict[str, set[int]]:
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


def _level_overrides(run: dict[str, Any], components: list[dict[str, Any]]) -> dict[str, str]:
    """Return the levels that the invocation's settings give to rules."""
    levels = {}
    for invocation in objects(run.get("invocations")):
        for override in objects(invocation.get("ruleConfigurationOverrides")):
            level = mapping(override.get("configuration")).get("level")
            reference = mapping(override.get("descriptor"))
            rule_id = reference.get("id")
            rules = items(components[0].get("rules"))
            index = reference.get("index")
            if rule_id is None and isinstance(index, int) and 0 <= index < len(rules):
                rule_id = mapping(rules[index]).get("id")
            if isinstance(rule_id, str) and isinstance(level, str):
                levels[rule_id] = level
    return levels
