"""Where a SARIF result is: its file, lines and snippet. Source: SARIF 2.1.0, 3.4 (artifactLocation), 3.30 (region)."""

import posixpath
from collections.abc import Callable
from typing import NamedTuple

from domain.fingerprint import normalize_path
from domain.vulnerability import LARGEST_LINE
from scans.json_value import items, mapping, text, whole_number
from scans.limits import MOST_LOCATIONS
from scans.path import WEB, check_uri, regular_path, verbatim_path

MOST_URI = 4_000
MOST_REGION = 40_000
MOST_BASES = 100
MOST_STEPS = 10


class CodeLocation(NamedTuple):
    """A path, as the tool spells it, made regular; lines and columns counted from 1."""

    path: str
    line: int | None
    end_line: int | None
    column: int | None
    snippet: str | None


class Places:
    """Finds where the results of one run are; what the run says about its folders is looked at once."""

    def __init__(self, run: dict[str, object]) -> None:
        """Take a run."""
        self._artifacts = items(run.get("artifacts"))
        bases = mapping(run.get("originalUriBaseIds"))
        self._bases = {name: mapping(bases[name]) for name in list(bases)[:MOST_BASES]}
        self._roots = _roots(self._bases)
        self._paths: dict[tuple[str, str | None], str] = {}

    def place_of(self, result: dict[str, object], warn: Callable[[str], None]) -> CodeLocation:
        """Return the first location of a result; raise ValueError saying what is wrong with it.

        A result without any location is about the whole of what was scanned; its path is `.`.
        """
        locations = items(result.get("locations"))
        if not locations:
            return CodeLocation(".", None, None, None, None)
        if len(locations) > MOST_LOCATIONS:
            raise ValueError(f"The result has {len(locations):,} locations: at most {MOST_LOCATIONS:,} are read.")
        physical = mapping(mapping(locations[0]).get("physicalLocation"))
        if not physical:
            return CodeLocation(_logical(mapping(locations[0])), None, None, None, None)
        region = mapping(physical.get("region"))
        line, end_line = _line(region, "startLine"), _line(region, "endLine")
        if line is not None and end_line is not None and end_line < line:
            warn("`endLine` is before `startLine`, and was passed over")
            end_line = None
        snippet = text(mapping(region.get("snippet")).get("text"), MOST_REGION)
        if snippet is None and "contextRegion" in physical:
            context = mapping(physical["contextRegion"])
            snippet = text(mapping(context.get("snippet")).get("text"), MOST_REGION)
        return CodeLocation(
            self._path(mapping(physical.get("artifactLocation"))),
            line,
            end_line,
            whole_number(region.get("startColumn"), 1, LARGEST_LINE),
            snippet,
        )

    def _path(self, location: dict[str, object]) -> str:
        """Return the path of an artifact, relative to the root of what was scanned where the file says how."""
        index = location.get("index")
        if "uri" not in location and isinstance(index, int) and 0 <= index < len(self._artifacts):
            location = mapping(mapping(self._artifacts[index]).get("location"))
        uri, base_id = text(location.get("uri"), MOST_URI), location.get("uriBaseId")
        if uri is None:
            raise ValueError("`artifactLocation` names no file: it needs a `uri`, or an `index` of `artifacts`.")
        key = (uri, base_id if isinstance(base_id, str) else None)
        known = self._paths.get(key)
        if known is None:
            known = self._paths[key] = self._regular(uri, base_id)
        return known

    def _regular(self, uri: str, base_id: object) -> str:
        check_uri(uri)
        if uri.startswith((*WEB, "file:", "/")):
            return regular_path(uri, self._roots)
        return regular_path(self._based(uri, base_id), self._roots)

    def _based(self, uri: str, base_id: object) -> str:
        """Return a relative uri below its base, as far as the bases are relative themselves."""
        for _ in range(MOST_STEPS):
            base = self._bases.get(base_id, {}) if isinstance(base_id, str) else {}
            base_uri = text(base.get("uri"), MOST_URI)
            if base_uri is None or ":" in base_uri or base_uri.startswith("/"):
                return uri
            uri, base_id = posixpath.join(base_uri.rstrip("/"), uri)[:MOST_URI], base.get("uriBaseId")
        return uri


def _logical(location: dict[str, object]) -> str:
    named = [mapping(one) for one in items(location.get("logicalLocations"))]
    for one in named:
        found = text(one.get("fullyQualifiedName"), MOST_URI) or text(one.get("name"), MOST_URI)
        if found:
            return verbatim_path(found)
    return "."


def _line(region: dict[str, object], name: str) -> int | None:
    if name not in region:
        return None
    line = whole_number(region[name], 1, LARGEST_LINE)
    if line is None:
        raise ValueError(f"`{name}` is {str(region[name])[:40]!r}: it must be a whole number from 1 to {LARGEST_LINE}.")
    return line


def _roots(bases: dict[str, dict[str, object]]) -> list[str]:
    """Return the absolute folders that were scanned, the longest first, each ending in a slash."""
    found = []
    for base in bases.values():
        uri = text(base.get("uri"), MOST_URI)
        if uri is not None and uri.startswith(("file:", "/")):
            root = normalize_path(uri)
            if root not in {"", "/"}:
                found.append(root + "/")
    return sorted(found, key=len, reverse=True)
