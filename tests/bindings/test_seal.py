"""Nothing unguarded can start: each way of forgetting a guard is named by its coordinate."""

from typing import Any

import pytest
from ariadne import InterfaceType, MutationType, ObjectType, QueryType, SubscriptionType
from graphql import build_schema as build
from graphql import graphql_sync

from api import schema as schema_module
from api.bindables import bindables
from authz.actions import Action
from authz.guards import (
    enforce_group_level_auth_async,
    enforce_on_subscription,
    enforce_organization_level_auth_async,
    enforce_stakeholder_level_auth_async,
    enforce_user_level_auth_async,
    public,
    require_login,
    taken_out,
)
from bindings.lists import ListInputs
from bindings.seal import UnguardedError, seal
from bindings.types import CarrierType, GuardedType, PublicType, connection, handed_over
from database import finding, group

SDL = """
type Query { thing: Thing  things(filter: ThingFilter): ThingConnection  open: Info! }
type Thing { id: ID!  name: String!  secret: String  other: Other }
type Other { id: ID! }
type ThingConnection { nodes: [Thing!]!  edges: [ThingEdge!]!  pageInfo: Info!  totalCount: Int! }
type ThingEdge { node: Thing!  cursor: String! }
type Info { text: String }
input ThingFilter { name: String }
"""


def things() -> dict[str, Any]:
    """Return bindings of SDL in which everything is guarded."""
    query = QueryType()
    query.set_field("thing", require_login(lambda *_: None))
    query.set_field("things", enforce_user_level_auth_async(Action.FINDING_READ)(lambda *_, **__: None))
    query.set_field("open", public(lambda *_: {"text": "hello"}))
    thing = GuardedType("Thing", visible=Action.FINDING_READ)
    thing.expose(Action.FINDING_READ, "id", "name")
    thing.expose(Action.FINDING_READ_REPORTER, "secret")
    thing.one("other", group.BY_KEYS, "group_id", visible=Action.GROUP_READ)
    other = GuardedType("Other", visible=Action.GROUP_READ)
    other.expose(Action.GROUP_READ, "id")
    inputs = ListInputs("Thing", filter_name="ThingFilter", filters={"name": "name"})
    return {
        "query": query,
        "thing": thing,
        "other": other,
        "info": PublicType("Info", "text"),
        "connection": connection("Thing"),
        "inputs": [inputs],
    }


def sealed(bound: dict[str, Any], sdl: str = SDL) -> Any:
    schema = build(sdl)
    inputs = bound.pop("inputs")
    flat = [one for value in bound.values() for one in (value if isinstance(value, list) else [value])]
    for one in flat:
        one.bind_to_schema(schema)
    seal(schema, flat, inputs)
    return schema


def fault(bound: dict[str, Any], sdl: str = SDL) -> str:
    with pytest.raises(UnguardedError) as caught:
        sealed(bound, sdl)
    return str(caught.value)


def test_a_guarded_schema_is_sealed() -> None:
    schema = sealed(things())
    assert graphql_sync(schema, "{ open { text } }").data == {"open": {"text": "hello"}}


def test_the_whole_schema_is_sealed(schema) -> None:
    assert schema.query_type is not None


def test_a_field_without_a_binding_is_named() -> None:
    bound = things()
    bound["thing"] = GuardedType("Thing", visible=Action.FINDING_READ)
    bound["thing"].expose(Action.FINDING_READ, "id")
    assert "Thing.name: no guard; bind it" in fault(bound)


def test_a_resolver_without_a_decorator_is_named() -> None:
    bound = things()
    bound["query"].set_field("thing", lambda *_: None)
    assert "Query.thing: no guard" in fault(bound)


def test_a_type_without_a_binding_is_named() -> None:
    bound = things()
    bound["other"] = ObjectType("Other")
    message = fault(bound)
    assert "Other: no binding" in message
    assert "Other.id: no guard" in message


def test_a_mark_of_the_wrong_kind_does_not_guard_a_root_field() -> None:
    bound = things()
    carrier = CarrierType("Query")
    carrier.carry("thing", lambda _: None)
    bound["query"].set_field("thing", carrier._resolvers["thing"])
    assert "Query.thing: no guard of its own" in fault(bound)


def test_a_public_list_is_named_because_it_counts() -> None:
    bound = things()
    bound["query"].set_field("things", public(lambda *_, **__: None))
    assert "Query.things: @public on a list" in fault(bound)


def test_a_non_null_column_of_another_action_is_named() -> None:
    assert "Thing.secret: non-null" in fault(things(), SDL.replace("secret: String", "secret: String!"))


def test_a_relation_by_another_action_than_its_type_is_named() -> None:
    bound = things()
    bound["thing"].one("other", group.BY_KEYS, "group_id", visible=Action.FINDING_READ)
    assert "Thing.other: declared visible by finding:read, but a Other is by group:read" in fault(bound)


