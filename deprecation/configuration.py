"""What a project sets for the checker, in `[tool.adarve.deprecations]` of its `pyproject.toml`."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from string import Formatter
from typing import TypeVar

from deprecation.git import CannotCheckError
from deprecation.marks import Wording
from deprecation.rules import RULES

TABLE = "tool.adarve.deprecations"
_Default = TypeVar("_Default")
_GUESSES = ("schema", "schema.graphql", "schema.graphqls", "schema.gql")


@dataclass(frozen=True)
class Configuration:
    """The settings; paths are absolute.

    `ignore` lists coordinates, with `*` for anything, of which nothing is said; `ignore_only` such lists by rule.
    """

    schema: tuple[Path, ...] = ()
    documents: tuple[str, ...] = ()
    main_branch: str | None = None
    notice_months: int = 6
    wording: Wording = field(default_factory=Wording)
    ignore: tuple[str, ...] = ()
    ignore_only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folder: Path = field(default_factory=Path)
    schema_is_given: bool = False
    """Whether the schema was named to the command, and not by the project."""
    documents_are_given: bool = False
    """Whether the documents were named to the command, and not by the project."""

    def ignores(self, rule: str, coordinate: str) -> bool:
        """Whether nothing is to be said of a coordinate by a rule."""
        return any(fnmatchcase(coordinate, one) for one in (*self.ignore, *self.ignore_only.get(rule, ())))


def read_configuration(folder: Path, root: Path) -> Configuration:
    """Return the settings of the nearest `pyproject.toml` that has some, from a folder up to the repository's root.

    Raises CannotCheckError, naming the setting, if one is wrong.
    """
    for place in (folder, *folder.parents):
        path = place / "pyproject.toml"
        if path.is_file() and (table := _table(path)) is not None:
            return _configuration(table, path)
        if place == root:
            break
    return Configuration(schema=_guess(folder), folder=folder)


def schema_names(pyproject: str | None, names: Collection[str]) -> list[str]:
    """Return where a schema was: what a `pyproject.toml` said, or the first guess among the names in its folder.

    What is no TOML says nothing.
    """
    try:
        table = _table_in(pyproject or "")
    except tomllib.TOMLDecodeError:
        table = None
    listed = table.get("schema") if table else None
    if isinstance(listed, list) and listed:
        return [name for name in listed if isinstance(name, str)]
    return [name for name in _GUESSES if name in names][:1]


def _table(path: Path) -> dict[str, object] | None:
    try:
        return _table_in(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CannotCheckError(f"{path} is no TOML: {error}") from None


def _table_in(text: str) -> dict[str, object] | None:
    found: object = tomllib.loads(text)
    for name in TABLE.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _guess(folder: Path) -> tuple[Path, ...]:
    return tuple(folder / name for name in _GUESSES if (folder / name).exists())[:1]


def _configuration(table: Mapping[str, object], path: Path) -> Configuration:
    reader = _Reader(table, path)
    schema = tuple(path.parent / name for name in reader.strings("schema"))
    wording = Wording(
        removal=reader.text("wording", Wording.removal),
        replacement=reader.text("replacement-wording", Wording.replacement),
    )
    _check_template(f"{path}: {TABLE}.wording", wording.removal, "date")
    _check_template(f"{path}: {TABLE}.replacement-wording", wording.replacement, "replacement")
    made = Configuration(
        schema=schema or _guess(path.parent),
        documents=reader.strings("documents"),
        main_branch=reader.text("main-branch", None),
        notice_months=reader.months("notice-months", 6),
        wording=wording,
        ignore=reader.strings("ignore"),
        ignore_only=reader.strings_by_rule("ignore-only"),
        folder=path.parent,
    )
    reader.complain_of_others()
    return made


def _check_template(setting: str, template: str, needed: str) -> None:
    """Raise CannotCheckError unless a template has one place for what it needs, and at most one for the kind."""
    try:
        names = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
    except ValueError as error:
        raise CannotCheckError(f"{setting} is no template: {error}.") from None
    if names.count(needed) != 1:
        raise CannotCheckError(f"{setting} has no {{{needed}}} in it, or more than one.")
    if sorted(set(names) - {"kind"}) != [needed] or names.count("kind") > 1:
        raise CannotCheckError(f"{setting} may hold {{kind}} and {{{needed}}} once each, and no other braces.")


class _Reader:
    """Takes settings out of a table, each of its type."""

    def __init__(self, table: Mapping[str, object], path: Path) -> None:
        self._left = dict(table)
        self._path = path

    def _wrong(self, name: str, wanted: str) -> CannotCheckError:
        return CannotCheckError(f"{self._path}: {TABLE}.{name} must be {wanted}.")

    def text(self, name: str, default: "_Default") -> "str | _Default":
        value = self._left.pop(name, None)
        if value is None:
            return default
        if not isinstance(value, str) or not value:
            raise self._wrong(name, "a text")
        return value

    def months(self, name: str, default: int) -> int:
        value = self._left.pop(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 120:
            raise self._wrong(name, "a number of months from 0 to 120")
        return value

    def strings(self, name: str) -> tuple[str, ...]:
        value = self._left.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self._wrong(name, "a list of texts")
        return tuple(value)

    def strings_by_rule(self, name: str) -> dict[str, tuple[str, ...]]:
        value = self._left.pop(name, {})
        if not isinstance(value, dict):
            raise self._wrong(name, "a table of lists by rule")
        unknown = sorted(set(value) - RULES.keys())
        if unknown:
            raise self._wrong(name, f"by rule, and {unknown[0]!r} is none: {', '.join(RULES)}")
        reader = _Reader(value, self._path)
        return {rule: reader.strings(rule) for rule in value}

    def complain_of_others(self) -> None:
        if self._left:
            raise CannotCheckError(f"{self._path}: there is no setting {TABLE}.{min(self._left)}.")
