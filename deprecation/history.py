"""The versions of a schema on the main branch, and what changed from one to the next.

A version is skipped where it cannot be parsed, so that a typo on the main branch does not count as a removal. A file
keeps its history when it is moved: where files of the schema appear in a commit that takes SDL files away elsewhere,
and the same things are defined in both, the history goes on in those.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from deprecation.cache import Cache
from deprecation.changes import Change, between
from deprecation.dates import day_of
from deprecation.definitions import Definition, SchemaSyntaxError, Splitter
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
            for number, commit in enumerate(log):
                found.append(Version(commit.id, commit.timestamp, dict(files)))
                _undo(commit, files, paths)
                if commit.id in moved:
                    files |= moved[commit.id]
                    paths += moved[commit.id]
                    parent = self._repository.first_parent(commit.id)
                    log = self._repository.log(parent, paths) if parent else []
                    break
                if number == len(log) - 1:
                    log = []
        return found[::-1]

    def follow(self, commit: str, now: Mapping[str, Collection[Definition]]) -> None:
        """Take files of a commit, that were moved since to where they are in the work tree, for files of the schema.

        `now` are the definitions of each file in the work tree.
        """
        known = self._repository.files(commit, self._paths)
        names = {one.name for path, found in now.items() if path not in known for one in found}
        if names:
            deleted = self._repository.deleted_since(commit)
            self._paths += [path for path, blob in deleted.items() if self._came_from(path, blob, names, self._paths)]

    def files(self, commit: str) -> dict[str, str]:
        """Return the files of the schema in a commit."""
        return self._repository.files(commit, self._paths)

    def _came_from(self, path: str, blob: str | None, names: set[str], paths: Sequence[str]) -> bool:
        elsewhere = blob and path.endswith(SUFFIXES) and not belongs(path, paths)
        return bool(blob and elsewhere and not names.isdisjoint(self._names(blob)))

    def _moved(self, log: list[Commit], paths: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return, by commit, files elsewhere that it took away and whose definitions it brought here."""
        appeared = {one.id: [pair[1] for pair in one.files.values() if pair[0] is None and pair[1]] for one in log}
        moved: dict[str, dict[str, str]] = {}
        for commit in self._repository.deletions(one for one, blobs in appeared.items() if blobs):
            names = {name for blob in appeared[commit.id] for name in self._names(blob)}
            for path, (before, _) in commit.files.items():
                if before and self._came_from(path, before, names, paths):
                    moved.setdefault(commit.id, {})[path] = before
        return moved

    def _names(self, blob: str) -> set[str]:
        data = self._repository.read(blob)
        try:
            return {one.name for one in self._splitter.split(data or b"") if not one.extends}
        except SchemaSyntaxError:
            return set()

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


def _undo(commit: Commit, files: dict[str, str], paths: Sequence[str]) -> None:
    """Change files back to what they were before a commit."""
    for path, (before, _) in commit.files.items():
        if belongs(path, paths):
            if before is None:
                files.pop(path, None)
            else:
                files[path] = before
