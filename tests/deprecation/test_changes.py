"""What differs between random schemas is what graphql-core finds to differ, told by another algorithm."""

import re
from typing import Any

from graphql import BreakingChangeType, DangerousChangeType, build_schema, find_breaking_changes, find_dangerous_changes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deprecation.changes import Change, ChangeKind, between
from deprecation.definitions import Splitter
from deprecation.marks import Wording
from deprecation.schema import Schema
from tests.sampling import sample

OUTPUTS = ["Int", "String", "A", "B", "E", "U", "I"]
INPUTS = ["Int", "String", "E", "N", "M"]
WRAPPERS = ["{}", "{}!", "[{}]", "[{}!]", "[{}!]!", "[[{}]]"]
DEFAULTS = {"Int": ["", "= 1", "= 2"], "String": ["", '= "a"', '= "b"']}
NAMES = ["a", "b", "c"]

types = st.tuples(st.sampled_from(WRAPPERS), st.sampled_from(OUTPUTS)).map(lambda pair: pair[0].format(pair[1]))


@st.composite
def inputs(draw: st.DrawFn) -> dict[str, str]:
    """Arguments or input fields: types with defaults, by name."""
    found = {}
    for name in draw(st.sets(st.sampled_from(NAMES))):
        named, wrapper = draw(st.sampled_from(INPUTS)), draw(st.sampled_from(WRAPPERS))
        default = draw(st.sampled_from(DEFAULTS.get(named, [""]))) if wrapper in {"{}", "{}!"} else ""
        found[name] = f"{wrapper.format(named)} {default}"
    return found


@st.composite
def fields(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.sets(st.sampled_from(NAMES), min_size=1))
    return {name: (draw(inputs()), draw(types)) for name in names}


@st.composite
def schemas(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "A": (draw(st.sampled_from(["type", "interface", "union"])), draw(fields()), draw(st.booleans())),
        "B": (draw(st.sampled_from(["type", ""])), draw(fields()), draw(st.booleans())),
        "E": draw(st.sets(st.sampled_from(["RED", "BLUE", "GREEN"]), min_size=1)),
        "U": draw(st.sets(st.sampled_from(["Q", "C"]), min_size=1)),
        "N": draw(inputs()) or {"a": "Int"},
        "M": draw(st.just(None) | inputs()),
        "Q": draw(fields()),
    }


def written(members: dict[str, Any]) -> str:
    lines = []
    for name, (arguments, type_text) in members.items():
        inside = ", ".join(f"{one}: {text}" for one, text in arguments.items())
        lines.append(f"  {name}{f'({inside})' if inside else ''}: {type_text}")
    return "{\n" + "\n".join(lines) + "\n}\n"


def sdl(model: dict[str, Any]) -> str:
    kind, members, implements = model["A"]
    parts = ["schema { query: Q }", "interface I { x: Int }", "type C { x: Int }", f"type Q {written(model['Q'])}"]
    if kind == "union":
        parts.append("union A = C | Q")
    else:
        parts.append(f"{kind} A {'implements I ' if implements else ''}{written(members)}")
    for name in ("B",):
        kind, members, implements = model[name]
        missing = "scalar B" if not kind else f"type B {'implements I ' if implements else ''}{written(members)}"
        parts.append(missing)
    parts.append("enum E { " + " ".join(sorted(model["E"])) + " }")
    parts.append("union U = " + " | ".join(sorted(model["U"])))
    for name in ("N", "M"):
        listed = "\n".join(f"  {one}: {text}" for one, text in (model[name] or {}).items())
        parts.append(f"input {name} {{\n{listed}\n}}" if listed else f"scalar {name}")
    return "\n".join(parts)


def theirs(old: str, new: str) -> set[tuple[str, str]]:
    before, after = build_schema(old, assume_valid=True), build_schema(new, assume_valid=True)
    found = find_breaking_changes(before, after)
    dangerous = find_dangerous_changes(before, after)
    defaults = [one for one in dangerous if one.type is DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE]
    return {(KINDS[one.type], one.description) for one in found} | {("default", one.description) for one in defaults}


KINDS = {
    BreakingChangeType.TYPE_REMOVED: "type removed",
    BreakingChangeType.TYPE_CHANGED_KIND: "kind",
    BreakingChangeType.TYPE_REMOVED_FROM_UNION: "union",
    BreakingChangeType.VALUE_REMOVED_FROM_ENUM: "removed",
    BreakingChangeType.REQUIRED_INPUT_FIELD_ADDED: "required",
    BreakingChangeType.IMPLEMENTED_INTERFACE_REMOVED: "interface",
    BreakingChangeType.FIELD_REMOVED: "removed",
    BreakingChangeType.FIELD_CHANGED_KIND: "type",
    BreakingChangeType.REQUIRED_ARG_ADDED: "required",
    BreakingChangeType.ARG_REMOVED: "removed",
    BreakingChangeType.ARG_CHANGED_KIND: "type",
}
OURS = {
    ChangeKind.TYPE_REMOVED: "type removed",
    ChangeKind.KIND_CHANGED: "kind",
    ChangeKind.UNION_MEMBER_REMOVED: "union",
    ChangeKind.REMOVED: "removed",
    ChangeKind.REQUIRED_ADDED: "required",
    ChangeKind.INTERFACE_REMOVED: "interface",
    ChangeKind.TYPE_CHANGED: "type",
    ChangeKind.DEFAULT_CHANGED: "default",
}


def ours(old: str, new: str) -> list[Change]:
    splitter = Splitter()
    before = Schema(splitter.split(old.encode()))
    return between(before, Schema(splitter.split(new.encode()), before), Wording())


def named(kind: str, description: str) -> str:
    """The coordinate that a description of graphql-core is about."""
    names = re.findall(r"[A-Z]\w*\.\w+\(\w+:\)|[A-Z]\w*\.\w+|\b[A-Z]\w*\b", description)
    members = [one for one in names if "." in one]
    return members[0] if members else names[-1 if kind == "union" else 0]


@settings(max_examples=sample(400, 50), deadline=None, suppress_health_check=list(HealthCheck))
@given(schemas(), schemas())
def test_random_schemas_differ_as_graphql_core_says(first: dict[str, Any], second: dict[str, Any]) -> None:
    old, new = sdl(first), sdl(second)
    changed_kind = {one.coordinate for one in ours(old, new) if one.kind is ChangeKind.KIND_CHANGED}
    expected = {(kind, named(kind, description)) for kind, description in theirs(old, new)}
    found = set()
    for one in ours(old, new):
        of_changed_kind = one.coordinate.partition(".")[0] in changed_kind and one.kind is not ChangeKind.KIND_CHANGED
        of_input_field = one.kind is ChangeKind.DEFAULT_CHANGED and "(" not in one.coordinate
        if (
            (not one.cascade or one.kind is ChangeKind.UNION_MEMBER_REMOVED)
            and not of_changed_kind
            and not of_input_field
        ):
            found.add((OURS[one.kind], one.coordinate))
    assert found == {
        (kind, one) for kind, one in expected if one.partition(".")[0] not in changed_kind or kind == "kind"
    }
