"""What an import is asked to do, checked before anything is stored; and what it tells at its end."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Self
from uuid import UUID

from domain.errors import AdarveError, BadUserInput
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
    partial: bool
    allow_mass_close: bool

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
        partial: bool,
        allow_mass_close: bool,
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
            partial,
            allow_mass_close,
        )


def scan_target(tool: str, category: str | None, root_id: UUID | None, branch: str | None) -> UUID:
    """Return what makes two imports scans of the same thing by the same tool.

    Only a later import of the same target closes what an earlier one found.
    """
    parts = (tool, category or "", root_id.hex if root_id else "", branch or "")
    return UUID(bytes=hashlib.sha256("\0".join(parts).encode()).digest()[:16])


@dataclass(slots=True)
class Counts:
    """The honest numbers of an import.

    Each result of a file is exactly one of added, merged, same, reopened, suppressed, rejected and skipped; what is
    closed is no result of the file.
    """

    results: int = 0
    added: int = 0
    merged: int = 0
    same: int = 0
    reopened: int = 0
    suppressed: int = 0
    closed: int = 0
    rejected: int = 0
    skipped: int = 0

    def as_columns(self) -> dict[str, int]:
        """Return them by column."""
        return asdict(self)

    def count_same(self) -> None:
        """Set how many are as they were: all that are nothing else."""
        others = self.added + self.merged + self.reopened + self.suppressed + self.rejected + self.skipped
        self.same = self.results - others


class ImportFailed(AdarveError):
    """The import ends without any change; the message is for the person who sent the report."""
