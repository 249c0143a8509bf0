"""Random schemas, documents, variables and resolvers: what the engine and graphql-core are both given.

Everything follows from a number. What a resolver does follows from the number and from the place of its field, so that
two executions of a case meet the same.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from zlib import crc32

from graphql import (
    DocumentNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    Undefined,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    parse,
)
from graphql.type import GraphQLBoolean

from engine.batch import BatchResolver
from engine.reading import Checked, Column, Computed, Masked

DEEPEST = 4
"""How deep documents are nested."""


class Trouble(Exception):
    """What resolvers raise."""


class Items(Mapping):
    """A mapping that is no dict."""

    def __init__(self, items: dict[str, Any]) -> None:
        self._items = items

    def __getitem__(self, key: str) -> Any:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


class Thing:
    """An object with attributes."""

    def __init__(self, items: dict[str, Any]) -> None:
        self.__dict__.update(items)


class OtherThing(Thing):
    """An object of another class."""


class Elusive(Thing):
    """An object that answers for attributes which it does not have."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)


class Called(Thing):
    """An object that is called where it is read under a field's name."""

    def __call__(self, _info: Any, **_: Any) -> Any:
        return Thing({**vars(self), "kind": "T0"})


class Words(str):
    """A text that is no `str` itself."""

    __slots__ = ()


