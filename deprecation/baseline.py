"""What a work tree is compared with: a commit, the files that made the schema there, and the schema itself."""

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from deprecation.configuration import Configuration, schema_names
from deprecation.definition import SchemaSyntaxError
from deprecation.git import CannotCheckError, Repository, relative
from deprecation.history import History, Version
from deprecation.schema import Schema


@dataclass(frozen=True)
class Baseline:
    """Finds the base of a check, in a repository whose schema is at some paths now."""

    repository: Repository
    configuration: Configuration
    history: History
    paths: Sequence[str]

    def main(self) -> str | None:
        """Return the last commit of the main branch; None if there is no commit yet."""
        return self.repository.main_branch(self.configuration.main_branch)

    def commit(self, reference: str | None) -> str | None:
        """Return the commit to compare with; None if there is none yet.

        That is where HEAD left the branch of the reference, or the main branch. On the main branch itself it is the
        last commit if the work tree differs from it, else the one before. Raises CannotCheckError.
        """
        if reference is not None:
            return self._left(reference)
        head, main = self.repository.head, self.main()
        if head is None or main is None:
            return None
        left = main if main == head else self.repository.merge_base(head, main)
        if left == head and not self.repository.is_changed([*self.paths, self._in_folder("pyproject.toml")]):
            parent = self.repository.first_parent(head)
            return parent or (head if head in self.repository.boundary else None)
        return left

    def _left(self, reference: str) -> str:
        found = self.repository.resolve(reference)
        if found is None:
            more = " This clone is shallow: fetch more of the history." if self.repository.shallow else ""
            raise CannotCheckError(f"There is no commit {reference!r} in this repository.{more}")
        return self.repository.merge_base(found, self.repository.head or found) or found

    def paths_at(self, commit: str) -> list[str]:
        """Return where the project had its schema at a commit, so that none of it drops out of sight by a setting."""
        if self.configuration.schema_is_given:
            return []
        names = self.repository.names_in(commit, self._in_folder(""))
        blob = names.get("pyproject.toml")
        data = self.repository.read(blob) if blob else None
        listed = schema_names(data.decode(errors="replace") if data else None, names)
        return [self._in_folder(name) for name in listed]

    def _in_folder(self, name: str) -> str:
        """Return the path, from the root, of what is in the folder that the settings are in."""
        folder = relative(self.configuration.folder, self.repository.root)
        path = posixpath.normpath(f"{folder}/{name}").lstrip("/")
        return "" if path == "." else path

    def schema(self, commit: str | None) -> Schema:
        """Return the schema of a commit, or of the last before it that can be parsed; an empty one for no commit.

        Raises CannotCheckError if the repository lacks a part of it.
        """
        if commit is None:
            return Schema(())
        try:
            found = self.history.schema(Version(commit, 0, self.history.files(commit)))
        except SchemaSyntaxError:
            found = self._last_parsable(commit)
        if found is None:
            raise CannotCheckError(f"This repository lacks files of the schema as it was at {commit}.")
        return found

    def _last_parsable(self, commit: str) -> Schema | None:
        for version in reversed(self.history.versions(commit)):
            try:
                return self.history.schema(version)
            except SchemaSyntaxError:
                continue
        return Schema(())
