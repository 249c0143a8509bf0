"""The versions of a schema on the main branch, and what changed from one to the next.

A version is skipped where it cannot be parsed, so that a typo on the main branch does not count as a removal. A file
keeps its history when it is moved: where things are defined in a commit that were defined in an SDL file elsewhere
before, at least half of that file's, and it took that file away or brought a new one here, the history goes on in that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import PurePosixPath

from deprecation.cache import Cache
from deprecation.changes import Change, between
from deprecation.dates import day_of
from deprecation.definition import Definition, SchemaSyntaxError
from deprecation.definitions import Splitter
from deprecation.git import SUFFIXES, Commit, Repository, belongs
from deprecation.marks import Wording
from deprecation.schema import Schema


@dataclass(frozen=True, slots=True)
class Version:
    """The files of the schema as a commit left them: blobs by path."""

    commit: str
    timestamp: int
    files: dict[str, str]

    @property
    def day(self) -> date:
        """The day it landed."""
        return day_of(self.timestamp)

    @property
    def key(self) -> str:
        """What is the same for the same files with the same content."""
        return sha256(repr(sorted(self.files.items())).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Step:
    """What a version changed. `unknown` says that what was before it is not known here."""

    version: Version
    changes: list[Change]
    unknown: bool = False


class History:
    """The history of a schema, as far as a repository has it."""

    def __init__(
        self, repository: Repository, paths: Sequence[str], wording: Wording, cache: Cache, splitter: Splitter
    ) -> None:
        self._repository = repository
        self._paths = list(paths)
        self._wording = wording
        self._cache = cache
        self._splitter = splitter
        self._last: tuple[str, Schema] | None = None

    def versions(self, start: str) -> list[Version]:
        """Return the versions in the first-parent history of a commit, oldest first."""
        found: list[Version] = []
        paths, files = list(self._paths), self._repository.files(start, self._paths)
        log = self._repository.log(start, paths)
        while log:
            moved = self._moved(log, paths)
            for commit in log:
                found.append(Version(commit.id, commit.timestamp, dict(files)))
                _undo(commit, files, paths)
                before = moved.get(commit.id) or ({} if files else self._copied(commit, paths))
                if before:
                    files |= before
                    paths += before
                    parent = self._repository.first_parent(commit.id)
                    log = self._repository.log(parent, paths) if parent else []
                    break
            else:
                log = []
        return found[::-1]

    def follow(self, commit: str, now: Iterable[Definition]) -> None:
        """Take files of a commit, that were moved since to where they are in the work tree, for files of the schema."""
        deleted = self._elsewhere(self._repository.deleted_since(commit), self._paths)
        if deleted:
            here = self._coordinates(self._repository.files(commit, self._paths).values())
            self._paths += self._sources(deleted, defined_in(now) - here)

    def take_also(self, paths: Iterable[str]) -> None:
        """Take more paths for the schema's, as it was."""
        self._paths += [path for path in paths if path not in self._paths]

    def files(self, commit: str) -> dict[str, str]:
        """Return the files of the schema in a commit."""
        return self._repository.files(commit, self._paths)

    def _moved(self, log: list[Commit], paths: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return, by commit, files elsewhere that it took away and whose definitions it brought here."""
        commits = {one.id: one for one in log}
        moved: dict[str, dict[str, str]] = {}
        for deleting in self._repository.deletions(commits):
            deleted = {path: before for path, (before, _) in deleting.files.items() if before}
            elsewhere = self._elsewhere(deleted, paths)
            if elsewhere:
                moved[deleting.id] = self._sources(elsewhere, self._appeared(commits[deleting.id]))
        return moved

    def _copied(self, commit: Commit, paths: Sequence[str]) -> dict[str, str]:
        """Return files elsewhere that were there before a commit, and whose definitions it brought here."""
        parent = self._repository.first_parent(commit.id)
        found = self._elsewhere(self._repository.files(parent, [""]), paths) if parent else {}
        return self._sources(found, self._appeared(commit)) if found else {}

    def _elsewhere(self, files: Mapping[str, str], paths: Sequence[str]) -> dict[str, str]:
        """Return the SDL files among some that are no files of the schema."""
        suffixes = {*SUFFIXES, *(PurePosixPath(one).suffix for one in self._paths)}
        listed = {path: blob for path, blob in files.items() if PurePosixPath(path).suffix in suffixes}
        return {path: blob for path, blob in listed.items() if not belongs(path, paths)}

    def _appeared(self, commit: Commit) -> set[str]:
        """Return what is defined in the files that a commit changed, and was not before."""
        before = self._coordinates(pair[0] for pair in commit.files.values())
        return self._coordinates(pair[1] for pair in commit.files.values()) - before

    def _sources(self, files: Mapping[str, str], appeared: set[str]) -> dict[str, str]:
        """Return the files of which at least half of what they define has appeared."""
        defined = {path: self._coordinates([blob]) for path, blob in files.items()}
        return {path: files[path] for path, one in defined.items() if one and 2 * len(one & appeared) >= len(one)}

    def _coordinates(self, blobs: Iterable[str | None]) -> set[str]:
        """Return what blobs define; nothing where they are no SDL, or are not here."""
        found: set[str] = set()
        for blob in filter(None, blobs):
            try:
                found |= defined_in(self._splitter.split(self._repository.read(blob) or b""))
            except SchemaSyntaxError:
                continue
        return found

    def schema(self, version: Version) -> Schema | None:
        """Return a version's schema, None if this repository lacks a part of it. Raises SchemaSyntaxError."""
        if self._last and self._last[0] == version.key:
            return self._last[1]
        definitions = []
        for path in sorted(version.files):
            data = self._repository.read(version.files[path])
            if data is None:
                return None
            definitions += self._splitter.split(data)
        made = Schema(definitions, self._last[1] if self._last else None)
        self._last = (version.key, made)
        return made

    def steps(self, versions: Sequence[Version]) -> Iterator[Step]:
        """Go through what each version changed, leaving out those that cannot be parsed."""
        before: Version | None = None
        unknown = bool(versions) and versions[0].commit in self._repository.boundary
        for version in versions:
            key = f"{before.key if before else ''}:{version.key}"
            changes = self._cache.get(key)
            if changes is None:
                try:
                    changes = self._compare(before, version)
                except SchemaSyntaxError:
                    self._cache.skip(key)
                    continue
                if changes is None:
                    before, unknown = None, True
                    continue
                self._cache.put(key, changes)
            if self._cache.skipped(key):
                continue
            yield Step(version, changes, unknown and before is None)
            before = version

    def _compare(self, before: Version | None, version: Version) -> list[Change] | None:
        """Return what differs; None if this repository lacks a part of either. Raises SchemaSyntaxError."""
        old = self.schema(before) if before else Schema(())
        new = self.schema(version)
        return None if old is None or new is None else between(old, new, self._wording)


def defined_in(definitions: Iterable[Definition]) -> set[str]:
    """Return the coordinates of the members that are defined; of types that have none, their names."""
    found: set[str] = set()
    for one in definitions:
        found |= {f"{one.name}.{member}" for member in one.members} or {one.name}
    return found


def _undo(commit: Commit, files: dict[str, str], paths: Sequence[str]) -> None:
    """Change files back to what they were before a commit."""
    for path, (before, _) in commit.files.items():
        if belongs(path, paths):
            if before is None:
                files.pop(path, None)
            else:
                files[path] = before
