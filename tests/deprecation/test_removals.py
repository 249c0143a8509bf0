"""What may go, when, and what goes with it."""

import pytest

from tests.deprecation.repositories import TestRepository, mark

CAR = "type Query {{ car: Car }}\ntype Car {{ size: Int {color} }}\n"


def car(color: str = "") -> str:
    return CAR.format(color=color)


def test_a_marked_field_may_go_from_the_day_after_its_day(repo: TestRepository) -> None:
    repo.commit("2026-01-10", car("color: String"))
    repo.commit("2026-02-01", car(f"color: String {mark('2026/08/01')}"))
    repo.write(car())
    early = repo.check(today="2026-08-01")
    assert early.found == {("removed-early", "Car.color")}
    assert early.exit_code == 1
    assert early.report["ok"] is False
    assert early.finding("removed-early")["earliest_removal"] == "2026-08-02"
    due = repo.check(today="2026-08-02")
    assert due.findings == []
    assert due.report == {"ok": True, "findings": []}
    assert due.exit_code == 0


def test_an_unmarked_field_may_not_go(repo: TestRepository) -> None:
    repo.commit("2026-01-10", car("color(shade: Int): String"))
    repo.write(car())
    said = repo.check(today="2026-08-31")
    assert said.found == {("removed-unmarked", "Car.color")}
    first, second = said.findings
    assert (first["coordinate"], first["cascade"]) == ("Car.color", False)
    assert (second["coordinate"], second["cascade"]) == ("Car.color(shade:)", True)
    assert first["earliest_removal"] == "2027-03-01", "six months after 31 August are 28 February"
    assert (first["file"], first["line"], first["column"]) == ("schema.graphql", 2, 6)


def test_a_field_whose_mark_names_no_day_may_not_go(repo: TestRepository) -> None:
    repo.commit("2020-01-10", car("color: String @deprecated"))
    repo.write(car())
    assert repo.check().found == {("removed-undated", "Car.color")}


def test_a_field_whose_mark_was_too_short_may_not_go_after_its_day(repo: TestRepository) -> None:
    repo.commit("2026-02-01", car("color: String"))
    repo.commit("2026-03-01", car(f"color: String {mark('2026/08/31')}"))
    repo.write(car())
    said = repo.check(today="2026-10-01")
    assert said.found == {("mark-too-short", "Car.color")}
    assert said.finding("mark-too-short")["earliest_removal"] == "2026-09-02"


@pytest.mark.parametrize(
    ("before", "after", "coordinate"),
    [
        ("enum Car { OLD NEW }", "enum Car { NEW }", "Car.OLD"),
        ("input Car { old: Int new: Int }", "input Car { new: Int }", "Car.old"),
        ("interface Car { old: Int new: Int }", "interface Car { new: Int }", "Car.old"),
        ("type Car { size(old: Int, new: Int): Int }", "type Car { size(new: Int): Int }", "Car.size(old:)"),
        ("type Car { new: Int } extend type Car { old: Int }", "type Car { new: Int }", "Car.old"),
        ("directive @car(old: Int, new: Int) on FIELD", "directive @car(new: Int) on FIELD", "@car(old:)"),
    ],
)
def test_members_of_every_kind_are_seen_to_go(repo: TestRepository, before: str, after: str, coordinate: str) -> None:
    repo.commit("2026-01-10", before)
    repo.write(after)
    assert repo.check().found == {("removed-unmarked", coordinate)}


def test_what_only_servers_see_may_go(repo: TestRepository) -> None:
    repo.commit("2026-01-10", "type Query { a: Int }\ndirective @cost(old: Int) on FIELD_DEFINITION")
    repo.write("type Query { a: Int }")
    assert repo.check().findings == []


def test_a_union_member_or_an_interface_may_not_go(repo: TestRepository) -> None:
    rest = "interface Node { id: ID } type Car { id: ID } type Bus { id: ID }"
    repo.commit("2026-01-10", f"union Any = Car | Bus {rest.replace('type Car', 'type Car implements Node')}")
    repo.write(f"union Any = Bus {rest}")
    assert repo.check().found == {("union-member-removed", "Any"), ("interface-removed", "Car")}


def test_a_type_that_clients_can_reach_may_not_go(repo: TestRepository) -> None:
    repo.commit("2026-01-10", "type Query { car: Car bus: Int }\ntype Car { size: Int }")
    repo.write("type Query { bus: Int }")
    said = repo.check()
    assert said.found == {("removed-unmarked", "Query.car"), ("type-removed", "Car")}
    followed = [one for one in said.findings if one["cascade"]]
    assert [(one["rule"], one["coordinate"]) for one in followed] == [("removed-unmarked", "Car.size")]


