"""Fingerprints: what makes a reported result the same one in the next report.

A tool's own fingerprint is taken where it gives a usable one. Otherwise ours is made of what stays when unrelated
lines move: the rule, the normalized path, the snippet without its white space or, lacking one, the message. Line
numbers take no part. Results that are alike in all of that are told apart by their order in the file.

Source: SARIF 2.1.0, 3.27.16 (fingerprints) and 3.27.17 (partialFingerprints).
"""

import hashlib
import posixpath
from urllib.parse import unquote

_PLACEHOLDERS = {"", "requires login", "0", "null", "none", "undefined"}


def normalize_path(uri: str) -> str:
    """Return a path as every tool's spelling of it agrees: forward slashes, no `./`, no percent signs."""
    path = unquote(uri.removeprefix("file://")).replace("\\", "/")
    cleaned = posixpath.normpath(path) if path else ""
    return "" if cleaned == "." else cleaned


def usable(fingerprints: dict[str, str]) -> str | None:
    """Return one text for a tool's own fingerprints, or None if they are placeholders that identify nothing."""
    kept = {name: value for name, value in fingerprints.items() if value.strip().casefold() not in _PLACEHOLDERS}
    return "\n".join(f"{name}={kept[name]}" for name in sorted(kept)) or None


def of_result(*, rule_id: str, path: str, own: str | None, snippet: str | None, message: str) -> bytes:
    """Return the base fingerprint of a result, 16 bytes; equal results get equal ones."""
    body = f"own:{own}" if own else f"text:{''.join(snippet.split()) if snippet else message}"
    return _hash(f"{rule_id}\0{path}\0{body}")


def tell_apart(bases: list[bytes]) -> list[bytes]:
    """Return the fingerprints made unique: the first of a kind keeps its base, later ones get their ordinal."""
    seen: dict[bytes, int] = {}
    unique = []
    for base in bases:
        ordinal = seen[base] = seen.get(base, 0) + 1
        unique.append(base if ordinal == 1 else again(base, ordinal))
    return unique


def again(base: bytes, ordinal: int) -> bytes:
    """Return the fingerprint of a later one of results that are alike; the second has the ordinal 2."""
    return _hash(f"{base.hex()}#{ordinal}")


def digest_of(*content: object) -> bytes:
    """Return what tells whether anything that is shown of a result has changed, 16 bytes."""
    return _hash(repr(content))


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]
