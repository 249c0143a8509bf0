"""A file that a caller sent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file's own name, never trusted as a path, and its bytes."""

    name: str
    content: bytes