def test_a_type_goes_with_the_last_field_that_leads_to_it(repo: TestRepository) -> None:
    types = "type Car { part: Part(size: S) } type Part { id: ID } enum S { BIG }".replace("Part(size: S)", "Part")
    repo.commit("2026-01-10", f"type Query {{ car(size: S): Car {mark('2026/07/10')} bus: Int }} {types}")
    repo.write("type Query { bus: Int }")
    assert repo.check(today="2026-07-11").findings == []
    early = {("removed-early", "Query.car"), ("type-removed", "Car"), ("type-removed", "Part"), ("type-removed", "S")}
    assert repo.check(today="2026-07-10").found == early


def test_a_type_that_another_field_leads_to_does_not_go_with_one(repo: TestRepository) -> None:
    repo.commit(
        "2026-01-10",
        f"type Query {{ car: Car {mark('2026/07/10')} bus: Bus }} type Bus {{ car: Car }} type Car {{ id: ID }}",
    )
    repo.write("type Query { bus: Bus } type Bus { id: ID }")
    assert repo.check().found == {("removed-unmarked", "Bus.car"), ("type-removed", "Car")}


def test_a_type_that_an_interface_leads_to_does_not_go_with_a_field(repo: TestRepository) -> None:
    rest = "interface Node { id: ID }"
    fields = f"car: Car {mark('2026/07/10')} other: Int"
    repo.commit("2026-01-10", f"type Query {{ {fields} node: Node }} {rest} type Car implements Node {{ id: ID }}")
    repo.write(f"type Query {{ other: Int node: Node }} {rest}")
    assert repo.check().found == {("type-removed", "Car")}


def test_an_interface_that_no_field_returns_leads_to_nothing(repo: TestRepository) -> None:
    rest = "interface Dated { on: Int } type Bus implements Dated { on: Int }"
    fields = f"car: Car {mark('2026/07/10')} bus: Bus"
    repo.commit("2026-01-10", f"type Query {{ {fields} }} {rest} type Car implements Dated {{ on: Int }}")
    repo.write(f"type Query {{ bus: Bus }} {rest}")
    assert repo.check().findings == []


def test_types_behind_two_fields_go_only_if_both_go_duly(repo: TestRepository) -> None:
    types = "type Car { part: Part } type Bus { part: Part } type Part { id: ID }"
    for_good = f"car: Car {mark('2026/07/10')}"
    repo.commit("2026-01-10", f"type Query {{ {for_good} bus: Bus {mark('2026/12/31')} id: ID }} {types}")
    repo.write("type Query { id: ID }")
    found = {("removed-early", "Query.bus"), ("type-removed", "Bus"), ("type-removed", "Part")}
    assert repo.check(today="2026-11-24").found == found
    assert repo.check(today="2027-01-01").findings == []


def test_a_type_that_nothing_leads_to_may_go(repo: TestRepository) -> None:
    repo.commit("2026-01-10", "type Query { id: ID } type Orphan { part: Part } type Part { id: ID }")
    repo.write("type Query { id: ID }")
    assert repo.check().findings == []


def test_root_types_may_have_any_name(repo: TestRepository) -> None:
    repo.commit("2026-01-10", "schema { query: Root } type Root { car: Car } type Car { id: ID } type Query { a: Car }")
    repo.write("schema { query: Root } type Root { car: Int } type Query { a: Int }")
    found = {("type-changed", "Root.car"), ("type-changed", "Query.a"), ("type-removed", "Car")}
    assert repo.check().found == found


def test_without_root_types_every_type_counts_as_reached(repo: TestRepository) -> None:
    repo.commit("2026-01-10", "type Car { id: ID } type Bus { id: ID }")
    repo.write("type Bus { id: ID }")
    assert repo.check().found == {("type-removed", "Car")}


def test_a_type_of_another_kind_is_another_type(repo: TestRepository) -> None:
    repo.commit("2026-01-10", "type Query { car: Car } type Car { id: ID size: Int }")
    repo.write("type Query { car: Car } union Car = Bus type Bus { id: ID }")
    said = repo.check()
    assert said.found == {("type-changed", "Car")}
    assert {one["coordinate"] for one in said.findings if one["cascade"]} == {"Car.id", "Car.size"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("type T { a: String }", "type T { a: Int }"),
        ("type T { a: String! }", "type T { a: String }"),
        ("type T { a: [String!] }", "type T { a: [String] }"),
        ("type T { a: String }", "type T { a: [String] }"),
        ("input T { a: String }", "input T { a: String! }"),
        ("input T { a: [String] }", "input T { a: [String!] }"),
        ("input T { a: String }", "input T { a: [String] }"),
    ],
)
def test_types_may_not_change_in_the_unsafe_direction(repo: TestRepository, before: str, after: str) -> None:
    repo.commit("2026-01-10", before)
    repo.write(after)
    assert repo.check().found == {("type-changed", "T.a")}
    repo.commit("2026-01-11", after)
    if before.count("!") != after.count("!"):
        repo.write(before)
        assert repo.check().findings == [], "the other way is safe"


