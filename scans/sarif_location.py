"""Where a SARIF result is: its file, lines and snippet. Source: SARIF 2.1.0, 3.4 (artifactLocation), 3.30 (region)."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from domain.fingerprint import normalize_path
from domain.vulnerability import LARGEST_LINE
from scans.json_value import items, mapping, text, whole_number

MOST_URI = 4_000
MOST_REGION = 40_000
MOST_BASES = 10
_REFUSED = ("javascript:", "data:", "vbscript:")
_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Place:
    """A path, as the tool spells it, made regular; lines and columns counted from 1."""

    path: str
    line: int | None
    end_line: int | None
    column: int | None
    snippet: str | None


def place_of(result: dict[str, Any], run: dict[str, Any]) -> Place:
    """Return the first location of a result; raise ValueError saying what is wrong with it.

    A result without any location is about the whole of what was scanned; its path is `.`.
    """
    locations = items(result.get("locations"))
    if not locations:
        return Place(".", None, None, None, None)
    physical = mapping(mapping(locations[0]).get("physicalLocation"))
    if not physical:
        return Place(_logical(mapping(locations[0])), None, None, None, None)
    uri = _uri(mapping(physical.get("artifactLocation")), run)
    region, context = mapping(physical.get("region")), mapping(physical.get("contextRegion"))
    line = _line(region, "startLine")
    snippet = text(mapping(region.get("snippet")).get("text"), MOST_REGION)
    return Place(
        path=uri,
        line=line,
        end_line=_line(region, "endLine"),
        column=whole_number(region.get("startColumn"), 1, LARGEST_LINE),
        snippet=snippet or text(mapping(context.get("snippet")).get("text"), MOST_REGION),
    )


def _logical(location: dict[str, Any]) -> str:
    named = [mapping(one) for one in items(location.get("logicalLocations"))]
    for one in named:
        found = text(one.get("fullyQualifiedName"), MOST_URI) or text(one.get("name"), MOST_URI)
        if found:
            return found
    return "."


def _line(region: dict[str, Any], name: str) -> int | None:
    if name not in region:
        return None
    line = whole_number(region[name], 1, LARGEST_LINE)
    if line is None:
        raise ValueError(f"`{name}` is {str(region[name])[:40]!r}: it must be a whole number from 1 to {LARGEST_LINE}.")
    return line


def _uri(location: dict[str, Any], run: dict[str, Any]) -> str:
    """Return the path of an artifact, relative to the root of what was scanned where the file says how."""
    index = location.get("index")
    artifacts = items(run.get("artifacts"))
    if "uri" not in location and isinstance(index, int) and 0 <= index < len(artifacts):
        location = mapping(mapping(artifacts[index]).get("location"))
    uri = text(location.get("uri"), MOST_URI)
    if uri is None:
        raise ValueError("`artifactLocation` names no file: it needs a `uri`, or an `index` of `artifacts`.")
    if uri.lower().startswith(_REFUSED):
        raise ValueError(f"`uri` is {uri[:40]!r}: it must name a file or a web address.")
    if uri.startswith(_WEB):
        return uri
    base_id = location.get("uriBaseId")
    absolute = uri.startswith(("file:", "/"))
    path = normalize_path(uri if absolute else _based(uri, base_id, run))
    for root in _roots(run):
        if path.startswith(root):
            path = path[len(root) :]
            break
    if path == ".." or path.startswith("../"):
        raise ValueError(f"`uri` is {uri[:80]!r}: it leads out of what was scanned.")
    return path or "."


def _based(uri: str, base_id: Any, run: dict[str, Any]) -> str:
    """Return a relative uri below its base, as far as the bases are relative themselves."""
    bases = mapping(run.get("originalUriBaseIds"))
    for _ in range(MOST_BASES):
        base = mapping(bases.get(base_id)) if isinstance(base_id, str) else {}
        base_uri = base.get("uri")
        if not isinstance(base_uri, str) or ":" in base_uri or base_uri.startswith("/"):
            return uri
        uri, base_id = urljoin(base_uri.rstrip("/") + "/", uri), base.get("uriBaseId")
    return uri


def _roots(run: dict[str, Any]) -> list[str]:
    """Return the absolute folders that were scanned, the longest first, each ending in a slash."""
    found = []
    for base in mapping(run.get("originalUriBaseIds")).values():
        uri = mapping(base).get("uri")
        if isinstance(uri, str) and uri.startswith(("file:", "/")):
            root = normalize_path(uri)
            if root not in {"", "/"}:
                found.append(root + "/")
    return sorted(found, key=len, reverse=True)
