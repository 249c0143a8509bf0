"""Objects in memory and the queries that ask for them: BIG, MEDIUM and SMALL.

BIG is 50 groups of 20 findings of 5 vulnerabilities, MEDIUM 100 objects of 10 scalars, SMALL one object of 5. The peers
in Node have the same objects, see bench/peers/world.js, by the same schema.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

PEERS = Path(__file__).parent / "peers"
SDL = (PEERS / "schema.graphql").read_text()
BIG = """{ organization { groups { name plan findings { id title status severityScore severityRating createdAt
  vulnerabilities { id path line state severityScore } } } } }"""
BIG_WITH_REPORTERS = BIG.replace("createdAt", "createdAt reportedBy").replace("line state", "line reportedBy state")
MEDIUM = "{ medium { id title status severityScore severityRating createdAt line tool ruleId reportedBy } }"
SMALL = "{ small { id name plan description score } }"
Kind = Callable[..., Any]


class Thing:
    """An object with attributes, as a program's own classes have them."""

    def __init__(self, **attributes: Any) -> None:
        for name, value in attributes.items():
            setattr(self, name, value)


def world(kind: Kind) -> dict[str, Any]:
    """Return the objects that the queries ask for, made by a class."""

    def vulnerability(number: int) -> Any:
        return kind(
            id=f"v{number}", path=f"src/{number}.py", line=number, state="OPEN", severityScore=5.5, reportedBy="a tool"
        )

    def finding(number: int, places: int) -> Any:
        return kind(
            id=f"f{number}", title=f"title {number}", status="OPEN", severityScore=7.5, severityRating="HIGH",
            createdAt="2026-01-01", line=number, tool="Checker", ruleId="r", reportedBy="a tool",
            vulnerabilities=[vulnerability(number * 5 + place) for place in range(places)],
        )  # fmt: skip

    def group(number: int) -> Any:
        findings = [finding(number * 20 + one, 5) for one in range(20)]
        return kind(id=f"g{number}", name=f"group {number}", plan="X", description="", score=1.5, findings=findings)

    groups = [group(number) for number in range(50)]
    return {
        "organization": kind(groups=groups),
        "medium": [finding(number, 0) for number in range(100)],
        "small": groups[0],
    }
