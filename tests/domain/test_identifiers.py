"""Ids: the digits that say an object's type belong to that type for good."""

import re
import subprocess
from collections import defaultdict
from pathlib import Path

from api.bindables import bindables
from domain.identifiers import TYPE_DIGITS

ROOT = Path(__file__).parent.parent.parent
_SAID = re.compile(r'^\+.*?"([A-Z]\w+)"[,:] (?:digits=)?"([0-9a-f]{2})"')


def test_digits_are_never_used_again() -> None:
    """Read what every commit has ever said: an id that a client kept must not come to name something else."""
    log = ["git", "log", "-p", "--unified=0", "--format=", "--", "database/*.py", "domain/identifiers.py"]
    history = subprocess.run(log, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    ever: dict[str, set[str]] = defaultdict(set)
    for line in history.splitlines():
        if found := _SAID.match(line):
            ever[found[2]].add(found[1])
    bindables()
    for name, digits in TYPE_DIGITS.items():
        ever[digits].add(name)
    assert len(ever) >= len(TYPE_DIGITS) >= 12
    assert {digits: names for digits, names in ever.items() if len(names) > 1} == {}
