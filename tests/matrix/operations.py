"""Makes the operation that tries a row, in each form in which it can be selected, and says what its answer means."""

import re
from typing import Any

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLSchema, get_named_type, is_composite_type

from tests.matrix.places import TYPES
from tests.matrix.rows import ROOT_TYPES, Row

PLAIN, ALIAS, INLINE, NAMED, NODE, UNION = "plain", "alias", "inline fragment", "named fragment", "node", "union"
ALLOWED, ABSENT = "ALLOWED", "ABSENT"
PASSED = {"ROLLED_BACK", "CONFLICT", "BAD_USER_INPUT"}
"""Codes of an operation that had passed its guards."""


def forms_of(row: Row, schema: GraphQLSchema) -> list[str]:
    """Return the forms in which a row can be selected."""
    if isinstance(schema.type_map[row.type_name], GraphQLInputObjectType | GraphQLEnumType):
        return [PLAIN]
    return [PLAIN, ALIAS, INLINE, NAMED, *([NODE] if row.node else []), *([UNION] if row.union else [])]


def selection_of(row: Row, schema: GraphQLSchema) -> str:
    """Return what is selected at HERE, without its name."""
    if row.type_name in ROOT_TYPES:
        target = get_named_type(_root_field(row, schema).type)
    else:
        defined = schema.type_map[row.type_name]
        target = get_named_type(defined.fields[row.name].type)  # type: ignore[attr-defined]
    if target.name.endswith("Connection"):
        return "{ totalCount nodes { __typename } }"
    return "{ __typename }" if is_composite_type(target) else ""


def _root_field(row: Row, schema: GraphQLSchema) -> Any:
    root: Any = schema.type_map[row.type_name]
    return root.fields[row.name]


def document(row: Row, schema: GraphQLSchema, form: str, *, as_payload: bool = False) -> str:
    """Return the operation that tries a row in a form; in the payload of a subscription if it is asked so."""
    reach, operation, fragment = row.reach, row.operation, ""
    if as_payload:
        reach, operation = str(row.payload), "subscription"
    elif form == NODE:
        reach = f"node(id: ${row.node}) {{ ... on {row.type_name} {{ HERE }} }}"
    elif form == UNION:
        reach = f"search(text: ${row.union}) {{ nodes {{ ... on {row.type_name} {{ HERE }} }} }}"
    if row.type_name in ROOT_TYPES:
        body, fragment = _root_body(row, schema, form, reach)
    else:
        here, fragment = _here(row, schema, form)
        body = "at: " + reach.replace("HERE", here)
    text = f"{body} {fragment}"
    names = sorted(set(re.findall(r"\$(\w+)", text)))
    declared = ", ".join(f"${name}: {TYPES.get(name, 'ID!')}" for name in names)
    return f"{operation} Try{f'({declared})' if declared else ''} {{ {body} }} {fragment}"


def _here(row: Row, schema: GraphQLSchema, form: str) -> tuple[str, str]:
    defined = schema.type_map[row.type_name]
    if isinstance(defined, GraphQLEnumType):
        return row.name, ""
    if isinstance(defined, GraphQLInputObjectType):
        return f"{row.name}: {row.value}", ""
    selected = f"{row.name} {selection_of(row, schema)}"
    counted = "total: totalCount " if row.type_name.endswith("Connection") else ""
    if form == ALIAS:
        selected = f"x: {selected}"
    if form == INLINE:
        return f"{counted}... on {row.type_name} {{ {selected} }}", ""
    if form == NAMED:
        return f"{counted}...Part", f"fragment Part on {row.type_name} {{ {selected} }}"
    return counted + selected, ""


def _root_body(row: Row, schema: GraphQLSchema, form: str, reach: str) -> tuple[str, str]:
    target = get_named_type(_root_field(row, schema).type)
    inner = "totalCount nodes { __typename }" if target.name.endswith("Connection") else "__typename"
    body = reach.replace("HERE", inner)
    if form == ALIAS:
        return f"x: {body}", ""
    if form == INLINE:
        return f"... on {row.type_name} {{ {body} }}", ""
    if form == NAMED and row.type_name != "Subscription":
        return "...Part", f"fragment Part on {row.type_name} {{ {body} }}"
    return body, ""


def variables_of(text: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return those variables that an operation declares."""
    return {name: given[name] for name in set(re.findall(r"\$(\w+)", text)) if name in given}


def outcome(row: Row, schema: GraphQLSchema, form: str, answer: dict[str, Any]) -> str:
    """Return what an answer means: ALLOWED, ABSENT, or the code of its first error."""
    errors = answer.get("errors")
    if errors:
        code: str = errors[0]["extensions"]["code"]
        return ALLOWED if code in PASSED else code
    if row.where == "nowhere":
        return ALLOWED
    data = answer["data"]
    if row.type_name in ROOT_TYPES:
        values = [next(iter(data.values()))]
    elif isinstance(schema.type_map[row.type_name], GraphQLEnumType | GraphQLInputObjectType):
        return ALLOWED if data["at"] is not None else ABSENT
    else:
        values = list(_values(data["at"], "x" if form == ALIAS else row.name))
        if row.type_name.endswith("Connection") and not any(_values(data["at"], "total")):
            return ABSENT
    composite = bool(selection_of(row, schema)) or row.type_name in ROOT_TYPES
    there = [value for value in values if not composite or _is_there(value)]
    return ALLOWED if there else ABSENT


def _values(found: Any, key: str) -> Any:
    """Yield what stands under a key, however deep."""
    if isinstance(found, list):
        for one in found:
            yield from _values(one, key)
    elif isinstance(found, dict):
        for name, value in found.items():
            if name == key:
                yield value
            else:
                yield from _values(value, key)


def _is_there(value: Any) -> bool:
    return bool(value) and not (isinstance(value, dict) and value.get("totalCount") == 0)
