"""`adarve explain-plan`: the Python that the engine makes of an operation."""

from pathlib import Path

import click
import orjson
from graphql import GraphQLError

from api.documents import Documents, InvalidOperation
from api.schema import build_schema
from bindings.pushdown import pushed_down_for
from domain.errors import BadUserInput
from engine.conditions import NotCompiled
from engine.engine import Engine
from engine.explain import explain


@click.command("explain-plan")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--operation", help="The operation's name, if the document has several.")
@click.option("--variables", default="{}", help="The variables, as JSON: they decide what @skip and @include leave.")
def explain_plan(file: Path, operation: str | None, variables: str) -> None:
    """Print the Python that the engine makes of the operation in FILE, a GraphQL document.

    Exit codes: 1 if the document or its variables are not valid.
    """
    schema = build_schema()
    try:
        given = orjson.loads(variables)
    except orjson.JSONDecodeError as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="--variables") from None
    try:
        asked = {"query": _text(file), "operationName": operation, "variables": given}
        prepared = Documents(Engine(schema, None)).prepare(asked)
        click.echo(
            explain(
                schema,
                prepared.executable.document,
                operation_name=prepared.name,
                variables=given,
                note=pushed_down_for,
            ),
            nl=False,
        )
    except NotCompiled as reason:
        click.echo(f"graphql-core executes this operation: {reason}.")
    except InvalidOperation as invalid:
        raise BadUserInput("\n".join(_placed(file, error) for error in invalid.errors)) from None
    except GraphQLError as error:
        raise BadUserInput(_placed(file, error)) from None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadUserInput(f"{file} is not a text in UTF-8: {error.reason} at byte {error.start}.") from None


def _placed(file: Path, error: GraphQLError) -> str:
    at = "".join(f":{one.line}:{one.column}" for one in (error.locations or ())[:1])
    return f"{file}{at}: {error.message}"
