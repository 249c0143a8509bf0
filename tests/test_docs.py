"""Every example in the docs runs, and every list in them is complete."""

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from graphql import ExecutableDefinitionNode, GraphQLSchema, parse, validate
from graphql.validation.validate import validate_sdl

from api import graphql_websocket, limits
from api.deprecations import MOST_NAME, PAGE
from api.errors import PARSE_FAILED, VALIDATION_FAILED
from api.head import CLIENT_NAMES, PREFLIGHT, PREVIEW
from api.settings import describe_settings
from bench.results import page_with, table
from cli.main import MODULES, cli
from database.export import MOST_ROWS
from database.scan_import import COUNTS
from domain import errors
from domain.page import LARGEST_SIZE
from domain.severity import TENTHS_OF_LEVEL
from enums.group import GroupRole
from enums.organization import OrganizationRole
from enums.user import UserRole
from enums.vulnerability import VulnerabilityChangeKind
from jobs.deprecation_usage import MOST_NAMES
from jobs.queue import MOST_UNFINISHED
from jobs.worker import MOST_MEMORY_BYTES
from scans import limits as scan_limits
from scans.exported import FIELDS
from scans.formats import FORMATS
from tests.world import PEOPLE, World, result, sarif

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "examples" / "README.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[Any]:
    found = []
    for page in PAGES:
        for number, (kind, text) in enumerate(BLOCK.findall(page.read_text())):
            if kind == language:
                found.append(pytest.param(text, id=f"{page.name}-{number}"))
    return found


def page(name: str) -> str:
    return (ROOT / name).read_text()


@pytest.mark.parametrize("text", blocks("graphql"))
def test_every_operation_in_the_docs_is_valid(text: str, schema: GraphQLSchema) -> None:
    document = parse(text)
    if any(isinstance(one, ExecutableDefinitionNode) for one in document.definitions):
        assert validate(schema, document) == []
    else:
        assert validate_sdl(document) == []


async def test_the_query_in_the_readme_answers(world: World) -> None:
    await world.add_vulnerability(await world.add_finding())
    (text,) = (param.values[0] for param in blocks("graphql") if "WhatIsWorst" in str(param.values[0]))
    data = await world.get("user", str(text))
    assert data["group"]["findings"]["totalCount"] == 1
    assert data["group"]["findings"]["nodes"][0]["vulnerabilities"]["nodes"][0]["line"] == 3


async def test_the_first_steps_in_the_readme_work_on_an_empty_installation(world: World) -> None:
    async with world.services.database.connection() as connection:
        await connection.execute("DELETE FROM users")
    sign_up, begin = (
        next(str(param.values[0]) for param in blocks("graphql") if f"mutation {name} " in str(param.values[0]))
        for name in ("SignUp", "Begin")
    )
    assert (await world.get(None, sign_up))["signUp"]["user"] == {"role": "ADMIN"}
    async with world.services.database.connection() as connection:
        world.users["first"] = await connection.fetchval("SELECT user_id FROM users")
    assert (await world.get("first", begin))["addGitRoot"] == {"success": True}
    imported = await world.import_file(sarif(result()), "first", group="webshop", root="code")
    assert imported["added"] == 1


async def test_the_invitation_in_the_readme_lets_a_colleague_in(world: World) -> None:
    invite, join = (
        next(str(param.values[0]) for param in blocks("graphql") if f"mutation {name}" in str(param.values[0]))
        for name in ("Invite ", "Join(")
    )
    invite = invite.replace("webshop", "shop")
    token = (await world.get("admin", invite))["inviteStakeholder"]["token"]
    data = await world.get(None, join, token=token)
    assert data["signUp"]["user"] == {"email": "colleague@company.example"}


async def test_the_appointment_and_the_explanation_in_the_docs_answer(world: World) -> None:
    appoint, why = (
        next(str(param.values[0]) for param in blocks("graphql") if f"{name}" in str(param.values[0]))
        for name in ("mutation Appoint", "query Why")
    )
    data = await world.get("group_manager", appoint.replace("@demo.example", "@adarve.example"))
    assert data["updateStakeholderRole"]["stakeholder"]["role"] == "RESOURCER"
    told = await world.get("group_manager", why, finding=await world.add_finding())
    assert told["explainAccess"]["allowed"] is False


