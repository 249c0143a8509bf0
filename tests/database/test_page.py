"""Pages: every way through a list shows each item once, in order; wrong arguments are named."""

import pytest

from database import group, root, vulnerability
from database.page import Ask, Scope
from domain.page import decode_cursor, encode_cursor, page_from
from tests.world import World, result, sarif

QUERY = """query ($first: Int, $after: String, $last: Int, $before: String, $orderBy: VulnerabilityOrder,
  $filter: VulnerabilityFilter) {
  group(name: "shop") { vulnerabilities(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy,
    filter: $filter) {
    totalCount nodes { id path line severityScore } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""


async def page(world: World, **variables) -> dict:
    data = await world.get("user", QUERY, **variables)
    return data["group"]["vulnerabilities"]


@pytest.fixture
async def many(world: World) -> World:
    levels = ("error", "warning", "note")
    results = [result(path=f"src/{n % 7}.py", line=n + 1, text=f"t{n}", level=levels[n % 3]) for n in range(23)]
    await world.import_file(sarif(*results))
    return world


@pytest.mark.parametrize("field", ["SEVERITY_SCORE", "CREATED_AT", "PATH"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_paging_forward_and_backward_shows_every_item_once_in_order(
    many: World, field: str, direction: str
) -> None:
    order = {"field": field, "direction": direction}
    whole = [node["id"] for node in (await page(many, first=100, orderBy=order))["nodes"]]
    assert len(set(whole)) == 23
    forward: list[str] = []
    after = None
    while True:
        part = await page(many, first=5, after=after, orderBy=order)
        assert part["totalCount"] == 23
        forward += [node["id"] for node in part["nodes"]]
        if not part["pageInfo"]["hasNextPage"]:
            break
        after = part["pageInfo"]["endCursor"]
    backward: list[str] = []
    before = None
    while True:
        part = await page(many, last=5, before=before, orderBy=order)
        backward = [node["id"] for node in part["nodes"]] + backward
        if not part["pageInfo"]["hasPreviousPage"]:
            break
        before = part["pageInfo"]["startCursor"]
    assert forward == backward == whole


async def test_items_are_in_the_order_that_was_asked_for(many: World) -> None:
    nodes = (await page(many, first=100, orderBy={"field": "SEVERITY_SCORE", "direction": "DESC"}))["nodes"]
    scores = [node["severityScore"] for node in nodes]
    assert scores == sorted(scores, reverse=True)
    assert set(scores) == {7.0, 4.0, 1.0}


async def test_a_filter_keeps_what_meets_it_and_counts_it(many: World) -> None:
    part = await page(many, first=100, filter={"minSeverityRating": "HIGH", "path": "src/0.py"})
    assert part["totalCount"] == len(part["nodes"]) == 2
    assert all(node["severityScore"] >= 7 and node["path"] == "src/0.py" for node in part["nodes"])


async def test_an_edge_cursor_leads_behind_its_item(many: World) -> None:
    part = await page(many, first=3)
    following = await page(many, first=1, after=part["edges"][0]["cursor"])
    assert following["nodes"][0]["id"] == part["edges"][1]["node"]["id"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"first": 0}, "`first` is 0: it must be from 1 to 100"),
        ({"first": 101}, "`first` is 101"),
        ({"first": -1}, "`first` is -1"),
        ({"last": 101}, "`last` is 101"),
        ({"first": 1, "last": 1}, "`first` and `last` are both given"),
        ({"first": 1, "before": "x"}, "`before` goes with `last`"),
        ({"last": 1, "after": "x"}, "`after` goes with `first`"),
        ({"first": 1, "after": "nonsense"}, "`after` is not a cursor of this list"),
        ({"first": 1, "after": ""}, "`after` is not a cursor of this list"),
        ({"last": 1, "before": "W10"}, "`before` is not a cursor of this list"),
        ({"first": 1, "after": encode_cursor(("text", "not a key"))}, "`after` is not a cursor of this list"),
        ({"first": 1, "after": encode_cursor((2**40, "0" * 32))}, "`after` is not a cursor of this list"),
        ({"first": 1, "after": "9" * 5000}, "`after` is not a cursor of this list"),
    ],
)
async def test_wrong_arguments_are_named(world: World, arguments: dict, message: str) -> None:
    response = await world.ask("user", QUERY, **arguments)
    assert response["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert message in response["errors"][0]["message"]


async def test_a_cursor_of_another_order_is_refused(many: World) -> None:
    by_path = await page(many, first=1, orderBy={"field": "PATH", "direction": "ASC"})
    code = await many.code("user", QUERY, first=1, after=by_path["pageInfo"]["endCursor"])
    assert code == "BAD_USER_INPUT"


def test_a_cursor_keeps_its_values() -> None:
    from datetime import UTC, datetime
    from uuid import uuid4

    values = (datetime.now(UTC), uuid4())
    assert decode_cursor(encode_cursor(values), (datetime, type(values[1])), "after") == values


async def test_of_equally_severe_vulnerabilities_the_oldest_comes_first(many: World) -> None:
    await many.import_file(sarif(result(path="src/later.py", line=99, level="error")), partial=True)
    nodes = (await page(many, first=100, orderBy={"field": "SEVERITY_SCORE", "direction": "DESC"}))["nodes"]
    severe = [node["path"] for node in nodes if node["severityScore"] == 7.0]
    assert severe[-1] == "src/later.py"
    assert len(severe) == 9


async def test_a_part_of_a_list_says_in_which_group_all_of_it_is(many: World) -> None:
    """Unless it is of several groups, or the group is not read."""
    reader = many.services.database.reader(frozenset({many.organizations["castle"]}))
    parent, page = (many.organizations["castle"], many.groups["shop"]), page_from(5, None, None, None)
    scope = Scope(everything=True, organizations=frozenset(), groups=frozenset())
    ask = Ask(scope, "SEVERITY_SCORE", descending=True)
    (shop,) = await vulnerability.OF_GROUP.pages(reader, [parent], page, ask)
    assert shop.group == many.groups["shop"]
    assert {row["group_id"] for row in shop.rows} == {shop.group}
    (unread,) = await vulnerability.OF_GROUP.pages(reader, [parent], page, ask, frozenset({"key", "path"}))
    assert (len(unread.rows), unread.group) == (5, None)
    (none,) = await vulnerability.OF_GROUP.pages(reader, [(parent[0], parent[0])], page, ask)
    assert (none.rows, none.group) == ([], None)
    by_name = Ask(scope, "NAME", descending=False)
    (groups,) = await group.OF_ORGANIZATION.pages(reader, [(parent[0], parent[0])], page, by_name)
    assert len(groups.rows) > 1
    assert groups.group is None
    add = """mutation { addUrlRoot(groupName: "shop", nickname: "c", url: "https://x.example/") { success }
      addIpRoot(groupName: "shop", nickname: "b", address: "192.0.2.1") { success } }"""
    await many.get("group_manager", add)
    by_nickname = Ask(scope, "NICKNAME", descending=False)
    (roots,) = await root.OF_GROUP.pages(reader, [parent], page, by_nickname)
    assert {row["typename"] for row in roots.rows} >= {"UrlRoot", "IpRoot"}
    assert roots.group is None, "roots are of several types"
