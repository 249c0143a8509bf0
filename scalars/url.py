"""Url: an absolute address."""

from urllib.parse import urlsplit

from ariadne import ScalarType

url = ScalarType("Url")
LONGEST = 2000


@url.value_parser
def parse_url(value: object) -> str:
    """Return the address; raise ValueError unless it is absolute and has a host."""
    if not isinstance(value, str):
        raise ValueError("write an address as a string")  # noqa: TRY004
    try:
        parts = urlsplit(value)
        absolute = bool(parts.scheme and parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        absolute = False
    if not absolute or len(value) > LONGEST or any(ord(character) <= 32 for character in value):
        raise ValueError(f"{value[:80]!r} is no absolute address: write it as https://shop.example/")
    return value
