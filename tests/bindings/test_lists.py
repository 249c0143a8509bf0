"""Filters and orders tell something of the column that they read, so they need its action."""

from types import SimpleNamespace
from typing import Any

import pytest

from authz.actions import Action
from bindings.lists import Connection, ListInputs, Relation
from database import finding, group
from domain.errors import Forbidden
from tests.world import World

INPUTS = ListInputs(
    "Finding",
    filter_name="FindingFilter",
    filters={"tool": "reportedBy", "status": "status"},
    order_enum="FindingOrderField",
    orders={"TITLE": "reportedBy", "CREATED_AT": "createdAt"},
    actions={
        "reportedBy": Action.FINDING_READ_REPORTER,
        "status": Action.FINDING_READ,
        "createdAt": Action.FINDING_READ,
    },
)
"""As if the filter `tool` and the order TITLE read who reported a finding."""
BY_TITLE = {"field": "TITLE", "direction": SimpleNamespace(value=False)}
BY_CREATION = {"field": "CREATED_AT", "direction": SimpleNamespace(value=False)}


async def listed(world: World, person: str, **asked: Any) -> Any:
    relation = Relation(finding.OF_GROUP, Action.FINDING_READ, "TITLE", descending=False, inputs=INPUTS)
    caller = await world.caller(person)
    shop = await caller.reader.fetch_one(group.BY_NAME, name="shop")
    assert shop is not None
    info: Any = SimpleNamespace(context=caller, field_name="findings")
    (result,) = await relation.connections([shop], info, **asked)
    return result


@pytest.mark.parametrize("asked", [{"filter": {"tool": "x"}}, {"order_by": BY_TITLE}])
async def test_who_may_not_see_a_column_may_not_filter_or_order_by_it(world: World, asked: dict[str, Any]) -> None:
    refused = await listed(world, "group_manager", **asked)
    assert isinstance(refused, Forbidden)
    assert "`findings` by `reportedBy`" in refused.message
    assert isinstance(await listed(world, "hacker", **asked), Connection)


@pytest.mark.parametrize(
    "asked", [{}, {"filter": {"status": "SAFE"}}, {"filter": {"tool": None}}, {"order_by": BY_CREATION}]
)
async def test_what_reads_nothing_further_is_for_whoever_sees_the_list(world: World, asked: dict[str, Any]) -> None:
    assert isinstance(await listed(world, "group_manager", **asked), Connection)