@dataclass
class Case:
    """A case; `calls` says what was resolved in which order."""

    number: int
    waits: bool
    """Whether resolvers may return something to await."""
    batches: bool
    cancels: bool
    calls: list[Any] = field(default_factory=list)
    made: list[Any] = field(default_factory=list)
    """The coroutines that resolvers made."""
    again: bool = False
    """Whether what is made now may be read more than once."""

    def __post_init__(self) -> None:
        self.chance = Random(self.number)
        _SchemaMaker(self).make()

    schema: GraphQLSchema = field(init=False)

    def at(self, *key: Any) -> Random:
        """Return the chance of a place: the same in every execution."""
        return Random(crc32(repr((self.number, key)).encode()))

    def root(self) -> Any:
        return self.thing(self.schema.query_type, ())

    def forget(self) -> None:
        """Close the coroutines at which nobody came to look."""
        for one in self.made:
            one.close()
        self.made = []

    def _made(self, coroutine: Any) -> Any:
        self.made.append(coroutine)
        return coroutine

    # What resolvers return

    def value(self, graphql_type: Any, place: tuple[Any, ...]) -> Any:
        """Return what a resolver returns for a type at a place."""
        chance = self.at("value", place)
        if isinstance(graphql_type, GraphQLNonNull):
            if chance.random() < 0.03:
                return chance.choice([None, Undefined])
            return self.value(graphql_type.of_type, place)
        odd = chance.random()
        if odd < 0.06:
            return None
        if odd < 0.08:
            return Trouble(f"returned at {place}")
        if odd < 0.10:
            return chance.choice([object, 7, "odd", [], {}, float("nan"), Words("words"), True])
        if isinstance(graphql_type, GraphQLList):
            return self._list(graphql_type.of_type, place, chance)
        if is_leaf_type(graphql_type):
            return self._leaf(graphql_type, chance)
        if is_abstract_type(graphql_type):
            graphql_type = chance.choice(self.schema.get_possible_types(graphql_type))
        return self.thing(graphql_type, place)

    def _leaf(self, leaf: Any, chance: Random) -> Any:
        choices: dict[str, list[Any]] = {
            "Int": [0, 5, -7, True, 2**31, 3.0, "8"],
            "Float": [1.5, 2, float("inf"), -0.0, "2.5"],
            "String": ["", "text", "é", 5, True, 1.5, Words("words")],
            "Boolean": [True, False, 1, 0.0],
            "ID": ["id", 7, 7.0, "é"],
            "Color": ["red", 2, "green", "RED", ["unhashable"], (1, 2)],
            "Odd": [3, 5, 4, "seven", None, {"a": 1}],
        }
        some = choices[leaf.name]
        return some[0] if chance.random() < 0.6 else chance.choice(some)

    def _list(self, item_type: Any, place: tuple[Any, ...], chance: Random) -> Any:
        items = []
        for index in range(chance.choice([0, 1, 2, 2, 3])):
            here = (*place, index)
            item = self.value(item_type, here)
            if self.waits and self.at("waits", here).random() < 0.12:
                item = self.later(here, item)
            items.append(item)
        kind = chance.random()
        if kind < 0.7:
            return items
        if kind < 0.8 or self.again:
            return tuple(items)
        if kind < 0.9 or not self.waits:
            return self._generated(items, place)
        return self._generated_later(items, place)

    def _generated(self, items: list[Any], place: tuple[Any, ...]) -> Any:
        yield from items
        if self.at("ends", place).random() < 0.1:
            raise Trouble(f"iterated at {place}")

    async def _generated_later(self, items: list[Any], place: tuple[Any, ...]) -> Any:
        try:
            for item in items:
                if self.at("sleeps", place).random() < 0.5:
                    await asyncio.sleep(0)
                yield item
        finally:
            self.calls.append(("closed", place))
        if self.at("ends", place).random() < 0.1:
            raise Trouble(f"iterated at {place}")

    def thing(self, object_type: Any, place: tuple[Any, ...]) -> Any:
        """Return an object of a type, with what the default resolver reads of it."""
        chance = self.at("thing", place)
        items: dict[str, Any] = {"kind": object_type.name, "place": place}
        wrong = chance.random() < 0.03
        type_name = chance.choice(["T0", "Nothing", "Face", "Int"]) if wrong else object_type.name
        for name, one in object_type.fields.items():
            if one.resolve is None:
                items[name] = self._readable(one, name, (*place, name))
            elif _reads_column(one.resolve):
                shallow = len(place) < DEEPEST or is_leaf_type(get_named_type(one.type))
                items[name] = self.plain_value(one.type, (*place, name)) if shallow else None
        kinds: list[Any] = [dict, dict, Items, Thing, Thing, OtherThing, Elusive, Called]
        made = chance.choice(kinds)
        if made in {dict, Items}:
            return made({**items, "__typename": type_name})
        thing = made(items)
        vars(thing)[f"_{made.__name__}__typename"] = type_name
        return thing

    def plain_value(self, graphql_type: Any, place: tuple[Any, ...]) -> Any:
        """Return a value in which nothing has to be awaited."""
        before = self.waits, self.again
        self.waits, self.again = False, True
        try:
            return self.value(graphql_type, place)
        finally:
            self.waits, self.again = before

    def _readable(self, one: GraphQLField, name: str, place: tuple[Any, ...]) -> Any:
        chance = self.at("readable", place)
        odd = chance.random()
        if is_leaf_type(get_named_type(one.type)) and odd < 0.7 and not one.args:
            return self.value(one.type, place)
        if odd < 0.75:
            return None

        def method(info: Any, **arguments: Any) -> Any:
            return self.resolve(one.type, name, info, arguments)

        return method

    def resolve(self, graphql_type: Any, name: str, info: Any, arguments: dict[str, Any]) -> Any:
        """Do what a resolver does at this place."""
        place = tuple(info.path.as_list())
        chance = self.at("resolves", place)
        self.calls.append((name, place, repr(arguments)))
        # Whether a level is resolved before or after another resolver is called is nobody's promise.
        if arguments.get("wishes") and not self.batches:
            arguments["wishes"]["first"] = "changed"
        if self.waits and chance.random() < 0.4:
            return self._made(self._resolve_later(graphql_type, place, chance))
        if chance.random() < 0.04:
            raise Trouble(f"raised at {place}")
        return self.value(graphql_type, place)

    async def _resolve_later(self, graphql_type: Any, place: tuple[Any, ...], chance: Random) -> Any:
        self.calls.append(("began", place))
        for _ in range(chance.choice([0, 0, 1, 2, 3])):
            await asyncio.sleep(0)
        if self.cancels and chance.random() < 0.04:
            raise asyncio.CancelledError
        if chance.random() < 0.06:
            raise Trouble(f"raised late at {place}")
        self.calls.append(("ended", place))
        return self.value(graphql_type, place)

    def later(self, place: tuple[Any, ...], value: Any) -> Any:
        """Return a value as something to await: a coroutine, a future or an object of another kind."""
        chance = self.at("later", place)
        coroutine = self._made(self._give(place, value, chance))
        if chance.random() < 0.2:
            return asyncio.ensure_future(coroutine)
        return _Awaitable(coroutine) if chance.random() < 0.2 else coroutine

    async def _give(self, place: tuple[Any, ...], value: Any, chance: Random) -> Any:
        for _ in range(chance.choice([0, 0, 1, 2])):
            await asyncio.sleep(0)
        if chance.random() < 0.08:
            raise Trouble(f"raised at item {place}")
        return value


