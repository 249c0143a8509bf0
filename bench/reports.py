"""Large reports, as a scanner of a large code base writes them."""

import json
import random

RULES = 40
WORDS = [
    "the",
    "query",
    "is",
    "put",
    "together",
    "from",
    "text",
    "that",
    "a",
    "person",
    "sent",
    "so",
    "whoever",
    "sends",
    "it",
    "writes",
    "the",
    "statement",
    "use",
    "parameters",
]


def report(results: int, seed: int = 1, runs: int = 1) -> bytes:
    """Return a SARIF file of this many results in each run, indented as tools do."""
    chance = random.Random(seed)  # noqa: S311  # it has to be the same each time
    rules = [
        {
            "id": f"rule-{number}",
            "shortDescription": {"text": f"What rule {number} finds"},
            "properties": {"tags": ["security", f"external/cwe/cwe-{20 + number}"], "security-severity": "7.5"},
        }
        for number in range(RULES)
    ]
    log = {
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "Checker", "rules": rules}},
                "automationDetails": {"id": f"part-{run}/"},
                "results": [_result(chance, number, seed) for number in range(results)],
            }
            for run in range(runs)
        ],
    }
    return json.dumps(log, separators=(",", ":")).encode()


def _result(chance: random.Random, number: int, seed: int) -> dict[str, object]:
    words = " ".join(chance.choices(WORDS, k=12))
    path = f"src/module_{number // 50}/part_{seed}/file_{number // 10}.py"
    region = {"startLine": number % 10 * 7 + 1, "startColumn": 5, "snippet": {"text": f"    execute({words[:30]!r})"}}
    return {
        "ruleId": f"rule-{number % RULES}",
        "ruleIndex": number % RULES,
        "level": "error",
        "message": {"text": f"{words} {number}"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": path}, "region": region}}],
    }
