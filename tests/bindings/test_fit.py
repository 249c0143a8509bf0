"""Where Python and the contract differ, the server does not start and says which file to change."""

from enum import Enum, StrEnum
from typing import cast

import pytest
from graphql import build_schema as build

from api.bindables import bindables, contract_enums
from api.schema import pages, read_document
from authz.actions import Action
from authz.nouns import Noun, NounFault, declare, loader_of, noun_of, nouns
from bindings.fit import BindingFault, refuse_unlike_enums, refuse_unlike_nouns
from bindings.types import GuardedType, PublicType
from database import finding
from domain.identifiers import TYPE_DIGITS, register_type

SDL = "interface Node { id: ID! } type Query { node: Node } type Thing implements Node { id: ID! } enum Colour { RED }"
THING = Noun("Thing", Action.FINDING_READ, argument="thingId", one=finding.BY_KEY)


def enum_of(name: str, *values: str) -> type[Enum]:
    return cast(type[Enum], StrEnum(name, {value: value for value in values}, module=__name__))


def enum_fault(one: type[Enum], sdl: str = SDL) -> str:
    with pytest.raises(BindingFault) as caught:
        refuse_unlike_enums(build(sdl), [one])
    return str(caught.value)


def noun_fault(*declared: Noun, bound: GuardedType | None = None, sdl: str = SDL) -> str:
    with pytest.raises(BindingFault) as caught:
        refuse_unlike_nouns(build(sdl), [bound or GuardedType.of(THING)], declared)
    return str(caught.value)


def test_a_value_that_the_contract_lacks_is_named_with_its_file() -> None:
    said = enum_fault(enum_of("Colour", "RED", "BLUE"))
    assert "tests/bindings/test_fit.py: Colour.BLUE is missing in the contract" in said
    assert "`extend enum Colour`" in said


def test_a_forgotten_action_is_named_with_the_file_of_the_vocabulary() -> None:
    sdl = "enum Action { " + " ".join(one.name for one in Action if one is not Action.GROUP_CREATE) + " } type Query"
    assert "authz/actions.py: Action.GROUP_CREATE is missing in the contract" in enum_fault(Action, sdl)


def test_a_value_that_python_lacks_is_named_with_its_line() -> None:
    said = enum_fault(enum_of("Colour", "RED"), SDL.replace("RED", "RED BLUE"))
    assert "GraphQL request:1: Colour.BLUE is missing in Python; add it to tests/bindings/test_fit.py" in said


def test_an_enum_that_the_contract_lacks_is_named() -> None:
    assert "Shade is no enum of the contract" in enum_fault(enum_of("Shade", "RED"))


def test_a_node_that_is_no_noun_is_named() -> None:
    assert "Thing: a Node that is no noun" in noun_fault()


def test_a_noun_that_the_contract_lacks_is_named() -> None:
    assert "Thing: declared as a noun, but schema/ has no `type Thing implements Node`" in noun_fault(
        THING, sdl="interface Node { id: ID! } type Query { node: Node }"
    )


def test_a_noun_without_digits_is_named() -> None:
    assert "Thing: its ids have no digits" in noun_fault(THING)


def test_a_type_that_another_action_makes_visible_is_named(monkeypatch) -> None:
    monkeypatch.setitem(TYPE_DIGITS, "Thing", "ff")
    said = noun_fault(THING, bound=GuardedType("Thing", visible=Action.ROOT_READ))
    assert "Thing: visible by root:read, but its noun by finding:read" in said


def test_the_real_contract_and_python_fit() -> None:
    from graphql import build_ast_schema

    schema = build_ast_schema(read_document(pages()))
    refuse_unlike_enums(schema, contract_enums())
    refuse_unlike_nouns(schema, bindables(), nouns())


def test_two_nouns_cannot_have_one_name_or_one_argument() -> None:
    bindables()
    with pytest.raises(NounFault, match="Two nouns are 'Finding'"):
        declare(Noun("Finding", Action.FINDING_READ, argument="otherId", one=finding.BY_KEY))
    with pytest.raises(NounFault, match="Weakling and Finding are both named by 'findingId'"):
        declare(Noun("Weakling", Action.FINDING_READ, argument="findingId", one=finding.BY_KEY))
    assert noun_of("Finding").name == "Finding"
    assert loader_of("input.findingId").noun.stem == "finding"


@pytest.mark.parametrize(
    ("digits", "reason"), [("07", "are the digits of Finding"), ("7", "give two of"), ("0G", "give two of")]
)
def test_the_digits_of_ids_are_well_formed_and_unique(digits: str, reason: str) -> None:
    bindables()
    with pytest.raises(ValueError, match=reason):
        register_type("Weakling", digits)


def test_a_noun_that_is_not_guarded_is_named(monkeypatch) -> None:
    monkeypatch.setitem(TYPE_DIGITS, "Thing", "ff")
    with pytest.raises(BindingFault, match="Thing: declared as a noun, but not bound by GuardedType"):
        refuse_unlike_nouns(build(SDL), [PublicType("Thing", "id")], [THING])
