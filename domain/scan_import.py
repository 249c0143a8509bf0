"""What an import is asked to do, checked before anything is stored."""

import hashlib
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from domain.errors import BadUserInput
from domain.names import check_text
from domain.upload import UploadedFile

MOST_FILE_NAME = 255
MOST_LABEL = 200


def _label(text: str | None, argument: str) -> str | None:
    return None if text is None else check_text(text, argument, least=1, most=MOST_LABEL)


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """A report and what was said about it."""

    file: UploadedFile
    root_nickname: str | None
    branch: str | None
    commit: str | None
    category: str | None
    idempotency_key: str | None
    strict: bool

    @classmethod
    def check(  # one argument each of the contract
        cls,
        *,
        file: UploadedFile,
        most_bytes: int,
        root_nickname: str | None,
        branch: str | None,
        commit: str | None,
        category: str | None,
        idempotency_key: str | None,
        strict: bool,
    ) -> Self:
        """Return the request; raise BadUserInput naming what is wrong with it."""
        size = len(file.content)
        if not size:
            raise BadUserInput("`file` is empty: send the report that the scanner wrote.", argument="file")
        if size > most_bytes:
            raise BadUserInput(
                f"`file` has {size:,} bytes: at most {most_bytes:,} are taken here (ADARVE_MOST_UPLOAD_BYTES).",
                argument="file",
            )
        name = "".join(c for c in file.name if c.isprintable())[-MOST_FILE_NAME:] or "report"
        return cls(
            UploadedFile(name, file.content),
            _label(root_nickname, "rootNickname"),
            _label(branch, "branch"),
            _label(commit, "commit"),
            _label(category, "category"),
            _label(idempotency_key, "idempotencyKey"),
            strict,
        )


def scan_target(tool: str, category: str | None, root_id: UUID | None, branch: str | None) -> str:
    """Return what makes two imports scans of the same thing by the same tool, as 64 hexadecimal digits.

    Only a later import of the same target closes what an earlier one found.
    """
    parts = (tool, category or "", root_id.hex if root_id else "", branch or "")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
