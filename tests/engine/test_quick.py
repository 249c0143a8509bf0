"""Leaves that are read all at once: what may be read so, and what happens where they are not as expected."""

from types import SimpleNamespace
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLSchema, build_schema, execute, parse

from engine.executor import executor_of
from engine.ground import Form
from engine.plans import Plans
from engine.reading import Checked, Column, Masked
from engine.tree import MOST_MASKS

SDL = """
type Query { items: [Item!]!  item: Item }
type Item { name: String!  size: Int  colour: Colour!  secret: String  kept: String!  change: Int  made: Made }
scalar Made
enum Colour { RED GREEN }
"""
READ, SECRET, KEPT = 1, 2, 4


@pytest.fixture
def schema() -> GraphQLSchema:
    return build_schema(SDL)


def fields_of(schema: GraphQLSchema) -> Any:
    return schema.type_map["Item"].fields  # type: ignore[attr-defined]


def both(schema: GraphQLSchema, query: str, root: Any, context: Any = None) -> tuple[ExecutionResult, Plans]:
    """Execute by a plan and by graphql-core, which have to say the same; return it, and the plan."""
    plans, document = Plans(sightings=1), parse(query)
    compiled = execute(schema, document, root, context, executor_class=executor_of(plans))
    reference = execute(schema, document, root, context)
    assert isinstance(compiled, ExecutionResult)
    assert compiled == reference
    assert plans.counts.compiled == 1
    return compiled, plans


def forms(plans: Plans) -> set[Form]:
    """Return the forms of the functions that were made of the items."""
    (known,) = plans._known.values()
    (plan,) = known._plans.values()
    return {
        variant.form for one in plan.selections if one.object_type.name == "Item" for variant in one._functions
    }  # fmt: skip


ITEM = {"name": "a", "size": 1, "colour": "RED"}
QUERY = "{ items { name size colour __typename } }"


def test_a_list_of_leaves_is_gone_over_at_once(schema: GraphQLSchema) -> None:
    result, plans = both(schema, QUERY, {"items": [ITEM, {**ITEM, "size": None, "colour": "GREEN"}]})
    assert result.errors is None
    assert forms(plans) == {Form.EACH}


@pytest.mark.parametrize(
    "odd",
    [
        {"name": None},
        {"name": 7},
        {"size": "many"},
        {"size": 2**31},
        {"size": True},
        {"colour": "BLUE"},
        {"colour": []},
        {"colour": None},
        {"name": ValueError("no name")},
        {"size": lambda _: 5},
    ],
    ids="_".join,
)
def test_what_is_not_as_it_seems_is_said_in_its_place(schema: GraphQLSchema, odd: dict[str, Any]) -> None:
    _, plans = both(schema, QUERY, {"items": [ITEM, ITEM | odd, ITEM]})
    assert forms(plans) == {Form.EACH, Form.OBJECT, Form.FIELD_BY_FIELD}


def test_an_alias_may_be_called_as_what_a_plan_uses(schema: GraphQLSchema) -> None:
    """Whatever a plan calls its own: results are the same, and lists are visited at once still."""
    fields_of(schema)["made"].resolve = Column("made")
    for alias in ("Colour", "Colour_names", "Made", "Made_output", "source", "items", "kind", "type", "completed"):
        query = f"{{ items {{ {alias}: made {alias}_: colour other: size {alias}_written: name }} }}"
        _, plans = both(schema, query, {"items": [{**ITEM, "made": "today"}] * 3})
        assert forms(plans) == {Form.EACH}, alias


class Counted:
    """An object whose reading is noticed."""

    def __init__(self) -> None:
        self.reads = 0
        self.colour = "BLUE"

    @property
    def name(self) -> str:
        self.reads += 1
        return "a"


def test_what_a_function_computes_is_read_once(schema: GraphQLSchema) -> None:
    item = Counted()
    plans = Plans(sightings=1)
    result = execute(
        schema, parse("{ items { name colour } item { name } }"), {"items": [item]}, executor_class=executor_of(plans)
    )
    assert isinstance(result, ExecutionResult)
    assert [one.message for one in result.errors or ()] == ["Enum 'Colour' cannot represent value: 'BLUE'"]
    assert item.reads == 1


