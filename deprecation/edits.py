"""Edits of files, shown as a patch or applied."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

_HUNK = re.compile(r"@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@")
_CONTEXT = 3


@dataclass(frozen=True, slots=True)
class Edit:
    """A text to be put in place of what stands between two offsets of a file, in characters."""

    file: str
    start: int
    end: int
    text: str

    @property
    def order(self) -> tuple[int, int, bool]:
        """Where it comes among others: what ends a member comes before members that are put behind it."""
        return self.start, self.end, self.text.startswith(("\n", ","))


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return a file's text with edits made. Of two that overlap, the first is made."""
    made: list[str] = []
    position = 0
    for edit in _in_order(edits):
        if edit.start >= position:
            made += [text[position : edit.start], edit.text]
            position = edit.end
    return "".join([*made, text[position:]])


def _in_order(edits: Iterable[Edit]) -> list[Edit]:
    """Return edits as they come in a file, each once."""
    return sorted(dict.fromkeys(edits), key=lambda one: one.order)


def by_file(edits: Iterable[Edit]) -> dict[str, list[Edit]]:
    """Return edits by the file that they are of."""
    found: dict[str, list[Edit]] = defaultdict(list)
    for edit in edits:
        found[edit.file].append(edit)
    return found


def patch(file: str, text: str, edits: Iterable[Edit]) -> str:
    """Return edits of a file as a unified diff, which `git apply` takes. Only the lines around are compared."""
    hunks: list[str] = []
    for edit in _in_order(edits):
        start, end = _lines_around(text, edit)
        window = text[start:end]
        moved = Edit(file, edit.start - start, edit.end - start, edit.text)
        compared = difflib.unified_diff(_lines(window), _lines(apply(window, [moved])), n=_CONTEXT)
        before = text.count("\n", 0, start)
        hunks += [_shifted(line, before) if line.startswith("@@") else _whole(line) for line in list(compared)[2:]]
    return "".join([f"--- a/{file}\n+++ b/{file}\n", *hunks]) if hunks else ""


def _lines(text: str) -> list[str]:
    """Return the lines, each with its end. Git's lines end with LF alone."""
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [last for last in text.split("\n")[-1:] if last]


def _whole(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines_around(text: str, edit: Edit) -> tuple[int, int]:
    """Return where the lines of an edit begin and end, with some more before and after."""
    start, end = edit.start, edit.end
    for _ in range(_CONTEXT + 1):
        start = text.rfind("\n", 0, start)
        if start < 0:
            break
    for _ in range(_CONTEXT + 1):
        end = text.find("\n", end) + 1
        if end == 0:
            break
    return start + 1, end or len(text)


def _shifted(line: str, by: int) -> str:
    """Return the head of a hunk with its lines counted from further down."""

    def count(found: re.Match[str]) -> str:
        return f"@@ -{int(found[1]) + by}{found[2] or ''} +{int(found[3]) + by}{found[4] or ''} @@"

    return _HUNK.sub(count, line)