async def test_the_refusal_in_the_docs_reads_as_it_says(world: World) -> None:
    await world.add_finding()
    text = next(text for kind, text in BLOCK.findall(page("docs/authorization.md")) if kind == "graphql")
    response = await world.ask("group_manager", text)
    message = response["errors"][0]["message"]
    assert message in " ".join(page("docs/authorization.md").split())


def test_the_plan_in_the_docs_is_the_one_that_is_made(tmp_path: Path) -> None:
    found = BLOCK.findall(page("docs/engine.md"))
    (tmp_path / "worst.graphql").write_text(next(text for kind, text in found if kind == "graphql"))
    command = ["explain-plan", str(tmp_path / "worst.graphql"), "--variables", '{"group": "shop"}']
    said = CliRunner().invoke(cli, command, catch_exceptions=False)
    assert said.exit_code == 0
    shown = [text for kind, text in found if kind == "py"]
    assert len(shown) == 4
    made = "".join(said.output.split())  # the formatter breaks the lines of the docs otherwise
    for text in shown:
        assert "".join(text.split()) in made
    assert said.output.splitlines()[1].startswith("# Group.findings: PostgreSQL writes all of it for whoever ")


def test_every_module_of_the_engine_has_its_stage_in_the_docs() -> None:
    there_are = {f"engine/{one.name}" for one in (ROOT / "engine").glob("*.py")} - {"engine/__init__.py"}
    assert set(re.findall(r"`(engine/\w+\.py)`", page("docs/engine.md"))) == there_are


def test_the_figures_in_the_docs_are_those_that_were_measured() -> None:
    measured = page("docs/performance.md")
    assert page_with(table(), measured) == measured
    rows = json.loads(page("bench/results.json"))
    assert any(one["reached"] is None for one in rows), "the rows that explain others are there"
    for one in rows:
        assert set(one) == {"name", "ours", "peer", "unit", "ratio", "goal", "reached"}


@pytest.mark.parametrize("text", blocks("python"))
def test_every_piece_of_python_in_the_docs_names_what_there_is(text: str) -> None:
    import ast

    import authz.actions
    import authz.guards
    import bindings.types

    names = {*vars(bindings.types), *vars(authz.guards)}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Action":
            assert node.attr in authz.actions.Action.__members__
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id in names


@pytest.mark.parametrize("text", blocks("sh"))
def test_every_command_in_the_docs_exists(text: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", page("Makefile"), re.MULTILINE))
    for line in text.splitlines():
        words = line.split()
        if "make" in words:
            assert words[words.index("make") + 1] in targets, line
        if words[:1] == ["adarve"]:
            command = cli.get_command(click.Context(cli), words[1])
            assert command, line
            if isinstance(command, click.Group):
                command = command.commands[words[2]]
            known = {option for parameter in command.params for option in parameter.opts}
            assert {word for word in words if word.startswith("--")} <= known, line
        for variable in re.findall(r"export (ADARVE_\w+)", line):
            assert variable in {name for name, _, _ in describe_settings()} | {"ADARVE_TOKEN"}, line


def test_every_make_target_that_the_docs_name_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", page("Makefile"), re.MULTILINE))
    for path in PAGES:
        named = set(re.findall(r"`make ([a-z-]+)", path.read_text()))
        assert named <= targets, path


def test_every_link_between_pages_leads_somewhere() -> None:
    for path in PAGES:
        for target in re.findall(r"\]\(([^)#]+)", path.read_text()):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_setting_is_in_the_docs_as_it_is() -> None:
    for name, default, text in describe_settings():
        shown = f"`{default}`" if default else ""
        assert f"| `{name}` | {shown} | {text} |" in page("docs/settings.md")


def test_every_error_code_is_in_the_docs() -> None:
    codes = {one.code for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.AdarveError)}
    for code in codes | {PARSE_FAILED, VALIDATION_FAILED}:
        assert f"`{code}`" in page("docs/http.md"), code


