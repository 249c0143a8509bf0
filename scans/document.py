"""An uploaded file: decompressed, its encoding checked, and its JSON split into parts that are decoded one by one.

The parts are views into the file, so a report of 100 MB never stands in memory as Python objects all at once.
"""

import gzip
import io
import zlib
from collections.abc import Sequence
from typing import Any

import msgspec
import orjson
from msgspec import Raw

from scans import limits
from scans.report import UnreadableReport

_CHUNK = 1024 * 1024
MOST_LINE = 4 * 1024 * 1024
"""How far the first line of a file of JSON lines may reach."""
_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_ELEMENTS = msgspec.json.Decoder(list[Raw])


class Document:
    """A file as its readers see it: `members` of a JSON object, `elements` of a JSON array, else `content` alone."""

    def __init__(self, upload: bytes | bytearray) -> None:
        """Take the uploaded bytes; raise UnreadableReport if they are no text that a report could be."""
        content = _decompress(upload) if upload[:2] == b"\x1f\x8b" else upload
        _check_encoding(content)
        self.content = content[3:] if content[:3] == b"\xef\xbb\xbf" else content
        self.start = bytes(self.content[:200].lstrip()[:1])
        self.members: dict[str, Raw] = {}
        self.elements: list[Raw] | None = None
        self.lines: list[tuple[int, bytes]] = []
        """Number and content of each line, where each is a JSON object of its own."""
        self.error: str | None = None
        """Why the content is no JSON."""
        if self.start == b"{":
            self._read_object()
        elif self.start == b"[":
            self.elements = self._tried(_ELEMENTS)

    def _read_object(self) -> None:
        members = self._tried(_MEMBERS)
        if members is not None:
            self.members = members
            return
        head, _, rest = self.content[:MOST_LINE].lstrip().partition(b"\n")
        if rest.lstrip()[:1] == b"{" and _decodes(head):
            if self.content.count(b"\n") > 2 * limits.MOST_RESULTS:
                raise UnreadableReport(f"The file has more lines than results are read: {limits.MOST_RESULTS:,}.")
            lines = enumerate(bytes(self.content).split(b"\n"), start=1)
            self.lines = [(number, line) for number, line in lines if line and not line.isspace()]

    def _tried(self, decoder: Any) -> Any:
        try:
            return decoder.decode(self.content)
        except RecursionError:
            raise UnreadableReport(f"The file is nested deeper than {limits.MOST_DEPTH} levels.") from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self.error = str(error)
            return None

    def member(self, name: str) -> Any:
        """Return a member of the JSON object, decoded; None if there is none."""
        return decode(self.members[name]) if name in self.members else None

    def items(self, name: str) -> Sequence[Raw] | None:
        """Return the elements of an array that is a member, not decoded yet; None if it is no array."""
        return elements_of(self.members.get(name))

    @property
    def is_xml(self) -> bool:
        """Whether it looks like XML (or HTML)."""
        return self.start == b"<"


def decode(part: Raw | bytes | bytearray) -> Any:
    """Return the value of a part; raise UnreadableReport if it is no JSON after all."""
    try:
        return orjson.loads(memoryview(part))
    except orjson.JSONDecodeError as error:
        if "depth" in str(error) or "recursion" in str(error).lower():
            raise UnreadableReport(f"The file is nested deeper than {limits.MOST_DEPTH} levels.") from None
        raise UnreadableReport(f"The file is not JSON in UTF-8: {error}.") from None


def members_of(part: Raw | None) -> dict[str, Raw] | None:
    """Return the members of a part that is a JSON object, not decoded yet; None if it is none."""
    members: dict[str, Raw] | None = _part(part, b"{", _MEMBERS)
    return members


def elements_of(part: Raw | None) -> list[Raw] | None:
    """Return the elements of a part that is a JSON array, not decoded yet; None if it is none."""
    elements: list[Raw] | None = _part(part, b"[", _ELEMENTS)
    return elements


def _part(part: Raw | None, start: bytes, decoder: Any) -> Any:
    if part is None or bytes(memoryview(part)[:1]) != start:
        return None
    try:
        return decoder.decode(part)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableReport(f"The file is not JSON in UTF-8: {error}.") from None


def _decodes(line: bytes | bytearray) -> bool:
    try:
        _MEMBERS.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _decompress(upload: bytes | bytearray) -> bytearray:
    if len(upload) > limits.MOST_COMPRESSED:
        raise UnreadableReport(
            f"The file has {len(upload):,} bytes compressed by gzip: at most {limits.MOST_COMPRESSED:,} are read."
        )
    whole = bytearray()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(upload)) as file:
            while chunk := file.read(_CHUNK):
                whole += chunk
                if len(whole) > limits.MOST_DECOMPRESSED:
                    raise UnreadableReport(
                        f"The file is larger than {limits.MOST_DECOMPRESSED:,} bytes once decompressed."
                    )
                if len(whole) > max(limits.RATIO_FREE, limits.MOST_RATIO * len(upload)):
                    raise UnreadableReport(
                        f"The file becomes more than {limits.MOST_RATIO} times larger when it is decompressed."
                    )
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableReport(f"The file is compressed by gzip, but damaged: {error}.") from None
    return whole


def _check_encoding(content: bytes | bytearray) -> None:
    if not content or content.isspace():
        raise UnreadableReport("The file is empty, or has only white space.")
    if content.startswith(b"PK\x03\x04"):
        raise UnreadableReport("The file is a zip archive: unpack it, and send the report that is in it.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content[:4]:
        raise UnreadableReport("The file is UTF-16 or UTF-32: save it in UTF-8.")
