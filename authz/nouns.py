"""The nouns of the contract, each declared once, beside its type in `resolvers/`.

    FINDING = declare(
        Noun("Finding", Action.FINDING_READ, argument="findingId", one=findings.BY_KEY, several=findings.BY_KEYS)
    )

Whoever needs to find objects reads it here: the guards, to load what an argument names; `node(id:)` and search; and the
seal, to check that the contract and the nouns say the same.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import cast
from uuid import UUID

from authz.actions import Action
from authz.subject import belongs_to_a_person
from database.pool import Reader
from database.row import AnyRow
from database.statement import Statement
from domain.identifiers import GlobalId, parse_global_id
from domain.names import snake_case


class NounFault(Exception):
    """Two nouns claim the same, or one claims what cannot be."""


class Level(StrEnum):
    """Where objects of a noun are, and so which enforcer decides about them."""

    USER = "user"
    ORGANIZATION = "organization"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Noun:
    """A kind of object that has an id: what makes it visible, what names it and how it is loaded.

    `one` takes `organization_id` and `key`; `several` takes `organizations` and `keys`, and is only needed for what
    is searched for. `argument` is the argument by
    which guards find an object; `names` maps other such arguments to a statement that takes `name`. `types` are the
    object types of an interface; a noun that is one type has its own name there.
    """

    name: str
    visible: Action
    argument: str
    one: Statement[AnyRow]
    several: Statement[AnyRow] | None = None
    level: Level = Level.GROUP
    names: Mapping[str, Statement[AnyRow]] = field(default_factory=dict)
    types: tuple[str, ...] = ()

    @property
    def type_names(self) -> tuple[str, ...]:
        """The object types of the contract that this noun is."""
        return self.types or (self.name,)

    @property
    def stem(self) -> str:
        """The name of its modules, and of the parameter in which a guard hands an object over: `scan_import`."""
        return snake_case(self.name[0].lower() + self.name[1:])

    async def find(self, reader: Reader, text: str, argument: str = "id") -> AnyRow | None:
        """Return the record that a global id names, or None; raise BadUserInput if it is no id of this noun."""
        return await self.load(reader, parse_global_id(text, argument, *self.type_names))

    async def load(self, reader: Reader, named: GlobalId) -> AnyRow | None:
        """Return the record of an id, or None; an id that says another type than the record's names nothing."""
        row = await reader.fetch_one(self.one, organization_id=named.organization_id, key=named.key)
        return row if row is not None and row["typename"] == named.type_name else None

    async def load_several(self, reader: Reader, objects: Sequence[tuple[UUID, UUID]]) -> dict[UUID, AnyRow]:
        """Return the records of several objects, each named by organization and key, by key; in one statement."""
        if self.several is None:
            raise NounFault(f"{self.name} does not say how `several` are loaded: see resolvers/{self.stem}.py.")
        organizations, keys = {one for one, _ in objects}, [key for _, key in objects]
        rows = await reader.fetch(self.several, organizations=list(organizations), keys=keys)
        return {cast(UUID, row["key"]): row for row in rows}


@dataclass(frozen=True, slots=True)
class Loader:
    """An argument that names an object, and how a guard finds it.

    `visible` is the action that makes such an object visible; where it is refused the object is as good as absent.
    """

    noun: Noun
    load: Callable[[Reader, str, str], Awaitable[AnyRow | None]]
    """Takes the text that names the object, and the argument for messages."""

    def absent(self, identifier: str, argument: str) -> str:
        """Return the message for an object that is absent or invisible: the two read the same."""
        called = self.noun.stem.replace("_", " ")
        return f"There is no {called} {identifier[:80]!r} that you may see (`{argument}`)."


_NOUNS: dict[str, Noun] = {}
_LOADERS: dict[str, Loader] = {}


def declare(noun: Noun) -> Noun:
    """Register a noun; raise NounFault if another one has its name, one of its types or one of its arguments."""
    for name in {noun.name, *noun.type_names}:
        if name in _NOUNS:
            raise NounFault(f"Two nouns are {name!r}: declare it once, in resolvers/{noun.stem}.py.")
    loaders = {noun.argument: Loader(noun, noun.find)}
    loaders |= {argument: Loader(noun, _by_name(statement)) for argument, statement in noun.names.items()}
    for argument in loaders:
        if argument in _LOADERS:
            other = _LOADERS[argument].noun.name
            raise NounFault(f"{noun.name} and {other} are both named by {argument!r}: choose another argument.")
    _LOADERS.update(loaders)
    for name in noun.type_names:
        _NOUNS[name] = noun
        if noun.level is Level.USER:
            belongs_to_a_person(name)
    return noun


def nouns() -> list[Noun]:
    """Return every noun that was declared, once each, by name."""
    return sorted({noun.name: noun for noun in _NOUNS.values()}.values(), key=lambda noun: noun.name)


def noun_of(type_name: str) -> Noun:
    """Return the noun of an object type; raise KeyError if there is none."""
    return _NOUNS[type_name]


def loader_of(path: str) -> Loader:
    """Return how the object of an argument is found; the last name of a path such as `input.findingId` tells.

    Raises KeyError if no noun is named by such an argument.
    """
    return _LOADERS[path.rpartition(".")[2]]


def knows_argument(path: str) -> bool:
    """Return whether some noun is named by such an argument."""
    return path.rpartition(".")[2] in _LOADERS


def _by_name(statement: Statement[AnyRow]) -> Callable[[Reader, str, str], Awaitable[AnyRow | None]]:
    async def load(reader: Reader, name: str, _: str) -> AnyRow | None:
        return await reader.fetch_one(statement, name=name.lower())

    return load
