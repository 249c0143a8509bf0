"""The command `deprecations`: check, audit, list.

Exit codes: 0 nothing is wrong, 1 something was found, 2 it could not be checked.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path

import click

from deprecation.audit import AuditedCommit, audit
from deprecation.check import Check
from deprecation.configuration import Configuration, read_configuration
from deprecation.dates import parse_day
from deprecation.edits import apply, by_file
from deprecation.git import CannotCheckError, Repository
from deprecation.problems import CheckResult
from deprecation.reports import FORMATS
from deprecation.usage import read_usage

_MOST_ROUNDS = 3


class Day(click.ParamType[date]):
    """A day as YYYY-MM-DD or YYYY/MM/DD."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day, or fail."""
        day = value if isinstance(value, date) else parse_day(str(value))
        if day is None:
            self.fail(f"{value!r} is no day; write YYYY-MM-DD.", param, ctx)
        return day


def _today() -> date:
    return datetime.now(UTC).date()


def _schema(function: Callable[..., None]) -> Callable[..., None]:
    """Take the paths of the schema: by the option, several times, or one after the other behind it.

    Paths that may come from elsewhere, as from a pattern of documents that the shell has written out, are refused.
    """

    @click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
    @click.option(
        "--schema",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="PATH...",
        help="Files or folders of the schema; PATHS are more of them.",
    )
    @wraps(function)
    def wrapped(*arguments: object, schema: tuple[Path, ...], paths: tuple[Path, ...], **options: object) -> None:
        if paths and (not schema or options.get("documents")):
            raise click.UsageError(f"What is {paths[0]}? Name the schema by --schema, and quote patterns of documents.")
        function(*arguments, schema=(*schema, *paths), **options)

    return wrapped


_of_today = click.option(
    "--today", type=Day(), default=_today, help="The day to take for today, in UTC.", show_default="today"
)

_documents = click.option(
    "--documents",
    multiple=True,
    metavar="GLOB",
    help="Files with GraphQL documents, also embedded ones; may be given several times.",
)


@contextmanager
def _repository() -> Iterator[Repository]:
    repository = Repository(Path.cwd())
    try:
        yield repository
    finally:
        repository.close()


def _settings(
    repository: Repository, schema: tuple[Path, ...], documents: tuple[str, ...] | None = None
) -> Configuration:
    """Return the settings of the project; what is given to the command goes before them."""
    found = read_configuration(Path.cwd(), repository.root)
    if schema:
        found = replace(found, schema=tuple(Path.cwd() / one for one in schema), schema_is_given=True)
    if documents:
        found = replace(found, documents=documents, documents_are_given=True, folder=Path.cwd())
    return found


def _says_why_not(function: Callable[..., None]) -> Callable[..., None]:
    """Leave with 2, and a line that says why, if it could not be checked."""

    @wraps(function)
    def wrapped(*arguments: object, **options: object) -> None:
        try:
            function(*arguments, **options)
        except CannotCheckError as error:
            click.echo(f"deprecations: {error}", err=True)
            sys.exit(2)

    return wrapped


@click.group()
def deprecations() -> None:
    """Hold the promise that nothing disappears without notice and a named way out."""


@deprecations.command()
@click.option("--base", help="The commit to compare with.  [default: where HEAD left the main branch]")
@_schema
@_of_today
@_documents
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option(
    "--usage", metavar="FILE|URL", help="Refuse a removal of what is still used, as this file or server says."
)
@click.option("--fix", is_flag=True, help="Mend in the files what can be mended.")
@click.option("--fail-on-overdue", is_flag=True, help="Fail if something is there whose day has passed.")
@_says_why_not
def check(
    base: str | None,
    schema: tuple[Path, ...],
    today: date,
    documents: tuple[str, ...],
    form: str,
    usage: str | None,
    *,
    fix: bool,
    fail_on_overdue: bool,
) -> None:
    """Check the schema in the work tree against a base, the marks that stand in it, and documents that use it.

    Exits with 0 if nothing is wrong, with 1 if something was found, and with 2 if it could not be checked.
    """
    with _repository() as repository:
        settings = _settings(repository, schema, documents)
        uses = read_usage(usage) if usage else None
        checking = Check(repository, settings, today, fail_on_overdue=fail_on_overdue, usage=uses)
        report = checking.run(base)
        for hint in report.hints:
            click.echo(f"deprecations: {hint}", err=True)
        sources = checking.sources() if any(one.edits for one in report.findings) else None
        click.echo(FORMATS[form](report, sources.text if sources else str), nl=False)
        if fix:
            _mend(repository, checking, base, report)
    sys.exit(0 if report.ok else 1)


