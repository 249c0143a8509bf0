"""The files of a schema as they are now, and where in them something stands."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from pathlib import Path

from deprecation import coordinates
from deprecation.definition import Definition, SchemaSyntaxError
from deprecation.definitions import Splitter, decode
from deprecation.git import CannotCheckError, Repository
from deprecation.members import skip_ignored
from deprecation.problems import SourcePosition
from deprecation.schema import Schema

_LINE_END = re.compile(r"\r\n|\n|\r")


class Sources:
    """Files of SDL by path, the schema that they make, and what in them is no SDL."""

    def __init__(self, files: Mapping[str, bytes], splitter: Splitter) -> None:
        self._files = files
        self._texts: dict[str, str] = {}
        self._line_starts: dict[str, list[int]] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._paths: dict[int, str] = {}
        self.errors: list[tuple[SourcePosition, str]] = []
        self.by_file: dict[str, list[Definition]] = {}
        for path, data in files.items():
            try:
                split = splitter.split(data)
            except SchemaSyntaxError as error:
                text = data.decode(errors="replace")
                self.errors.append((place_at(path, line_starts(text), error.offset), error.message))
                continue
            self.by_file[path] = split
            self._paths.update((id(one), path) for one in reversed(split))
        self.definitions = [one for split in self.by_file.values() for one in split]
        self.schema = Schema(self.definitions)

    @property
    def paths(self) -> list[str]:
        """The files, in their order."""
        return list(self._files)

    def text(self, path: str) -> str:
        """Return what a file says."""
        if path not in self._texts:
            self._texts[path] = decode(self._files[path])
        return self._texts[path]

    def where(self, definition: Definition) -> tuple[str, int]:
        """Return the file that a definition stands in, and where it begins there."""
        path = self._paths[id(definition)]
        if path not in self._starts:
            self._starts[path] = starts_of(self.by_file[path], self.text(path))
        return path, self._starts[path][id(definition)]

    def place(self, coordinate: str, *, of_mark: bool = False) -> SourcePosition | None:
        """Return where what a coordinate names stands, or its mark; None if there is no such thing."""
        found = self.schema.get(coordinates.type_of(coordinate))
        if found is None:
            return None
        member = self.schema.member(coordinate)
        definition = found.definitions[0]
        offset = definition.name_start
        if member:
            name = coordinates.name_of_member(coordinate)
            definition = found.homes.get(name, definition)
            offset = member.mark.start if of_mark and member.mark else member.name_start
        elif coordinates.parent(coordinate) is not None:
            return None
        path, start = self.where(definition)
        if path not in self._line_starts:
            self._line_starts[path] = line_starts(self.text(path))
        return place_at(path, self._line_starts[path], start + offset)

    def nearest_place(self, coordinate: str) -> SourcePosition | None:
        """Return where it stands, or the nearest of what would hold it."""
        wanted: str | None = coordinate
        while wanted is not None:
            place = self.place(wanted)
            if place:
                return place
            wanted = coordinates.parent(wanted)
        return None


def starts_of(definitions: Iterable[Definition], text: str) -> dict[int, int]:
    """Return where each definition of a text begins, by its identity; where the same stands twice, the first time.

    They stand one after the other, with nothing between them but blanks, comments and what is no SDL.
    """
    starts: dict[int, int] = {}
    position = 0
    for one in definitions:
        position = skip_ignored(text, position)
        if not text.startswith(one.text, position):
            position = text.find(one.text, position)
        starts.setdefault(id(one), position)
        position += len(one.text)
    return starts


def line_starts(text: str) -> list[int]:
    """Return where each line of a text begins. Lines end as GraphQL says: with LF, CRLF or CR."""
    return [0, *(match.end() for match in _LINE_END.finditer(text))]


def place_at(path: str, starts: list[int], offset: int) -> SourcePosition:
    """Return the place of an offset in a text whose lines begin at some offsets."""
    line = bisect_right(starts, offset)
    return SourcePosition(path, line, offset - starts[line - 1] + 1)


def read_work_tree(repository: Repository, paths: Iterable[str]) -> dict[str, bytes]:
    """Return the SDL files at paths as they are in the work tree. Raises CannotCheckError."""
    places = {path: repository.root / path for path in paths}
    listed = [path for path, place in places.items() if place.is_file()]
    folders = [path for path, place in places.items() if place.is_dir()]
    if folders:
        listed += [path for path in repository.files_here(folders) if (repository.root / path).is_file()]
    return {path: _read(repository.root / path) for path in sorted(set(listed))}


def _read(path: Path) -> bytes:
    if path.is_symlink():
        raise CannotCheckError(f"{path} is a symbolic link, whose history is elsewhere: name the file it leads to.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise CannotCheckError(f"{path} cannot be read: {error.strerror}.") from None