def test_what_clients_see_of_deprecations_is_in_the_docs() -> None:
    text = page("docs/http.md")
    assert f"{MOST_NAME} characters and {MOST_NAMES} names a day" in text
    assert f"`/api?{PREVIEW}=" in text
    assert f"`{PAGE}`" in text
    for header in CLIENT_NAMES:
        assert f"`{header}`" in text.replace("Adarve-Client-Name", "adarve-client-name")


def test_every_role_is_in_the_docs_and_in_the_world_of_the_tests() -> None:
    for role in (*UserRole, *OrganizationRole, *GroupRole):
        assert role in page("docs/authorization.md")
    assert {role.lower() for role in GroupRole} <= set(PEOPLE)


def test_the_numbers_in_the_docs_are_those_of_the_code() -> None:
    text = page("docs/http.md")
    for number in (limits.MOST_CHARACTERS, limits.MOST_FIELDS, limits.MOST_OBJECTS, limits.MOST_DEPTH, LARGEST_SIZE):
        assert f"| {number:,} |" in text
    assert f"| {graphql_websocket.MOST_OPERATIONS} |" in text
    assert PREFLIGHT in text.lower()
    for level, tenths in TENTHS_OF_LEVEL.items():
        assert f"{level} {tenths / 10}" in page("docs/imports.md")
    imports = page("docs/imports.md")
    for words in (
        f"{scan_limits.MOST_RUNS} runs a file",
        f"{scan_limits.MOST_RESULTS:,} results a run",
        f"{scan_limits.MOST_RULES:,} rules a run",
        f"{scan_limits.MOST_LOCATIONS:,} locations a result",
        f"{scan_limits.MOST_COMPRESSED // 2**20} MiB compressed by gzip",
        f"{scan_limits.MOST_DECOMPRESSED // 2**20} MiB once decompressed",
        f"{scan_limits.MOST_RATIO} times the compressed size (from {scan_limits.RATIO_FREE // 2**20} MiB on)",
        f"{scan_limits.MOST_DEPTH} levels of JSON",
        f"{scan_limits.MOST_STRING:,}\ncharacters a message (beyond {scan_limits.MOST_MESSAGE:,} it is cut",
        f"{scan_limits.MOST_READING_SECONDS // 60} minutes to read",
        f"{MOST_MEMORY_BYTES // 2**30} GiB of memory for the worker",
        f"{MOST_UNFINISHED}\nimports of a group that wait or run",
        f"at most {MOST_ROWS:,} results",
    ):
        assert words in imports, words
    assert all(f"`{name}`" in imports for name in COUNTS), "every count is explained"


def test_every_format_is_in_the_docs() -> None:
    imports = page("docs/imports.md")
    for one in FORMATS:
        named = one.NAME.replace(" JSON or XML", "").replace(" lines", "").replace(" JSON", "")
        assert named in imports, one.NAME
    assert all(f"`{field}`" in imports for field in FIELDS)
    assert all(kind in imports for kind in VulnerabilityChangeKind)


def test_every_subcommand_is_in_the_changelog() -> None:
    for name in MODULES:
        assert f"`{name}`" in page("CHANGELOG.md") or f"adarve {name}" in page("CHANGELOG.md")


def test_the_commands_that_regenerate_the_reports_are_those_of_the_makefile() -> None:
    makefile, text = page("examples/Makefile"), page("examples/README.md")
    for pinned in ("bandit[sarif]==1.9.4", "semgrep==1.182.0", "@microsoft/eslint-formatter-sarif"):
        assert pinned in makefile
        assert pinned in text


LINK = re.compile(r"\[`?([^\]`]+)`?\]\(([^)#]+?)(?:#[\w-]+)?\)")


@pytest.mark.parametrize("path", [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    for _, target in LINK.findall(path.read_text()):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_way_of_a_request_names_what_there_is() -> None:
    """Each link of the walk leads to a module, and that module has what the link is called."""
    for named, target in LINK.findall(page("docs/a-request.md")):
        file = ROOT / "docs" / target
        if file.suffix == ".py" and named.isidentifier() and file.stem != named:
            text = file.read_text()
            assert re.search(rf"^(async )?(def|class) {named}\b", text, re.MULTILINE), f"{target} has no {named}"