def _mend(repository: Repository, checking: Check, base: str | None, report: CheckResult) -> None:
    """Apply the edits of all findings that fail; again if that leaves others, as a day too near in other words."""
    for _ in range(_MOST_ROUNDS):
        edits = [edit for one in report.findings if one.fails and not one.accepted for edit in one.edits]
        if not edits:
            return
        sources = checking.sources()
        for file, listed in by_file(edits).items():
            (repository.root / file).write_bytes(apply(sources.text(file), listed).encode())
            click.echo(f"deprecations: mended {file}; check again", err=True)
        report = checking.run(base)


@deprecations.command("audit")
@click.option("--since", help="Leave out this commit and those before it.")
@_schema
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_says_why_not
def audit_command(since: str | None, schema: tuple[Path, ...], form: str) -> None:
    """Say, commit by commit of the main branch, which promises were made, kept and broken.

    Exits with 0 if all were kept or their risk accepted, with 1 if not, and with 2 if it could not be checked.
    """
    with _repository() as repository:
        commits = list(audit(repository, _settings(repository, schema), since))
    click.echo(_audit_as_json(commits) if form == "json" else _audit_as_text(commits), nl=False)
    broken = any(one.verdict.broken and not one.accepted for commit in commits for one in commit.verdicts)
    sys.exit(1 if broken else 0)


def _audit_as_json(commits: list[AuditedCommit]) -> str:
    listed = [
        {
            "commit": commit.commit,
            "date": commit.day.isoformat(),
            "findings": [
                {
                    "rule": one.verdict.rule,
                    "coordinate": one.verdict.coordinate,
                    "message": one.verdict.message,
                    "earliest_removal": one.verdict.earliest_removal and one.verdict.earliest_removal.isoformat(),
                    "accepted": one.accepted,
                    "cascade": one.verdict.cascade,
                }
                for one in commit.verdicts
            ],
        }
        for commit in commits
    ]
    return json.dumps(listed, indent=2) + "\n"


def _audit_as_text(commits: list[AuditedCommit]) -> str:
    lines: list[str] = []
    counts = {"made or kept": 0, "broken": 0, "accepted": 0}
    for commit in commits:
        if commit.verdicts:
            lines.append(f"{commit.day} {commit.commit[:12]}")
        for one in commit.verdicts:
            kind = "accepted" if one.accepted else "broken" if one.verdict.broken else "made or kept"
            counts[kind] += 1
            label = "accepted: " if one.accepted else ""
            lines.append(f"    {label}{one.verdict.rule}: {one.verdict.message}")
    said = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    return "\n".join([*lines, f"{len(commits)} versions; promises: {said}.", ""])


@deprecations.command("list")
@_schema
@_of_today
@_documents
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--usage", metavar="FILE|URL", help="Add the clients that still use it, as this file or server says.")
@_says_why_not
def list_command(
    schema: tuple[Path, ...], today: date, documents: tuple[str, ...], form: str, usage: str | None
) -> None:
    """List what goes when, what is overdue, and which documents and clients still use it."""
    from deprecation import schedule  # noqa: PLC0415, since graphql-core takes long to import
    from deprecation.document_check import DocumentCheck  # noqa: PLC0415

    with _repository() as repository:
        settings = _settings(repository, schema, documents)
        sources = Check(repository, settings, today).sources()
        for place, message in sources.errors:
            raise CannotCheckError(f"{place}: {message}")
        users = schedule.document_users(DocumentCheck(repository, settings, sources))
        for coordinate, used in (read_usage(usage) if usage else {}).items():
            users[coordinate] = {**users.get(coordinate, {}), **(used.users or {"clients": used.uses})}
        listed = schedule.schedule(sources, settings.wording, users)
    click.echo((schedule.as_json if form == "json" else schedule.as_text)(listed, today), nl=False)