def test_a_non_null_relation_that_the_policy_does_not_imply_is_named() -> None:
    bound = things()
    bound["other"] = GuardedType("Other", visible=Action.GROUP_CREATE)
    bound["other"].expose(Action.GROUP_CREATE, "id")
    bound["thing"].one("other", group.BY_KEYS, "group_id", visible=Action.GROUP_CREATE)
    assert "Thing.other: non-null, but finding:read does not imply group:create" in fault(
        bound, SDL.replace("other: Other", "other: Other!")
    )


def test_a_filter_that_does_not_say_what_it_reads_is_named() -> None:
    bound = things()
    bound["inputs"] = []
    assert "Query.things(filter:): ThingFilter does not say what it reads" in fault(bound)


def test_a_filter_field_that_is_not_listed_is_named() -> None:
    assert "ThingFilter.size: listed in one of SDL and ListInputs" in fault(
        things(), SDL.replace("input ThingFilter { name: String }", "input ThingFilter { name: String size: Int }")
    )


def test_a_filter_that_reads_no_exposed_column_is_named() -> None:
    bound = things()
    bound["inputs"] = [ListInputs("Thing", filter_name="ThingFilter", filters={"name": "hidden"})]
    assert "Thing.hidden: read by a list input" in fault(bound)


def test_a_subscription_needs_a_guard_on_its_source_too() -> None:
    bound = things()
    subscription = SubscriptionType()
    subscription.set_source("thing", lambda *_: iter(()))
    subscription.set_field("thing", require_login(lambda value, *_: value))
    bound["subscription"] = subscription
    assert "Subscription.thing: no guard on its source" in fault(bound, SDL + "type Subscription { thing: Thing }")


def test_a_guard_by_an_argument_that_the_field_lacks_is_named() -> None:
    bound = things()
    mutation = MutationType()

    @mutation.field("change")
    @require_login
    @enforce_group_level_auth_async(Action.FINDING_UPDATE, by="findingId")
    async def change(*_: Any, **__: Any) -> None: ...

    bound["mutation"] = mutation
    assert "Mutation.change: guarded by the argument 'findingId'" in fault(
        bound, SDL + "type Mutation { change(id: ID!): Boolean }"
    )


def test_a_guard_of_another_level_than_its_object_is_named() -> None:
    bound = things()
    mutation = MutationType()
    guarded = enforce_organization_level_auth_async(Action.FINDING_UPDATE, by="findingId")
    mutation.set_field("change", require_login(guarded(lambda *_, **__: None)))
    bound["mutation"] = mutation
    assert (
        "Mutation.change: guarded at the organization level by 'findingId', which belongs to the group level"
        in fault(bound, SDL + "type Mutation { change(findingId: ID!): Boolean }")
    )


def test_a_guard_of_stakeholders_needs_both_arguments() -> None:
    bound = things()
    mutation = MutationType()
    guarded = enforce_stakeholder_level_auth_async(Action.STAKEHOLDER_GRANT)
    mutation.set_field("change", require_login(guarded(lambda *_, **__: None)))
    bound["mutation"] = mutation
    assert "Mutation.change: guarded by the argument 'organizationName'" in fault(
        bound, SDL + "type Mutation { change(groupName: String): Boolean }"
    )


def test_a_field_that_needs_no_action_and_is_not_public_is_named() -> None:
    bound = things()
    bound["query"].set_field("things", require_login(lambda *_, **__: None))
    assert "Query.things: needs no action that can be told; guard it by one, or mark it @public" in fault(bound)


def test_a_value_that_is_said_to_need_an_action_which_nothing_checks_is_named() -> None:
    bound = things()
    bound["thing"].several("secret", lambda *_: None, action=Action.FINDING_READ_REPORTER)
    message = fault(bound)
    assert "Thing.secret: said to need finding:read_reporter, which nothing checks; bind it by" in message


def test_a_carrier_of_two_actions_is_named() -> None:
    bound = things()
    bound["query"].set_field("more", enforce_user_level_auth_async(Action.GROUP_READ)(lambda *_, **__: None))
    assert "ThingConnection: returned by fields of different actions (finding:read, group:read)" in fault(
        bound, SDL.replace("type Query {", "type Query { more: ThingConnection ")
    )


def test_an_object_in_an_interface_is_checked_at_its_boundary() -> None:
    bound = things()
    node = InterfaceType("Node", lambda record, *_: record["typename"])
    bound["node"] = node
    stranger_thing = {"typename": "Thing", "organization_id": None, "group_id": None, "id": "1", "name": "seen"}
    bound["query"].set_field("any", public(lambda *_: stranger_thing))
    schema = sealed(
        bound,
        SDL.replace("type Query {", "interface Node { id: ID! } type Query { any: Node ").replace(
            "type Thing {", "type Thing implements Node {"
        ),
    )

    class Context:
        subject = None

    answer = graphql_sync(schema, "{ any { __typename id } }", context_value=Context())
    assert answer.data == {"any": None}, "not even __typename may tell that there is something"


