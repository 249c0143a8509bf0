"""What a finding is and how it may change.

A finding is one kind of weakness in a group; its vulnerabilities say where. Its status follows from them:
DRAFT while it has none that was ever open, VULNERABLE while one is, SAFE afterwards.
"""

import re
from dataclasses import dataclass, replace
from typing import Self

from domain.errors import BadUserInput
from domain.names import check_text
from domain.severity import tenths_of_vector

MOST_TITLE = 200
MOST_TEXT = 20_000
_CWE = re.compile(r"CWE-([1-9][0-9]{0,4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FindingContent:
    """What a person may write about a finding."""

    title: str
    description: str
    recommendation: str
    severity_vector: str | None
    severity_tenths: int
    cwe_ids: tuple[str, ...]

    @classmethod
    def write(
        cls,
        *,
        title: str,
        description: str,
        recommendation: str,
        severity_vector: str | None = None,
        cwe_ids: list[str],
    ) -> Self:
        """Return checked content; its score is that of the vector. Raises BadUserInput naming the wrong input."""
        return cls(
            title=check_text(title, "title", least=3, most=MOST_TITLE),
            description=check_text(description, "description", most=MOST_TEXT),
            recommendation=check_text(recommendation, "recommendation", most=MOST_TEXT),
            severity_vector=severity_vector,
            severity_tenths=tenths_of_vector(severity_vector) if severity_vector else 0,
            cwe_ids=check_cwe_ids(cwe_ids),
        )

    def update(
        self,
        *,
        title: str | None = None,
        description: str | None = None,
        recommendation: str | None = None,
        severity_vector: str | None = None,
        cwe_ids: list[str] | None = None,
    ) -> Self:
        """Return the content with the given parts replaced; what is None stays. Raises BadUserInput."""
        changed = self
        if title is not None:
            changed = replace(changed, title=check_text(title, "title", least=3, most=MOST_TITLE))
        if description is not None:
            changed = replace(changed, description=check_text(description, "description", most=MOST_TEXT))
        if recommendation is not None:
            text = check_text(recommendation, "recommendation", most=MOST_TEXT)
            changed = replace(changed, recommendation=text)
        if severity_vector is not None:
            tenths = tenths_of_vector(severity_vector)
            changed = replace(changed, severity_vector=severity_vector, severity_tenths=tenths)
        if cwe_ids is not None:
            changed = replace(changed, cwe_ids=check_cwe_ids(cwe_ids))
        return changed


def check_cwe_ids(cwe_ids: list[str]) -> tuple[str, ...]:
    """Return the ids as `CWE-79`, sorted by number, each once; raise BadUserInput if one is no CWE id."""
    if len(cwe_ids) > 20:
        raise BadUserInput(f"`cweIds` has {len(cwe_ids)} ids: at most 20.", argument="cweIds")
    numbers = set()
    for text in cwe_ids:
        match = _CWE.fullmatch(text.strip())
        if match is None:
            raise BadUserInput(f"`cweIds` contains {text[:40]!r}: write an id as CWE-79.", argument="cweIds")
        numbers.add(int(match[1]))
    return tuple(f"CWE-{number}" for number in sorted(numbers))
