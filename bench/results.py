"""What was measured against whom: rows of `bench/results.json`, one a line, which docs/performance.md shows as a table.

`python -m bench.results` writes the table of the docs anew from the file.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.in_turn import Comparison
from bench.size import TINY

FILE = Path(__file__).parent / "results.json"
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
MARKS = {True: "yes", False: "no", None: ""}
BEGIN, END = "<!-- measured -->\n", "<!-- end of measured -->\n"


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of ours beside that of a peer in the same run; `ratio` is in the direction of the goal."""

    name: str
    ours: float
    peer: float
    unit: str
    ratio: float
    goal: str
    reached: bool | None
    """None where there is no goal, as it is there to explain others."""


def faster(name: str, found: Comparison, times: float, *, calls: int = 1) -> Row:
    """Return the row of something that is to be so many times faster than its peer."""
    ratio = 1 / found.ratio
    return _row(name, found, calls, ratio, f"at least {times:g} times cheaper", reached=ratio >= times)


def dearer(name: str, found: Comparison, times: float, *, calls: int = 1) -> Row:
    """Return the row of something that is to take at most so many times what its peer takes."""
    return _row(name, found, calls, found.ratio, f"at most {times:g} times", reached=found.ratio <= times)


def beside(name: str, found: Comparison) -> Row:
    """Return the row of something that explains others: how many times cheaper than its peer it is."""
    return _row(name, found, 1, 1 / found.ratio, "none", reached=None)


def _row(name: str, found: Comparison, calls: int, ratio: float, goal: str, *, reached: bool | None) -> Row:
    ours, peer = (round(seconds / calls * 1000, 4) for seconds in (found.first, found.second))
    return Row(name, ours, peer, "ms CPU", round(ratio, 3), goal, reached)


def keep(rows: list[Row]) -> None:
    """Print rows, and put them into the file in place of those of the same names."""
    known = {one["name"]: one for one in json.loads(FILE.read_text())} if FILE.exists() else {}
    for row in rows:
        known[row.name] = asdict(row)
        mark = MARKS[row.reached].upper()
        print(f"{row.name:70} {row.ours:10.3f} {row.peer:10.3f} {row.unit}  ratio {row.ratio:8.3f}  {row.goal} {mark}")
    if TINY:
        return
    FILE.write_text("[\n" + ",\n".join(json.dumps(one) for one in known.values()) + "\n]\n")


def table() -> str:
    """Return the rows of the file as a table in Markdown."""
    lines = ["| work | ours | peer | unit | ratio | goal | reached |", "|---|---|---|---|---|---|---|"]
    lines += [
        f"| {one['name']} | {one['ours']:g} | {one['peer']:g} | {one['unit']} | {one['ratio']:g} | {one['goal']} | "
        f"{MARKS[one['reached']]} |"
        for one in json.loads(FILE.read_text())
    ]
    return "\n".join(lines) + "\n"


def page_with(table: str, page: str) -> str:
    """Return a page whose table is this one."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page_with(table(), PAGE.read_text()))