def test_forgetting_one_guard_in_the_real_schema_keeps_the_server_from_starting(monkeypatch) -> None:
    """Break the real thing: take the guard off one real field, and see that it is named."""
    real = bindables()
    query = next(one for one in real if isinstance(one, QueryType) and "group" in one._resolvers)
    monkeypatch.setitem(query._resolvers, "group", lambda *_, **__: None)
    with pytest.raises(UnguardedError, match=r"Query\.group: no guard"):
        schema_module.build_schema()


def test_lists_of_the_real_schema_read_exposed_columns_only() -> None:
    assert set(finding.OF_GROUP.filters) == {"status", "min_severity_rating", "tool"}


INPUT_SDL = """
type Query { me: Info }
type Mutation { change(input: ChangeInput!): Info  other(input: OtherInput!, findingId: ID): Info }
input ChangeInput { findingId: ID!  text: String  inner: OtherInput }
input OtherInput { findingId: ID }
type Info { text: String }
"""


def guarded_by(by: str, field: str = "change") -> str:
    mutation, query = MutationType(), QueryType()
    query.set_field("me", public(lambda *_: None))
    guard = enforce_group_level_auth_async(Action.FINDING_UPDATE, by=by)
    for name in ("change", "other"):
        mutation.set_field(name, guard(lambda *_: None) if name == field else require_login(lambda *_, **__: None))
    return fault(
        {"mutation": mutation, "query": query, "info": PublicType("Info", "text"), "inputs": []},
        INPUT_SDL,
    )


def test_a_guard_by_a_path_that_there_is_not_is_named() -> None:
    assert "Mutation.change: guarded by the argument 'input.rootId', which it does not have" in guarded_by(
        "input.rootId"
    )
    assert "guarded by the argument 'input.text.findingId'" in guarded_by("input.text.findingId")
    assert "guarded by the argument 'input.inner.findingId'" in guarded_by("input.inner.findingId"), "it may be null"


def test_a_guard_by_what_may_be_left_out_is_named() -> None:
    assert "Mutation.other: guarded by 'input.findingId', which may be left out" in guarded_by(
        "input.findingId", "other"
    )
    assert "Mutation.other: guarded by 'findingId', which may be left out" in guarded_by("findingId", "other")


def test_a_guard_by_an_argument_of_no_noun_is_named() -> None:
    assert "guarded by 'input.text', which names no noun; declare one" in guarded_by("input.text")


def test_an_object_is_taken_out_of_the_arguments_that_name_it() -> None:
    arguments = {"input": {"finding_id": "0701", "text": "new"}, "dry": True}
    assert taken_out(arguments, "input.findingId") == ("0701", {"input": {"text": "new"}, "dry": True})
    assert arguments["input"] == {"finding_id": "0701", "text": "new"}, "what the engine keeps is left as it is"
    assert taken_out({"finding_id": "0701"}, "findingId") == ("0701", {})


SUBSCRIPTION_SDL = """
type Query { me: Info }
type Subscription { told(findingId: ID!): Info  several(findingIds: [ID!]!): Info }
type Info { text: String }
"""


def test_the_source_of_a_subscription_is_guarded_by_an_argument_that_there_is() -> None:
    query, subscription = QueryType(), SubscriptionType()
    query.set_field("me", public(lambda *_: None))
    for name in ("told", "several"):
        subscription.set_field(name, handed_over())
        guard = enforce_on_subscription(Action.FINDING_READ, by="input.findingId")
        subscription.set_source(name, require_login(guard(lambda *_, **__: None)))  # type: ignore[arg-type]
    said = fault(
        {"query": query, "subscription": subscription, "info": PublicType("Info", "text"), "inputs": []},
        SUBSCRIPTION_SDL,
    )
    assert "Subscription.told: guarded by the argument 'input.findingId', which it does not have" in said


def test_a_guard_by_a_list_is_named_since_it_names_no_single_object() -> None:
    mutation, query = MutationType(), QueryType()
    query.set_field("me", public(lambda *_: None))
    mutation.set_field("change", enforce_group_level_auth_async(Action.FINDING_UPDATE, by="findingId")(lambda *_: None))
    said = fault(
        {"mutation": mutation, "query": query, "info": PublicType("Info", "text"), "inputs": []},
        "type Query { me: Info } type Mutation { change(findingId: [ID!]!): Info } type Info { text: String }",
    )
    assert "Mutation.change: guarded by 'findingId', which is a [ID!]! and names no single object" in said
