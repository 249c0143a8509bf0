"""How types of the contract are bound to Python: each binding says who may see what, so that nothing is seen by
accident.

* `GuardedType`: an object of ours; its `visible` action is checked wherever such an object enters a result.
* `CarrierType`: connections, edges and payloads, which carry objects; made by `connection` and `payload`.
* `PublicType`: what anyone may see.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from ariadne import ObjectType

from authz.actions import Action
from authz.caller import Info
from authz.guards import Guard, mark
from authz.nouns import Noun
from authz.police import BIT
from bindings.lists import (
    ListInputs,
    Relation,
    edge_cursor_of,
    edges_of,
    node_of,
    nodes_of,
    page_info_of,
    total_counts,
)
from bindings.pushdown import Pushdown
from bindings.rights import refusal_of, rights_at
from database.derived import DERIVED, GLOBAL_ID, PYTHON_ONLY, Derived, PythonOnly
from database.page import PageQuery
from database.row import AnyRow
from database.statement import Statement
from domain.names import snake_case
from engine.batch import BatchResolver
from engine.reading import Column, Computed, Masked

Value = Callable[[Any], Any]
Source = str | Derived | PythonOnly
"""A column, or what is made of several: where that can be in SQL too, as a Derived, lists stay fast."""


class GuardedType(ObjectType):
    """An object type whose objects are visible to those who may do its `visible` action where the object is."""

    def __init__(self, name: str, *, visible: Action) -> None:
        """Bind the type `name` of the SDL."""
        super().__init__(name)
        self.visible = visible
        self.actions: dict[str, Action] = {}

    @classmethod
    def of(cls, noun: Noun, name: str | None = None) -> "GuardedType":
        """Bind the type of a noun, or one of its types, with the `id` that every object of it has."""
        made = cls(name or noun.name, visible=noun.visible)
        made.expose(noun.visible, id=GLOBAL_ID)
        return made

    def expose(self, action: Action, *fields: str, **renamed: Source) -> None:
        """List plain columns that need an action; the type's own action needs no further check.

        A field reads the column of its own name in snake case, or the one it is renamed to, or what is made of the
        record: a Derived in Python and SQL, a PythonOnly in Python only. Columns that need another action than the
        type's own are nullable in the SDL. Raises TypeError on a function that does not say which of the two it is.
        """
        sources: dict[str, Source] = {**{field: snake_case(field) for field in fields}, **renamed}
        for field, source in sources.items():
            self.actions[field] = action
            value = _reading(f"{self.name}.{field}", source)
            resolver = value if action is self.visible else Masked(value, BIT[action], rights_at, refusal_of(action))
            self.set_field(field, mark(resolver, Guard("column", action)))

    def relation(
        self,
        field: str,
        query: PageQuery[AnyRow],
        *,
        visible: Action,
        order: str,
        descending: bool = False,
        inputs: ListInputs | None = None,
    ) -> None:
        """Declare a list of other objects below this one, as a connection; `visible` is the other type's action."""
        relation = Relation(query, visible, order, descending, inputs)
        reads = frozenset({"organization_id", "key"})
        resolver = BatchResolver(relation.connections, Pushdown(relation), reads)
        self.set_field(field, mark(resolver, Guard("relation", visible)))

    def one(self, field: str, statement: Statement[AnyRow], column: str, *, visible: Action) -> None:
        """Declare another object that a column of this one names; `visible` is the other type's action."""

        async def resolve_all(parents: Sequence[AnyRow], info: Info) -> list[AnyRow | None]:
            keys = {parent[column] for parent in parents if parent[column] is not None}
            if not keys:
                return [None for _ in parents]
            rows = await info.context.reader.fetch(
                statement, organizations=list({parent["organization_id"] for parent in parents}), keys=list(keys)
            )
            found = {(row["organization_id"], row["key"]): row for row in rows}
            return [found.get((parent["organization_id"], parent[column])) for parent in parents]

        resolver = BatchResolver(resolve_all, reads=frozenset({"organization_id", column}))
        self.set_field(field, mark(resolver, Guard("relation", visible)))

    def several(self, field: str, resolve_all: Callable[..., Any], *, action: Action) -> None:
        """Bind a field that is resolved for all parents at once; it needs the action."""
        self.set_field(field, mark(BatchResolver(resolve_all), Guard("relation", action)))


class CarrierType(ObjectType):
    """A type that carries objects and has nothing of its own to hide."""

    def __init__(self, name: str, *, connection: bool = False) -> None:
        """Bind the type `name` of the SDL; `connection` where it counts objects, and so must not be public."""
        super().__init__(name)
        self.connection = connection

    def carry(self, field: str, value: Value) -> None:
        """Bind a field to what a function makes of the carrier."""
        self.set_field(field, mark(Computed(value), Guard("carrier")))


class PublicType(ObjectType):
    """A type that anyone may see."""

    def __init__(self, name: str, *fields: str, **computed: Value) -> None:
        """Bind the type `name` of the SDL; its fields are keys of the mapping that stands for the object."""
        super().__init__(name)
        for field in fields:
            self.set_field(field, mark(Column(field), Guard("public")))
        for field, value in computed.items():
            self.set_field(field, mark(Computed(value), Guard("public")))


def connection(name: str) -> list[CarrierType]:
    """Bind the connection and edge types of a kind of object: `connection("Finding")`."""
    carrier = CarrierType(f"{name}Connection", connection=True)
    carrier.carry("edges", edges_of)
    carrier.carry("nodes", nodes_of)
    carrier.carry("pageInfo", page_info_of)
    carrier.set_field("totalCount", mark(BatchResolver(total_counts), Guard("carrier")))
    edge = CarrierType(f"{name}Edge", connection=True)
    edge.carry("node", node_of)
    edge.carry("cursor", edge_cursor_of)
    return [carrier, edge]


def payload(name: str, *objects: str) -> CarrierType:
    """Bind a mutation's payload: `success` and the changed objects, which the mutation returns in a mapping."""
    carrier = CarrierType(name)
    carrier.carry("success", lambda _: True)
    for field in objects:
        carrier.carry(field, itemgetter(field))
    return carrier


def handed_over() -> Computed:
    """Bind a field of Subscription to what its guarded source yields; objects pass the visibility check."""
    return mark(Computed(_itself), Guard("event"))


def _itself(event: object) -> Any:
    return event


def _reading(coordinate: str, source: Source) -> Column | Computed:
    if isinstance(source, str):
        return Column(source)
    if isinstance(source, Derived):
        DERIVED[source.of] = source
    elif isinstance(source, PythonOnly):
        PYTHON_ONLY[source.of] = source
    else:
        raise TypeError(
            f"{coordinate}: say whether PostgreSQL can write it too, as only then lists stay fast; give a Derived or a "
            "PythonOnly, of database/derived.py"
        )
    return Computed(source.of)
