"""The compact form of a signed token, taken apart strictly: one text for one token, nothing said twice.

Sources: RFC 7515 (compact serialization, section 7.1), RFC 4648 (base64url, canonical as in section 3.5), RFC 8725.
Libraries read more than that: letters outside the alphabet, spare bits, the last of two equal names.
"""

import base64
import json
import re
from typing import Any

import orjson

LONGEST = 8192
"""How many characters a token may have."""

Flat = dict[str, str | int]
"""An object of texts and whole numbers; nothing in it is nested."""

_FORM = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


def take_apart(token: str) -> tuple[Flat, Flat]:
    """Return a token's header and claims, unverified; raise ValueError if it is malformed."""
    if len(token) > LONGEST:
        raise ValueError("the token is too long")
    match = _FORM.fullmatch(token)
    if match is None:
        raise ValueError("the token is not three parts of base64url")
    header, claims, _ = (_decode(part) for part in match.groups())
    return _flat_object(header), _flat_object(claims)


def _decode(part: str) -> bytes:
    decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if base64.urlsafe_b64encode(decoded).decode().rstrip("=") != part:
        raise ValueError("the base64url is not canonical")
    return decoded


def _flat_object(text: bytes) -> Flat:
    found = orjson.loads(text)  # its depth is bounded
    if type(found) is not dict or not all(type(value) in {str, int} for value in found.values()):
        raise ValueError("a part is no object of texts and whole numbers")
    return dict(json.loads(text, object_pairs_hook=_once))


def _once(pairs: list[tuple[str, Any]]) -> Flat:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name is given twice")
    return dict(pairs)
