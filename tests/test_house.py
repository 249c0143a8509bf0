"""What holds for the whole house: names, descriptions, words that must not be there, documents that must run."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest
from graphql import (
    EnumTypeDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    TypeExtensionNode,
    get_operation_ast,
    parse,
    validate,
)

from api.bindables import contract_enums
from api.documents import Documents
from api.schema import pages, read_document
from authz.actions import Action
from engine.engine import Engine
from tests.world import World

ROOT = Path(__file__).parent.parent
ROOMS = (
    "api", "authz", "bindings", "cli", "database", "deprecation", "docs", "domain", "engine", "enums", "explorer",
    "jobs", "mutations", "outbox", "resolvers", "scalars", "scans", "schema", "signals", "subscriptions", "tests",
)  # fmt: skip
TABS = sorted((ROOT / "explorer" / "src" / "tabs").glob("*.graphql"))


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines()]


def test_no_dependency_provides_one_of_our_names() -> None:
    provided = importlib.metadata.packages_distributions()
    for room in ROOMS:  # `examples` is no package of ours: nothing imports it
        assert [name for name in provided.get(room, []) if name != "adarve"] == [], room


def test_every_room_is_imported_from_this_checkout() -> None:
    for room in ("api", "authz", "database", "scans"):
        module = sys.modules.get(room) or __import__(room)
        assert Path(str(module.__file__)).is_relative_to(ROOT), room


def undescribed(node: Node, coordinate: str) -> list[str]:
    missing = [] if getattr(node, "description", None) else [coordinate]
    for member in (*(getattr(node, "fields", None) or ()), *(getattr(node, "values", None) or ())):
        missing += undescribed(member, f"{coordinate}.{member.name.value}")
        for argument in getattr(member, "arguments", None) or ():
            missing += undescribed(argument, f"{coordinate}.{member.name.value}({argument.name.value}:)")
    return missing


def test_every_element_of_the_contract_has_a_description() -> None:
    missing = []
    for definition in read_document(pages()).definitions:
        name = getattr(definition, "name", None)
        found = undescribed(definition, name.value if name else "schema")
        extends = isinstance(definition, TypeExtensionNode)
        missing += [one for one in found if not (extends and name and one == name.value)]
    advice = "no description; write one above it in schema/, for the person who reads it in the explorer"
    assert [f"{one}: {advice}" for one in missing] == []


def test_descriptions_are_sentences() -> None:
    def described(node: Node) -> list[str]:
        own = [node.description.value] if getattr(node, "description", None) else []  # type: ignore[attr-defined]
        members = (*(getattr(node, "fields", None) or ()), *(getattr(node, "values", None) or ()))
        for member in (*members, *(getattr(node, "arguments", None) or ())):
            own += described(member)
        return own

    for definition in read_document(pages()).definitions:
        for text in described(definition):
            assert text[0].isupper() or not text[0].isalpha(), text
            assert text.rstrip()[-1] in ".:", text


def test_every_page_of_the_contract_is_one_noun_bound_by_modules_of_its_stem() -> None:
    stems = {path.stem for path in (ROOT / "schema").glob("*.graphql")}
    for room in ("resolvers", "mutations", "subscriptions"):
        modules = {path.stem for path in (ROOT / room).glob("*.py")} - {"__init__"}
        assert modules <= stems, room


def test_payloads_say_success_and_are_named_after_their_mutation(schema: GraphQLSchema) -> None:
    assert schema.mutation_type is not None
    for name, field in schema.mutation_type.fields.items():
        payload = str(field.type).rstrip("!")
        expected = {f"{name[0].upper()}{name[1:]}Payload", "SimplePayload", "SignInPayload"}
        assert payload in expected, name
        assert "success" in schema.type_map[payload].fields, payload  # type: ignore[attr-defined]


SHORT_LISTS = {
    "Deprecation.users",
    "Finding.enrichments",
    "Finding.weaknesses",
    "Query.deprecations",
    "User.accessTokens",
    "User.sessions",
    "Vulnerability.enrichments",
}
"""Lists of objects as long as the finding's CVE or CWE ids, which are at most 20; or of at most 50; or as
the marks of the contract."""


def test_every_list_of_objects_is_a_connection(schema: GraphQLSchema) -> None:
    for definition in read_document(pages()).definitions:
        if not isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | ObjectTypeExtensionNode):
            continue
        if definition.name.value.endswith("Connection"):
            continue
        for field in definition.fields or ():
            text = str(schema.type_map[definition.name.value].fields[field.name.value].type)  # type: ignore[attr-defined]
            if text.startswith("["):
                named = schema.type_map[text.strip("[]!")]
                if f"{definition.name.value}.{field.name.value}" in SHORT_LISTS:
                    continue
                assert not hasattr(named, "fields"), f"{definition.name.value}.{field.name.value} is an unbounded list"


def test_enums_and_inputs_of_the_contract_are_named_alike_in_python() -> None:
    defined = {one.name.value for one in read_document(pages()).definitions if isinstance(one, EnumTypeDefinitionNode)}
    assert {one.__name__ for one in contract_enums()} == defined
    inputs = [one for one in read_document(pages()).definitions if isinstance(one, InputObjectTypeDefinitionNode)]
    assert all(one.name.value.endswith(("Input", "Filter", "Order")) for one in inputs)


@pytest.mark.parametrize("path", TABS, ids=lambda path: path.stem)
def test_the_prepared_tabs_are_valid(path: Path, schema: GraphQLSchema) -> None:
    document = parse(path.read_text())
    assert validate(schema, document) == []
    assert get_operation_ast(document) is not None
    Documents(Engine(schema, None)).prepare({"query": path.read_text()})


async def test_the_prepared_tabs_do_what_they_say(world: World) -> None:
    await world.add_vulnerability(await world.add_finding())
    results = {path.stem: await world.ask("group_manager", path.read_text()) for path in TABS}
    refused = results.pop("refused")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert refused["data"]["group"] is not None
    assert len(results) == 4
    assert all("errors" not in result for result in results.values()), results


def test_every_action_has_its_sentence() -> None:
    lines = (ROOT / "authz" / "actions.py").read_text().splitlines()
    for action in Action:
        number = next(n for n, line in enumerate(lines) if line.endswith(f'"{action}"'))
        assert re.fullmatch(r'    """[A-Z].*\."""', lines[number + 1]), action


def test_every_action_is_used() -> None:
    used = "\n".join(path.read_text() for path in tracked("resolvers/*.py", "mutations/*.py", "subscriptions/*.py"))
    assert [action.name for action in Action if f"Action.{action.name}" not in used] == []


def test_no_module_is_a_drawer_for_anything() -> None:
    assert not [path for path in tracked("*.py") if path.stem in {"utils", "helpers", "common", "misc"}]


def test_every_module_opens_with_a_docstring() -> None:
    for path in tracked("*.py"):
        text = path.read_text()
        assert not text or text.startswith('"""'), path


def test_no_lock_names_a_registry() -> None:
    for path in tracked("requirements/*.txt", "explorer/package-lock.json"):
        text = path.read_text()
        assert path.suffix == ".json" or "://" not in text, path
        assert '"resolved"' not in text, path


def test_every_dependency_has_its_line_in_the_docs() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text()
    project = (ROOT / "pyproject.toml").read_text()
    block = (
        project.split("dependencies = [", 1)[1].split("]\n\n", 1)[0] + project.split("embedded = [")[1].split("]")[0]
    )
    names = re.findall(r'"([a-z0-9-]+)', block)
    names += [line for line in (ROOT / "requirements" / "dev.in").read_text().splitlines() if line[:1].isalpha()]
    import json

    explorer = json.loads((ROOT / "explorer" / "package.json").read_text())
    names += [*explorer["dependencies"], *explorer["devDependencies"]]
    assert [name for name in names if f"`{name}`" not in text] == []
