"""Applies the steps of a how-to to a copy of the tree, and runs what it says will pass.

A comment before a block says what the block is: `new: PATH` a new file, `append: PATH` lines at the end of one,
`after: PATH: TEXT` lines after the first one that ends with TEXT, `run` commands. `replace: PATH: OLD => NEW`, without
a block, changes the first OLD.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "how-to"
_STEP = re.compile(
    r"^<!-- (?:(replace): ([^\n]+?) => ([^\n]+?) -->$"
    r"|(new|append|after|run)(?:: ([^\n]+?))? -->\n```\w*\n(.*?)^```$)",
    re.MULTILINE | re.DOTALL,
)
LAST = '"LAST"'
"""Stands in a migration for the last revision in the folder."""


@dataclass(frozen=True)
class Step:
    """A step of a how-to."""

    kind: str
    target: str
    text: str

    def apply(self, tree: Path) -> None:
        """Do it in a copy of the tree."""
        path, _, after = self.target.partition(": ")
        file = tree / path
        if self.kind == "new":
            assert not file.exists(), f"{path} is there already"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.text.replace(LAST, f'"{_last_revision(tree)}"'))
        elif self.kind == "append":
            file.write_text(file.read_text() + self.text)
        elif self.kind == "replace":
            assert after.strip() in file.read_text(), f"{path} has no {after!r}"
            file.write_text(file.read_text().replace(after.strip(), self.text, 1))
        elif self.kind == "after":
            lines = file.read_text().splitlines(keepends=True)
            found = next(number for number, line in enumerate(lines) if line.rstrip().endswith(after))
            file.write_text("".join([*lines[: found + 1], self.text, *lines[found + 1 :]]))
        else:
            run(self.text, tree)


def _last_revision(tree: Path) -> str:
    versions = (tree / "database" / "migrations" / "versions").glob("[0-9]*.py")
    return max(path.name.split("_")[0] for path in versions)


def steps(page: Path) -> list[Step]:
    """Return the steps of a page, in order."""
    found = _STEP.findall(page.read_text())
    return [Step(*(one[:3] if one[0] else one[3:])) for one in found]


def copy_of_the_tree(to: Path) -> Path:
    """Return a copy of the tree as it is, with a git history of one commit."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, to / name)
    (to / ".venv").symlink_to(ROOT / ".venv")
    if (ROOT / "explorer" / "dist").exists():
        (to / "explorer" / "dist").symlink_to(ROOT / "explorer" / "dist")
    commit(to)
    return to


def commit(tree: Path) -> None:
    """Commit everything in a copy of the tree."""
    if not (tree / ".git").exists():
        run("git init -q -b main", tree)
    run("git add -A && git -c user.name=t -c user.email=t@t.example commit -q -m 'a how-to'", tree)


def run(command: str, tree: Path) -> None:
    """Run commands in a copy of the tree, each of which must pass."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-2000:]}"
