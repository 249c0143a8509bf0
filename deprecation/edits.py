"""Edits of files, shown as a patch or applied."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

_HUNK = re.compile(r"@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@")
_CONTEXT = 3


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """A text to be put in place of what stands between two offsets of a file, in characters."""

    file: str
    start: int
    end: int
    text: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return a file's text with edits made. Of two that overlap, the first is made."""
    made: list[str] = []
    position = 0
    for edit in sorted(set(edits)):
        if edit.start >= position:
            made += [text[position : edit.start], edit.text]
            position = edit.end
    return "".join([*made, text[position:]])


def by_file(edits: Iterable[Edit]) -> dict[str, list[Edit]]:
    """Return edits by the file that they are of."""
    found: dict[str, list[Edit]] = defaultdict(list)
    for edit in edits:
        found[edit.file].append(edit)
    return found


def patch(file: str, text: str, edits: Iterable[Edit]) -> str:
    """Return edits of a file as a unified diff, which `git apply` takes. Only the lines around are compared."""
    listed = sorted(set(edits))
    hunks: list[str] = []
    for edit in listed:
        start, end = _lines_around(text, edit)
        window = text[start:end]
        moved = Edit(file, edit.start - start, edit.end - start, edit.text)
        compared = difflib.unified_diff(_lines(window), _lines(apply(window, [moved])), lineterm="", n=_CONTEXT)
        before = text.count("\n", 0, start)
        hunks += [_shifted(line, before) if line.startswith("@@") else line for line in list(compared)[2:]]
    return "\n".join([f"--- a/{file}", f"+++ b/{file}", *hunks, ""]) if hunks else ""


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


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