class _Awaitable:
    def __init__(self, coroutine: Any) -> None:
        self._coroutine = coroutine

    def __await__(self) -> Any:
        return self._coroutine.__await__()


def _reads_column(resolver: Any) -> bool:
    """Whether a resolver reads an item of its parent, at last."""
    inner = getattr(resolver, "resolver", None)
    return type(resolver) is Column or (inner is not None and _reads_column(inner))


def _odd_number(value: Any) -> Any:
    if value is None or value == "seven":
        return None
    if isinstance(value, int) and value % 2 == 0:
        raise Trouble(f"{value} is even")
    return value


class _SchemaMaker:
    """Makes the schema of a case. A field's name decides its type and arguments, so that any two can be merged."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.chance = case.chance
        self.color = GraphQLEnumType(
            "Color",
            {"RED": GraphQLEnumValue("red"), "TWO": GraphQLEnumValue(2), "GREEN": None, "LIST": ["unhashable"]},
        )
        self.odd = GraphQLScalarType("Odd", coerce_output_value=_odd_number)
        self.input = GraphQLInputObjectType(
            "Wishes",
            {
                "first": GraphQLInputField(GraphQLInt, default_value=3),
                "names": GraphQLInputField(GraphQLList(GraphQLString)),
                "color": GraphQLInputField(self.color),
            },
        )
        self.leaves: list[Any] = [
            GraphQLInt, GraphQLFloat, GraphQLString, GraphQLBoolean, GraphQLID, self.color, self.odd,
        ]  # fmt: skip
        self.composites: list[Any] = []
        self.catalog: dict[str, tuple[Any, dict[str, GraphQLArgument]]] = {}
        self.in_face: list[str] = []

    def make(self) -> None:
        chance = self.chance
        self.face = GraphQLInterfaceType("Face", lambda: self._fields(self.in_face, guarded=False))
        if chance.random() < 0.5:
            self.face.resolve_type = self._resolve_type
        objects = [self._object(f"T{number}") for number in range(chance.randint(2, 4))]
        self.union = GraphQLUnionType("Either", objects[: chance.randint(1, len(objects))])
        self.composites = [*objects, self.face, self.union]
        for number in range(chance.randint(6, 12)):
            self.catalog[f"f{number}"] = (self._wrapped(), self._arguments())
        names = list(self.catalog)
        self.in_face = chance.sample(names, 3)
        self.chosen = {f"T{number}": self._some(names) for number in range(len(objects))}
        self.chosen["Query"] = names
        query = GraphQLObjectType("Query", lambda: self._fields(names, own="Query"))
        mutation = GraphQLObjectType("Mutation", lambda: self._fields(names, own="Mutation"))
        self.case.schema = GraphQLSchema(query, mutation, types=[*objects, self.face])

    def _object(self, name: str) -> GraphQLObjectType:
        made = GraphQLObjectType(
            name, lambda: self._fields(self.chosen[name], own=name), interfaces=lambda: [self.face]
        )
        odd = self.chance.random()
        if odd < 0.2:
            made.is_type_of = lambda value, info: self._is_type_of(name, value, info)
        return made

    def _is_type_of(self, name: str, value: Any, info: Any) -> Any:
        self.case.calls.append(("is_type_of", name, tuple(info.path.as_list())))
        kind = value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)
        chance = self.case.at("is_type_of", name, repr(kind))
        answer = kind == name
        if self.case.waits and chance.random() < 0.4:

            async def later() -> bool:
                return answer

            return later()
        return answer

    def _resolve_type(self, value: Any, info: Any, _type: Any) -> Any:
        self.case.calls.append(("resolve_type", tuple(info.path.as_list())))
        kind = value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)
        chance = self.case.at("resolve_type", repr(kind))
        if chance.random() < 0.05:
            raise Trouble("no type")
        found = chance.choice([None, 5, "Query"]) if chance.random() < 0.05 else kind
        if self.case.waits and chance.random() < 0.4:

            async def later() -> Any:
                return found

            return later()
        return found

    def _some(self, names: list[str]) -> list[str]:
        chosen = self.chance.sample(names, self.chance.randint(2, len(names)))
        return [name for name in names if name in chosen or name in self.in_face]

    def _wrapped(self) -> Any:
        found = self.chance.choice(self.leaves if self.chance.random() < 0.5 else self.composites)
        for _ in range(self.chance.choice([0, 0, 0, 1, 1, 2])):
            found = GraphQLList(GraphQLNonNull(found) if self.chance.random() < 0.3 else found)
        return GraphQLNonNull(found) if self.chance.random() < 0.3 else found

    def _arguments(self) -> dict[str, GraphQLArgument]:
        if self.chance.random() < 0.5:
            return {}
        every = {
            "number": GraphQLArgument(GraphQLInt, default_value=self.chance.choice([Undefined, 4])),
            "must": GraphQLArgument(GraphQLNonNull(GraphQLString), default_value="given"),
            "color": GraphQLArgument(self.color, out_name="colour"),
            "wishes": GraphQLArgument(self.input),
            "odd": GraphQLArgument(self.odd),
        }
        return {name: every[name] for name in self.chance.sample(list(every), self.chance.randint(1, 3))}

    def _fields(self, names: list[str], own: str = "", *, guarded: bool = True) -> dict[str, GraphQLField]:
        return {name: self._field(name, own, *self.catalog[name]) for name in names}

    def _field(self, name: str, own: str, graphql_type: Any, arguments: dict[str, GraphQLArgument]) -> GraphQLField:
        case = self.case
        chance = case.at("kind of field", own, name)
        kind = chance.random()
        made = GraphQLField(graphql_type, arguments)
        if not own or kind < 0.4:
            return made
        if case.batches and kind < 0.75:
            made.resolve = BatchResolver(self._batch(name, graphql_type))
        elif own in {"Query", "Mutation"} or kind < 0.7 or arguments:
            made.resolve = lambda _, info, **given: case.resolve(graphql_type, name, info, given)
        elif kind < 0.85:
            made.resolve = Column(name)
        else:
            made.resolve = Computed(lambda parent: case.plain_value(graphql_type, (*_place(parent), name)))
        if isinstance(made.resolve, Column | Computed) and chance.random() < 0.4:
            made.resolve = Masked(made.resolve, 1 << chance.randrange(3), self._rights, self._refusal)
        if chance.random() < 0.2:
            made.resolve = Checked(made.resolve, self._check)
        return made

    def _rights(self, _context: Any, parent: Any) -> int:
        chance = self.case.at("rights", _place(parent))
        if chance.random() < 0.03:
            raise Trouble("no rights are known")
        return chance.randrange(8) | chance.randrange(8)

    def _common_rights(self, items: list[Any]) -> int | None:
        """Return the rights that all of some objects give; None where these differ, or are not known."""
        if not all(isinstance(one, Thing | dict) for one in items):
            return None
        try:
            rights = {self._rights(None, one) for one in items}
        except Trouble:
            return None
        return rights.pop() if len(rights) == 1 else None

    @staticmethod
    def _refusal(_context: Any, parent: Any, coordinate: str) -> Exception:
        return Trouble(f"{coordinate} is refused at {_place(parent)}")

    def _check(self, _context: Any, value: Any) -> tuple[Any, int | None]:
        """Let most values in as they are; leave out what is odd of a list; refuse some."""
        if isinstance(value, list):
            kept = [one for number, one in enumerate(value) if number != 1]
            return kept, self._common_rights(kept)
        chance = self.case.at("check", _place(value), repr(value) if isinstance(value, str | int) else "")
        if chance.random() < 0.05:
            raise Trouble("does not pass")
        return (None, None) if chance.random() < 0.05 else (value, self._common_rights([value]))

    def _batch(self, name: str, graphql_type: Any) -> Any:
        case = self.case

        async def resolve_all(parents: list[Any], info: Any, **arguments: Any) -> list[Any]:
            places = [(*_place(parent), name) for parent in parents]
            case.calls += [("batch", place, repr(arguments)) for place in places]
            chance = case.at("batch", info.field_name)
            for _ in range(chance.choice([0, 1, 2])):
                await asyncio.sleep(0)
            if chance.random() < 0.04:
                raise Trouble(f"all of {name}")
            return [case.value(graphql_type, place) for place in places]

        return resolve_all


def _place(parent: Any) -> tuple[Any, ...]:
    found = parent.get("place") if isinstance(parent, Mapping) else getattr(parent, "place", None)
    return found if isinstance(found, tuple) else ("?",)


class Writer:
    """Writes a random document for the schema of a case, and variables for it."""

    def __init__(self, case: Case, chance: Random) -> None:
        self.case = case
        self.chance = chance
        self.variables: dict[str, Any] = {}
        self.definitions: dict[str, str] = {}
        self.fragments: dict[str, str] = {}

    def write(self) -> tuple[DocumentNode, dict[str, Any]]:
        """Return a document and its variables."""
        kind = "mutation" if self.chance.random() < 0.15 else "query"
        root = self.case.schema.mutation_type if kind == "mutation" else self.case.schema.query_type
        body = self._selection(root, DEEPEST)
        names = ", ".join(f"${name}: {declared}" for name, declared in self.definitions.items())
        head = f"{kind} Q({names})" if names else kind
        return parse(" ".join([f"{head} {body}", *self.fragments.values()])), self.variables

    def _selection(self, graphql_type: Any, depth: int) -> str:
        parts = [self._one(graphql_type, depth) for _ in range(self.chance.randint(1, 5 if depth > 1 else 3))]
        return "{ " + " ".join(parts) + " }"

    def _one(self, graphql_type: Any, depth: int) -> str:
        odd = self.chance.random()
        if odd < 0.08:
            return "__typename" + self._condition()
        if odd < 0.25 and depth > 0:
            return self._fragment(graphql_type, depth)
        fields = getattr(graphql_type, "fields", {})
        names = [name for name, one in fields.items() if depth > 0 or is_leaf_type(get_named_type(one.type))]
        return self._field(fields, self.chance.choice(names), depth) if names else "__typename"

    def _field(self, fields: dict[str, GraphQLField], name: str, depth: int) -> str:
        definition = fields[name]
        arguments = self._arguments(definition)
        alias = f"a{crc32(arguments.encode())}{name}: " if arguments else ""
        if self.chance.random() < 0.1:
            alias = alias.replace(":", "_:") or f"other_{name}: "
        below = get_named_type(definition.type)
        selection = "" if is_leaf_type(below) else " " + self._selection(below, depth - 1)
        return f"{alias}{name}{arguments}{self._condition()}{selection}"

    def _fragment(self, graphql_type: Any, depth: int) -> str:
        possible: list[Any] = [graphql_type]
        if is_abstract_type(graphql_type):
            possible += self.case.schema.get_possible_types(graphql_type)
        elif graphql_type.name not in {"Query", "Mutation"}:
            possible.append(self.case.schema.type_map["Face"])
        on = self.chance.choice(possible)
        if self.chance.random() < 0.5:
            return f"... on {on.name}{self._condition()} {self._selection(on, depth - 1)}"
        known = [name for name in self.fragments if name.startswith(f"{on.name}_")]
        if known and self.chance.random() < 0.4:
            return f"...{self.chance.choice(known)}{self._condition()}"
        body = self._selection(on, depth - 1)
        name = f"{on.name}_{len(self.fragments)}"
        self.fragments[name] = f"fragment {name} on {on.name} {body}"
        return f"...{name}{self._condition()}"

    def _condition(self) -> str:
        if self.chance.random() > 0.12:
            return ""
        directive = self.chance.choice(["skip", "include"])
        if self.chance.random() < 0.3:
            return f" @{directive}(if: {self.chance.choice(['true', 'false'])})"
        name = f"if{self.chance.randint(0, 2)}"
        self._declare(name, "Boolean!", self.chance.random() < 0.5)
        return f" @{directive}(if: ${name})"

    def _declare(self, name: str, declared: str, value: Any) -> None:
        if name not in self.definitions:
            self.definitions[name] = declared
            if value is not Undefined:
                self.variables[name] = value

    def _arguments(self, definition: GraphQLField) -> str:
        given = []
        for name in definition.args:
            if self.chance.random() < 0.4:
                continue
            choices: dict[str, tuple[str, str, list[Any]]] = {
                "number": ("5", "Int", [1, 2, None, Undefined]),
                "must": ('"text"', "String!", ["a", "b"]),
                "color": (self.chance.choice(["RED", "TWO", "null"]), "Color", ["RED", "GREEN", None]),
                "wishes": ('{first: 2, names: ["a"]}', "Wishes", [{"first": 1}, {"names": ["x", None]}, None]),
                "odd": (self.chance.choice(["3", "{a: [1]}"]), "Odd", [1, [2], {"b": 3}]),
            }
            literal, declared, values = choices[name]
            if self.chance.random() < 0.5:
                given.append(f"{name}: {literal}")
            else:
                self._declare(name, declared, self.chance.choice(values))
                given.append(f"{name}: ${name}")
        return f"({', '.join(given)})" if given else ""