def test_arguments_may_not_change_in_the_unsafe_direction(repo: TestRepository) -> None:
    repo.commit("2026-01-10", "type T { a(b: Int, c: Int!): Int }")
    repo.write("type T { a(b: Int!, c: Int): Int }")
    assert repo.check().found == {("type-changed", "T.a(b:)")}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("b: Int = 1", "b: Int = 2", True),
        ("b: Int = 1", "b: Int", True),
        ("b: Int", "b: Int = 1", False),
        ("b: Int!", "b: Int! = 1", False),
        ("b: Float = 1", "b: Float = 1.0", False),
        ("b: [Int] = 1", "b: [Int] = [1]", False),
        ("b: [Int] = [1]", "b: [Int] = [1, 2]", True),
        ("b: [Int] = [1]", "b: [Int] = [2]", True),
        ("b: I = {x: 1, y: 2}", "b: I = { y: 2 x: 1 }", False),
        ("b: I = {x: 1}", "b: I = {x: 2}", True),
        ('b: String = "a"', 'b: String = """a"""', False),
        ("b: E = A", 'b: E = "A"', True),
    ],
)
def test_defaults_may_not_change_what_they_mean(repo: TestRepository, before: str, after: str, found: bool) -> None:
    repo.commit("2026-01-10", f"type T {{ a({before}): Int }} input N {{ {before} }}")
    repo.write(f"type T {{ a({after}): Int }} input N {{ {after} }}")
    coordinates = {("default-changed", "T.a(b:)"), ("default-changed", "N.b")}
    assert repo.check().found == (coordinates if found else set())


def test_what_must_be_given_may_not_be_added_to_what_is_there(repo: TestRepository) -> None:
    repo.commit("2026-01-10", "type T { a: Int } input I { a: Int }")
    repo.write("type T { a(b: Int!, c: Int! = 1, d: Int): Int e(b: Int!): Int } input I { a: Int b: Int! c: Int! = 1 }")
    assert repo.check().found == {("required-arg-added", "T.a(b:)"), ("required-arg-added", "I.b")}


def test_what_is_safe_is_not_found(repo: TestRepository) -> None:
    repo.commit("2026-01-10", "type Q { a: Int } enum E { A } union U = Q input I { a: Int! }")
    repo.write(
        '"Q." type Q { "A." b: Int a(c: Int): Int! } enum E { B A } '
        "union U = Q | R type R { a: Int } input I { a: Int }"
    )
    said = repo.check()
    assert said.findings == []
    assert said.exit_code == 0


def test_a_member_that_moves_to_an_extension_or_a_file_stays(repo: TestRepository) -> None:
    repo.commit("2026-01-10", {"schema/a.graphql": "type Query { a: Int b: Int }"})
    repo.write({"schema/a.graphql": "type Query { a: Int }", "schema/more/b.graphqls": "extend type Query { b: Int }"})
    assert repo.check().findings == []
    repo.write({"schema/more/b.graphqls": None})
    assert repo.check().found == {("removed-unmarked", "Query.b")}


def test_operations_may_not_begin_with_another_type(repo: TestRepository) -> None:
    rest = "type A { a: Int b: Int } type B { a: Int } type M { x: Int }"
    repo.commit("2026-01-10", f"schema {{ query: A mutation: M }} {rest}")
    repo.write(f"schema {{ query: B mutation: M }} {rest}")
    assert repo.check().found == {("root-changed", "A")}
    repo.write(f"schema {{ query: A }} {rest}")
    assert repo.check().found == {("root-changed", "M")}
    repo.commit("2026-01-11", "type Query { a: Int } type Mutation { b: Int }")
    repo.write("schema { query: Query } type Query { a: Int } type Mutation { b: Int }")
    assert repo.check().found == {("root-changed", "Mutation")}


def test_an_extension_of_the_schema_leaves_its_roots(repo: TestRepository) -> None:
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0")'
    repo.commit("2026-01-10", f"{link} type Query {{ a: Int old: Old {mark('2026/07/10')} }} type Old {{ x: Int }}")
    repo.write(f"{link} type Query {{ a: Int }}")
    assert repo.check(today="2026-07-11").findings == []
    repo.commit(
        "2026-07-12", "type Query { a: A b: Int } type A { x: Int } extend schema { mutation: M } type M { x: Int }"
    )
    repo.write("type Query { b: Int } extend schema { mutation: M } type M { x: Int }")
    assert repo.check().found == {("removed-unmarked", "Query.a"), ("type-removed", "A")}


def test_defaults_within_objects_are_compared_as_numbers(repo: TestRepository) -> None:
    repo.commit("2026-01-10", 'type T { a(b: I = {x: 1}, c: ID = "1"): Int }')
    repo.write("type T { a(b: I = {x: 1.0}, c: ID = 1): Int }")
    assert repo.check().findings == []
    repo.write("type T { a(b: I = {x: 1.5}, c: ID = 2): Int }")
    assert repo.check().found == {("default-changed", "T.a(b:)"), ("default-changed", "T.a(c:)")}