def test_what_a_resolver_has_changed_is_read_after_it(schema: GraphQLSchema) -> None:
    def change(item: Any, _: Any) -> int:
        item.size += 1
        return int(item.size)

    fields_of(schema)["change"].resolve = change
    for query in ("{ item { size change } }", "{ item { change size } }", "{ item { name change size colour } }"):
        document = parse(query)
        told = [
            execute(schema, document, {"item": SimpleNamespace(**ITEM)}, executor_class=kind)
            for kind in (executor_of(Plans(sightings=1)), None)
        ]
        assert told[0] == told[1], query


def guarded(schema: GraphQLSchema, *, said: bool = True) -> None:
    """Let every field need a right; the rights to a list's objects are `said` once, or each is asked for them."""
    bits = {"name": READ, "size": READ, "colour": READ, "secret": SECRET, "kept": KEPT}
    for name, bit in bits.items():
        fields_of(schema)[name].resolve = Masked(Column(name), bit, _rights, _refusal)
    for name in ("items", "item"):
        schema.query_type.fields[name].resolve = Checked(  # type: ignore[union-attr]
            Column(name), lambda context, value: (value, context.rights if said else None)
        )


def _rights(context: Any, _: Any) -> int:
    return int(context.rights)


def _refusal(_: Any, parent: Any, coordinate: str) -> Exception:
    if parent["name"] == "broken":
        raise RuntimeError("no refusal")
    return PermissionError(f"{coordinate} is not for you")


SECRETS = [{**ITEM, "secret": f"s{number}", "kept": "k"} for number in range(4)]


@pytest.mark.parametrize("rights", range(8))
@pytest.mark.parametrize(
    "query",
    [
        "{ items { secret name } }",
        "{ items { name secret again: secret size } }",
        "{ items { name kept secret } }",
        "{ item { name kept secret } }",
        "{ items { __typename secret } item { secret colour } }",
    ],
)
@pytest.mark.parametrize("said", [True, False], ids=["said", "asked"])
def test_everybody_gets_what_the_rights_allow(schema: GraphQLSchema, query: str, rights: int, said: bool) -> None:
    guarded(schema, said=said)
    both(schema, query, {"items": SECRETS, "item": SECRETS[0]}, SimpleNamespace(rights=rights))


@pytest.mark.parametrize("rights", range(8))
@pytest.mark.parametrize(
    "query",
    [
        "{ items { name change } }",
        "{ items { size change } }",
        "{ items { change secret } }",
        "{ items { secret change kept } }",
        "{ item { change again: change secret } }",
        "{ item { __typename change } }",
    ],
)
async def test_what_comes_after_a_field_that_waits_is_read_or_refused(
    schema: GraphQLSchema, query: str, rights: int
) -> None:
    async def change(item: Any, _: Any) -> int:
        if item["secret"] == "s2":
            raise ValueError("no change")
        return 1

    guarded(schema)
    fields_of(schema)["change"].resolve = change
    root = {"items": [*SECRETS, SECRETS[2] | {"size": "many"}], "item": SECRETS[0]}
    context, document = SimpleNamespace(rights=rights), parse(query)
    told: list[Any] = [
        execute(schema, document, root, context, executor_class=kind)
        for kind in (executor_of(Plans(sightings=1)), None)
    ]
    compiled, reference = [one if isinstance(one, ExecutionResult) else await one for one in told]
    assert compiled == reference
    assert [*map(list, _objects(compiled))] == [*map(list, _objects(reference))], "in another order"


def _objects(result: ExecutionResult) -> list[dict[str, Any]]:
    data = result.data or {}
    return [one for one in [*(data.get("items") or ()), data.get("item")] if one]


def test_what_is_refused_in_each_object_leaves_the_others_at_once(schema: GraphQLSchema) -> None:
    guarded(schema)
    result, plans = both(schema, "{ items { name secret } }", {"items": SECRETS}, SimpleNamespace(rights=READ))
    assert [one.path for one in result.errors or ()] == [["items", number, "secret"] for number in range(4)]
    assert forms(plans) == {Form.EACH}


