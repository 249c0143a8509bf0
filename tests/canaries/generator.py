"""Random operations over the whole contract: any field, any argument, any id of any tenant, any form of selection."""

import json
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
)

from domain.identifiers import TYPE_DIGITS
from tests.canaries.tenants import COMMON, Tenant

MOST_DEPTH = 5
WORDS = (COMMON, "weakness", "everybody -hand", "canary", "code", "src", "tool or rule", "invited")


class Generator:
    """Makes operations; what it has seen of cursors it uses again, whoever saw them."""

    def __init__(self, schema: GraphQLSchema, tenants: list[Tenant], seed: int) -> None:
        self._schema = schema
        self._random = Random(seed)
        self.cursors: list[str] = ["nonsense"]
        self._tenants = tenants
        self.favourite = tenants[0]
        """The tenant of which most is asked; by people of this one and of others."""
        self._writes = False
        self._words = [*WORDS, *(tenant.canary for tenant in tenants)]

    def query(self) -> str:
        """Return a query of one to three fields."""
        assert self._schema.query_type is not None
        fields = [self._field(self._schema.query_type, 0, number) for number in range(self._random.randint(1, 3))]
        return f"query {{ {' '.join(fields)} }}"

    def mutation(self) -> str:
        """Return a mutation of one field; it names what it likes, and writes no canary."""
        assert self._schema.mutation_type is not None
        self._writes = True
        text = f"mutation {{ {self._field(self._schema.mutation_type, 0, 0, but=FORBIDDEN_MUTATIONS)} }}"
        self._writes = False
        return text

    def subscription(self) -> str:
        """Return a subscription."""
        assert self._schema.subscription_type is not None
        return f"subscription {{ {self._field(self._schema.subscription_type, 0, 0)} }}"

    def _field(self, parent: Any, depth: int, number: int, but: frozenset[str] = frozenset()) -> str:
        names = [name for name in parent.fields if name not in but]
        if depth >= MOST_DEPTH:
            plain = [name for name in names if not is_composite_type(get_named_type(parent.fields[name].type))]
            if not plain:
                return f"t{number}: __typename"
            names = plain
        name = self._random.choice(names)
        field = parent.fields[name]
        target = get_named_type(field.type)
        arguments = self._arguments(field.args, target.name)
        selection = f" {{ {self._selection(target, depth + 1)} }}" if is_composite_type(target) else ""
        return f"a{depth}_{number}: {name}{arguments}{selection}"

    def _selection(self, target: Any, depth: int) -> str:
        if isinstance(target, GraphQLUnionType) or (
            isinstance(target, GraphQLInterfaceType) and self._random.random() < 0.8
        ):
            kinds = self._random.sample(self._schema.get_possible_types(target), 2)
            parts = [f"... on {one.name} {{ {self._some(one, depth, prefix=f'{one.name}')} }}" for one in kinds]
            return f"__typename {' '.join(parts)}"
        chosen = self._some(target, depth)
        if isinstance(target, GraphQLObjectType) and self._random.random() < 0.2:
            return f"... on {target.name} {{ {chosen} }}"
        return chosen

    def _some(self, target: Any, depth: int, prefix: str = "") -> str:
        if target.name.endswith("Connection"):
            return self._connection(target, depth)
        count = self._random.randint(1, 3)
        numbers = [self._field(target, depth, number) for number in range(count)]
        return " ".join(f"{prefix}{one}" for one in numbers)

    def _connection(self, target: Any, depth: int) -> str:
        nodes = f"nodes {{ {self._selection(get_named_type(target.fields['nodes'].type), depth + 1)} }}"
        parts = [
            nodes,
            "totalCount",
            "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }",
            "edges { cursor }",
        ]
        return " ".join(self._random.sample(parts, self._random.randint(1, len(parts))))

    def _arguments(self, arguments: dict[str, Any], returned: str) -> str:
        given = []
        for name, argument in arguments.items():
            if is_non_null_type(argument.type) or self._random.random() < 0.3:
                value = self._value(name, argument.type, returned)
                if value is not None:
                    given.append(f"{name}: {value}")
        return f"({', '.join(given)})" if given else ""

    def _value(self, name: str, kind: Any, returned: str = "") -> str | None:
        """Return a value for an argument or a field of an input, as GraphQL writes it."""
        target = get_named_type(kind)
        if isinstance(target, GraphQLEnumType):
            return self._random.choice(list(target.values))
        if isinstance(target, GraphQLInputObjectType):
            fields = [(one, self._value(one, field.type)) for one, field in target.fields.items()]
            kept = [
                f"{one}: {value}"
                for one, value in fields
                if value and (is_non_null_type(target.fields[one].type) or self._random.random() < 0.5)
            ]
            return f"{{{', '.join(kept)}}}"
        made = json.dumps(self._id(name, returned)) if target.name == "ID" else self._scalar(name, target.name)
        return None if made is None else f"[{made}]" if is_list_type(kind) else made

    def _scalar(self, name: str, kind: str) -> str | None:
        choose = self._random.choice
        made: dict[str, Any] = {
            "Int": lambda: choose([1, 2, 3, 5, 7]),
            "Boolean": lambda: choose([True, False]),
            "Url": lambda: "https://new.example/",
            "CvssVector": lambda: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "EmailAddress": lambda: self._name("email"),
            "after": lambda: choose(self.cursors),
            "before": lambda: choose(self.cursors),
            "name": self._new_or_known_name,
            "organizationName": lambda: self._name(name),
            "groupName": lambda: self._name(name),
            "rootNickname": lambda: self._name("nickname"),
            "nickname": lambda: self._name("nickname"),
            "coordinate": lambda: choose(COORDINATES),
        }
        if kind == "Upload":
            return None
        make = made.get(kind) or made.get(name) or (lambda: choose(WORDS if self._writes else self._words))
        return json.dumps(make())

    def _tenant(self) -> Tenant:
        return self.favourite if self._random.random() < 0.6 else self._random.choice(self._tenants)

    def _name(self, kind: str) -> str:
        tenant = self.favourite if self._writes and kind in {"email", "nickname"} else self._tenant()
        return self._random.choice(tenant.names[kind])

    def _new_or_known_name(self) -> str:
        if self._writes:
            return f"new-{self._random.randrange(10**9)}"
        return self._name(self._random.choice(["organizationName", "groupName"]))

    def _id(self, argument: str, returned: str) -> str:
        """Return an id, mostly of the type that is meant; now and then one put together from the parts of two."""
        ids = self._tenant().ids
        wanted = argument.removesuffix("Id")
        meant = ARGUMENT_TYPES.get(argument) or wanted[:1].upper() + wanted[1:] if wanted != argument else returned
        digits = TYPE_DIGITS.get(meant)
        if digits is not None and self._random.random() < 0.85:
            ids = [one for one in ids if one.startswith(digits)] or ids
        one, other = self._random.choice(ids), self._random.choice(self._random.choice(self._tenants).ids)
        if self._random.random() < 0.15:
            return one[:2] + other[2:34] + one[34:] if self._random.random() < 0.5 else one[:34] + other[34:]
        return one


ARGUMENT_TYPES = {"importId": "ScanImport"}
COORDINATES = ("Finding.title", "Finding.reportedBy", "Mutation.addFinding", "Query.search", "Session.id")
FORBIDDEN_MUTATIONS = frozenset({"signUp", "signIn", "signOut", "changePassword", "importScan"})
"""Those that hash passwords, which takes long, or take a file; the matrix tries them."""
