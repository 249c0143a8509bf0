"""What callers are told that they may do is what they may do."""

import ast
import inspect

import pytest
from graphql import GraphQLEnumType, GraphQLSchema

from authz import actions
from authz.actions import Action
from tests.world import PEOPLE, World, result, sarif

ALL = """{ me { permissions }
  castle: organization(name: "castle") { permissions } harbour: organization(name: "harbour") { permissions }
  shop: group(name: "shop") { permissions } warehouse: group(name: "warehouse") { permissions }
  ferry: group(name: "ferry") { permissions } }"""

FIRST_FINDING = '{ group(name: "shop") { findings(first: 1) { nodes { id } } } }'


async def told(world: World, person: str) -> dict[str, set[str]]:
    data = await world.get(person, ALL)
    return {name: set(one["permissions"]) for name, one in data.items() if one is not None}


async def test_a_hacker_may_report_by_hand_in_the_own_group_and_sees_no_other(world: World) -> None:
    shown = await told(world, "hacker")
    assert shown.keys() == {"me", "castle", "shop"}
    assert {"FINDING_CREATE", "FINDING_READ_REPORTER"} <= shown["shop"]
    assert "GROUP_CREATE" not in shown["castle"]
    assert {"USER_READ", "ORGANIZATION_CREATE", "ACCESS_TOKEN_CREATE"} <= shown["me"]
    assert not any(action.startswith(("FINDING", "GROUP")) for action in shown["me"])


async def test_an_organization_manager_manages_every_group_of_it_as_far_as_its_plan_goes(world: World) -> None:
    shown = await told(world, "organization_manager")
    assert shown.keys() == {"me", "castle", "shop", "warehouse"}
    assert shown["shop"] - shown["warehouse"] == {"FINDING_CREATE", "VULNERABILITY_CREATE"}
    assert {"GROUP_CREATE", "ORGANIZATION_UPDATE"} <= shown["castle"]


async def test_a_stranger_is_told_nothing_of_other_organizations(world: World) -> None:
    assert (await told(world, "stranger")).keys() == {"me", "harbour", "ferry"}


@pytest.mark.parametrize("person", PEOPLE)
async def test_who_is_told_to_be_allowed_to_remove_findings_is_allowed_and_nobody_else(
    world: World, person: str
) -> None:
    await world.import_file(sarif(result()))
    finding = (await world.get("admin", FIRST_FINDING))["group"]["findings"]["nodes"]
    shown = await told(world, person)
    answer = await world.ask(
        person, "mutation ($id: ID!) { removeFinding(findingId: $id) { success } }", id=finding[0]["id"]
    )
    assert ("errors" not in answer) == ("FINDING_REMOVE" in shown.get("shop", set()))


async def test_nobody_is_told_anything(world: World) -> None:
    answer = await world.ask(None, ALL)
    assert all(one is None for one in answer["data"].values())


def test_the_contract_lists_every_action_with_its_sentence(schema: GraphQLSchema) -> None:
    enum = schema.type_map["Action"]
    assert isinstance(enum, GraphQLEnumType)
    body = next(one for one in ast.parse(inspect.getsource(actions)).body if isinstance(one, ast.ClassDef)).body[1:]
    sentences = {
        name.targets[0].id: text.value.value  # type: ignore[attr-defined]  # the module has this one form
        for name, text in zip(body[::2], body[1::2], strict=True)
    }
    assert {name: value.description for name, value in enum.values.items()} == sentences
    assert {name: value.value for name, value in enum.values.items()} == {one.name: one for one in Action}