@pytest.mark.parametrize(("odd", "at"), [({"size": "many"}, 0), ({"size": "many"}, 1), ({"name": None}, 1)])
def test_a_list_with_something_odd_is_refused_one_by_one(schema: GraphQLSchema, odd: dict[str, Any], at: int) -> None:
    guarded(schema)
    items = list(SECRETS)
    items[at] = items[at] | odd
    both(schema, "{ items { name secret size } }", {"items": items}, SimpleNamespace(rights=READ))


def test_refusing_that_fails_is_an_error_of_each_object(schema: GraphQLSchema) -> None:
    guarded(schema)
    items = [{**ITEM, "name": "broken", "secret": "s"}] * 3
    result, _ = both(schema, "{ items { secret size } }", {"items": items}, SimpleNamespace(rights=READ))
    assert [one.message for one in result.errors or ()] == ["no refusal"] * 3


def test_rights_beyond_those_that_are_kept_go_field_by_field(
    schema: GraphQLSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.tree.MOST_RIGHTS", 0)
    guarded(schema)
    _, plans = both(schema, "{ items { name secret } }", {"items": SECRETS}, SimpleNamespace(rights=READ))
    assert forms(plans) == {Form.FIELD_BY_FIELD}


def test_rights_that_no_field_needs_make_no_functions(schema: GraphQLSchema) -> None:
    guarded(schema)
    plans, document = Plans(sightings=1), parse("{ items { name secret } }")
    for other in range(MOST_MASKS + 10):
        context = SimpleNamespace(rights=READ | other << 3)
        result = execute(schema, document, {"items": SECRETS}, context, executor_class=executor_of(plans))
        assert isinstance(result, ExecutionResult)
        assert len(result.errors or ()) == len(SECRETS)
    assert forms(plans) == {Form.EACH}
    (known,) = plans._known.values()
    (plan,) = known._plans.values()
    assert {len(one.granted) for one in plan.selections if one.object_type.name == "Item"} == {MOST_MASKS}


KEYS = ["__debug_", "__debug", "type", "str", "source", "run", "result", "None_", "class", "a_", "a", "_", "__x_leaf"]


def test_any_key_may_be_asked_for(schema: GraphQLSchema) -> None:
    selected = " ".join(f"{key}: name" for key in KEYS)
    result, plans = both(schema, f"{{ items {{ {selected} }} }}", {"items": [ITEM]})
    assert result.data == {"items": [dict.fromkeys(KEYS, "a")]}
    assert forms(plans) == {Form.EACH}


def test_what_is_found_and_called_may_change_what_is_read_after_it(schema: GraphQLSchema) -> None:
    made = build_schema("type Query { items: [Item!]! } type Item { child: Item  others: [Item]  name: String }")
    for query in ("{ items { child { name } name } }", "{ items { others { name } name } }"):
        told = []
        for kind in (executor_of(Plans(sightings=1)), None):
            item: dict[str, Any] = {"name": "before"}

            def change(_: Any, item: dict[str, Any] = item) -> None:
                item["name"] = "after"

            item |= {"child": change, "others": change}
            told.append(execute(made, parse(query), {"items": [item]}, executor_class=kind))
        assert told[0] == told[1], query


class Called(str):
    """A text that can be called, and then is another."""

    __slots__ = ()

    def __call__(self, _: Any) -> str:
        return "GREEN"


def test_a_text_that_can_be_called_is_called(schema: GraphQLSchema) -> None:
    result, _ = both(schema, "{ items { colour } item { colour } }", {"items": [{"colour": Called("RED")}]})
    assert result.data == {"items": [{"colour": "GREEN"}], "item": None}


def test_names_of_types_and_fields_do_not_meet() -> None:
    schema = build_schema("type Query { A: A } type A { c: Int  b: A_b } type A_b { c: String!  d: Int }")
    for type_name, names in (("A", ("c", "b")), ("A_b", ("c", "d"))):
        for name in names:
            schema.type_map[type_name].fields[name].resolve = Column(name)  # type: ignore[attr-defined]
    result, _ = both(schema, "{ A { c b { c d } } }", {"A": {"c": 1, "b": {"c": None, "d": 2}}})
    assert result.data == {"A": {"c": 1, "b": None}}
