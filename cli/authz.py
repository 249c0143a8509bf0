"""`adarve authz`: who may do what, printed."""

import csv
import io
from collections.abc import Callable

import click
import orjson

from api.schema import build_schema
from authz.roles import ALL_ROLES
from bindings.access_matrix import Access, MatrixRow, access_matrix
from cli.matrix_page import matrix_page

_MARKS = {Access.YES: "x", Access.ON_ADVANCED: "A", Access.NO: "."}


@click.group()
def authz() -> None:
    """Who may do what."""


@authz.command()
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json", "html"]), default="table", show_default=True
)
@click.option("--arguments", is_flag=True, help="Also list arguments, which need what their field needs.")
def matrix(form: str, *, arguments: bool) -> None:
    """Print which role is allowed each coordinate of the contract, where the role is held.

    In the table, x is allowed, A is allowed in groups on the ADVANCED plan, and a dot is refused.
    """
    rows = list(access_matrix(build_schema(), with_arguments=arguments))
    writers: dict[str, Callable[[list[MatrixRow]], str]] = {
        "table": _table,
        "csv": _csv,
        "json": _json,
        "html": matrix_page,
    }
    click.echo(writers[form](rows), nl=False)


def _table(rows: list[MatrixRow]) -> str:
    """Return columns of text; each role has a letter, explained below."""
    letters = {role: chr(ord("a") + number) for number, role in enumerate(ALL_ROLES)}
    wide = max(len(row.coordinate) for row in rows)
    deep = max(len(row.needs) for row in rows)
    lines = [f"{'coordinate':{wide}}  {'needs':{deep}}  {' '.join(letters.values())}"]
    for row in rows:
        marks = " ".join(_MARKS[row.access[role]] for role in ALL_ROLES)
        lines.append(f"{row.coordinate:{wide}}  {row.needs:{deep}}  {marks}")
    lines += ["", *(f"{letter}  {role}" for role, letter in letters.items())]
    lines += ["", "x  allowed where the role is held", "A  allowed in groups on the ADVANCED plan", ".  refused", ""]
    return "\n".join(lines)


def _csv(rows: list[MatrixRow]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["coordinate", "needs", *ALL_ROLES])
    for row in rows:
        writer.writerow([row.coordinate, row.needs, *(row.access[role] for role in ALL_ROLES)])
    return text.getvalue()


def _json(rows: list[MatrixRow]) -> str:
    listed = [{"coordinate": row.coordinate, "needs": row.needs, "access": row.access} for row in rows]
    made = orjson.dumps({"roles": ALL_ROLES, "coordinates": listed}, option=orjson.OPT_INDENT_2)
    return made.decode() + "\n"
