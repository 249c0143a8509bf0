"""What is asked of git: which commits made the main branch, what files they hold, and the trailers of messages."""

import contextlib
import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

SUFFIXES = (".graphql", ".graphqls", ".gql", ".sdl")
"""How files of SDL are named, where a folder is given."""

_PLACES = ("refs/heads", "refs/remotes/origin")
_MAIN_BRANCHES = ("main", "master", "trunk")
_TIMEOUT = 600
_PLAIN_LOG = (
    "-c",
    "log.showSignature=false",
    "-c",
    "i18n.logOutputEncoding=UTF-8",
    "-c",
    "trailer.separators=:",
    "log",
)
"""How the log is asked for, whatever people have configured for themselves."""
_PATHSPEC_VARIABLES = ("GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS")


class CannotCheckError(Exception):
    """It could not be checked: no repository, no such reference, a file that cannot be read."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of the main branch: its id, when it was committed, and the files that differ from its first parent.

    Files are pairs of blob ids, before and after, by path; None where there is no file.
    """

    id: str
    timestamp: int
    files: dict[str, tuple[str | None, str | None]]


class Repository:
    """A git repository, seen from a folder in it. Paths are relative to its root."""

    def __init__(self, folder: Path) -> None:
        """Raises CannotCheckError if the folder is in no git repository."""
        self._folder = folder
        self._environment = {name: value for name, value in os.environ.items() if name not in _PATHSPEC_VARIABLES}
        asked = ("--show-toplevel", "--git-common-dir", "--is-shallow-repository", "HEAD")
        said = self._run("rev-parse", *asked, may=True)
        lines = said.splitlines()
        if len(lines) < 3:
            raise CannotCheckError(f"{folder} is not in a work tree of a git repository, so there is no history.")
        self.root = Path(lines[0])
        self.git_folder = (folder / lines[1]).resolve()
        self.shallow = lines[2] == "true"
        self.head = lines[3] if len(lines) > 3 and lines[3] != "HEAD" else None
        self._reader: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        """End the process that reads objects."""
        if self._reader and self._reader.stdin and self._reader.stdout:
            with contextlib.suppress(BrokenPipeError):
                self._reader.stdin.close()
            self._reader.stdout.close()
            self._reader.wait(_TIMEOUT)
            self._reader = None

    def resolve(self, reference: str) -> str | None:
        """Return the id of the commit that a reference names, if there is one."""
        said = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}", may=True)
        return said.strip() or None

    def main_branch(self, name: str | None = None) -> str | None:
        """Return the last commit of the main branch: of the name given, or of what the remote or custom calls so.

        Where it is here and on the remote, the one that is ahead counts; where there is none, HEAD.
        """
        refs = self._branches
        if name:
            found = self._newer(name) or self.resolve(name)
            if found is None:
                raise CannotCheckError(f"There is no main branch {name!r} in this repository.")
            return found
        remote = refs.get("refs/remotes/origin/HEAD", ("", ""))[1].removeprefix("refs/remotes/origin/")
        for branch in filter(None, (remote, *_MAIN_BRANCHES)):
            found = self._ahead(*(refs.get(f"{place}/{branch}", ("", ""))[0] for place in _PLACES))
            if found:
                return found
        return self.head

    def _newer(self, branch: str) -> str | None:
        """Return the last commit of a branch, here or on the remote."""
        return self._ahead(*(self.resolve(f"{place}/{branch}") or "" for place in _PLACES))

    def _ahead(self, here: str, there: str) -> str | None:
        """Return whichever of two commits comes from the other; the first, if neither does."""
        if here and there and here != there and self.is_ancestor(here, there):
            return there
        return here or there or None

    @cached_property
    def _branches(self) -> dict[str, tuple[str, str]]:
        """The commits of branches that may be the main one, and what symbolic ones stand for."""
        names = [f"{place}/{name}" for place in _PLACES for name in _MAIN_BRANCHES]
        remote = self._run(
            "for-each-ref", "--format=%(refname) %(objectname) %(symref)", "refs/remotes/origin/HEAD", *names
        )
        found: dict[str, tuple[str, str]] = {}
        for line in remote.splitlines():
            name, commit, symbolic = line.split(" ")
            found[name] = (commit, symbolic)
        other = found.get("refs/remotes/origin/HEAD", ("", ""))[1].removeprefix("refs/remotes/origin/")
        if other and other not in _MAIN_BRANCHES:
            for place in _PLACES:
                found[f"{place}/{other}"] = (self.resolve(f"{place}/{other}") or "", "")
        return found

    def is_ancestor(self, one: str, other: str) -> bool:
        """Whether a commit belongs to the history of another."""
        return self.merge_base(one, other) == one

    def last_landed(self, main: str) -> str | None:
        """Return the last commit in the first-parent history of main that HEAD comes from."""
        if self.head is None or main == self.head:
            return self.head
        ahead = self._run("rev-list", "--count", "--first-parent", main, f"^{self.head}").strip()
        found = self._run("rev-list", "--first-parent", f"--skip={ahead}", "--max-count=1", main)
        return found.strip() or None

    def first_parents(self, start: str, without: str | None = None) -> list[str]:
        """Return the first-parent history of a commit, newest first, but for what belongs to another's history."""
        return self._run("rev-list", "--first-parent", start, *([f"^{without}"] if without else [])).split()

    def between(self, one: str, other: str) -> list[str]:
        """Return the commits that come from one and lead to another."""
        return self._run("rev-list", "--ancestry-path", f"{one}..{other}").split()

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the commit that two come from, if they have one in common."""
        return self._run("merge-base", one, other, may=True).strip() or None

    def first_parent(self, commit: str) -> str | None:
        """Return the first parent of a commit, if it has one here."""
        return self.resolve(f"{commit}^")

    def files(self, commit: str, paths: Sequence[str]) -> dict[str, str]:
        """Return the blobs of the SDL files at paths, which are files or folders, in a commit."""
        said = self._run("ls-tree", "-r", "-z", "--full-tree", commit, "--", *[path or "." for path in paths])
        found: dict[str, str] = {}
        for entry in filter(None, said.split("\0")):
            described, path = entry.split("\t", 1)
            mode, _, blob = described.split(" ")
            if mode.startswith("100") and belongs(path, paths):
                found[path] = blob
        return found

    def deleted_since(self, commit: str) -> dict[str, str]:
        """Return the files of a commit, with their blobs, that are not in the work tree."""
        said = self._run("diff-index", "-r", "-z", "--no-renames", "--no-relative", "--diff-filter=D", commit)
        parts = said.split("\0")
        blobs = {path: _blobs(described)[0] for described, path in zip(parts[::2], parts[1::2], strict=False)}
        return {path: blob for path, blob in blobs.items() if blob}

    def names_in(self, commit: str, folder: str) -> dict[str, str]:
        """Return what stands in a folder of a commit, files and folders, with their objects."""
        said = self._run("ls-tree", "-z", "--full-tree", f"{commit}:{folder}", may=True)
        entries = [entry.split("\t", 1) for entry in said.split("\0") if entry]
        return {name: described.split(" ")[2] for described, name in entries}

    def is_changed(self, paths: Sequence[str]) -> bool:
        """Whether files at paths differ from HEAD in the work tree."""
        scope = [f":(top,literal){path}" for path in paths]
        return bool(self._run("status", "--porcelain", "-z", "--", *scope))

    def files_here(self, paths: Sequence[str]) -> list[str]:
        """Return the SDL files at paths that are in the work tree, or were until lately, but for ignored ones."""
        scope = [f":(top,literal){path}" for path in paths]
        said = self._run(
            "ls-files", "-t", "-z", "--full-name", "--cached", "--others", "--exclude-standard", "--", *scope
        )
        listed = [(entry[0], entry[2:]) for entry in said.split("\0") if entry and belongs(entry[2:], paths)]
        for tag, path in listed:
            if tag == "S":
                raise CannotCheckError(f"{path} is not checked out in this sparse work tree.")
        return [path for _, path in listed]

    def log(self, start: str, paths: Sequence[str]) -> list[Commit]:
        """Return the first-parent history of a commit, newest first, as far as it touches files at paths."""
        return self._commits("--first-parent", start, "--", *[f":(top,literal){path}" for path in paths])

    def deletions(self, commits: Iterable[str]) -> list[Commit]:
        """Return what files commits took away, wherever they were."""
        listed = "\n".join(commits)
        return self._commits("--no-walk=unsorted", "--first-parent", "--diff-filter=D", "--stdin", given=listed)

    def _commits(self, *arguments: str, given: str | None = None) -> list[Commit]:
        form = ("-z", "--diff-merges=first-parent", "--no-renames", "--no-relative", "--raw", "--no-abbrev")
        said = self._run(*_PLAIN_LOG, *form, "--format=%x01%H %ct", *arguments, given=given)
        commits: list[Commit] = []
        parts = iter(said.split("\0"))
        for part in parts:
            text = part.strip("\n")
            if text.startswith("\x01"):
                commit, timestamp = text[1:].split(" ")
                commits.append(Commit(commit, int(timestamp), {}))
            elif text.startswith(":"):
                commits[-1].files[next(parts)] = _blobs(text)
        return commits

    @cached_property
    def boundary(self) -> frozenset[str]:
        """The commits at which a shallow clone ends."""
        listed = self.git_folder / "shallow"
        return frozenset(listed.read_text().split()) if self.shallow and listed.exists() else frozenset()

    def trailers(self, key: str, reference: str, without: str | None = None) -> Iterator[tuple[str, str]]:
        """Go through commits of a history with their values of a trailer, newest first."""
        form = f"--format=%H %(trailers:key={key},valueonly,unfold,separator=%x2C)"
        scope = (reference,) if without is None else (reference, f"^{without}")
        said = self._run(*_PLAIN_LOG, form, "--basic-regexp", "-i", f"--grep=^{key}[ \t]*:", *scope)
        for line in said.splitlines():
            commit, _, value = line.partition(" ")
            if value:
                yield commit, value

    def read(self, blob: str) -> bytes | None:
        """Return what a blob holds, or None if this repository lacks it."""
        if self._reader is None:
            self._reader = subprocess.Popen(
                ["git", "cat-file", "--batch"],  # noqa: S607, since git is where the user has it
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=1 << 20,
            )
        reader = self._reader
        if reader.stdin is None or reader.stdout is None:
            raise CannotCheckError("git gives no objects.")
        try:
            reader.stdin.write(blob.encode() + b"\n")
            reader.stdin.flush()
            described = reader.stdout.readline().split()
        except BrokenPipeError:  # git ends where a partial clone's remote cannot be reached
            described = []
        if not described:
            self.close()
        if len(described) < 3:
            return None
        data = reader.stdout.read(int(described[2]))
        reader.stdout.read(1)
        return data

    def _run(self, *arguments: str, may: bool = False, given: str | None = None) -> str:
        """Return what git prints. Raises CannotCheckError if it fails, unless it may."""
        try:
            done = subprocess.run(
                ["git", *arguments],  # noqa: S607
                cwd=self._folder,
                env=self._environment,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="surrogateescape",
                input=given,
                timeout=_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CannotCheckError(f"git cannot be run: {error}") from None
        if done.returncode and not may:
            raise CannotCheckError(f"git {arguments[0]} failed: {done.stderr.strip()}")
        return done.stdout


def _blobs(described: str) -> tuple[str | None, str | None]:
    """Return the ids before and after, of a line of `--raw`; None for what is no regular file."""
    before_mode, after_mode, before, after, _ = described[1:].split(" ")
    regular = before_mode.startswith("100"), after_mode.startswith("100")
    return before if regular[0] else None, after if regular[1] else None


def belongs(path: str, paths: Sequence[str]) -> bool:
    """Whether a file is one of the paths, or an SDL file in a folder that is one of them."""
    if path in paths:
        return True
    return path.endswith(SUFFIXES) and any(not one or path.startswith(f"{one}/") for one in paths)


def relative(path: Path, root: Path) -> str:
    """Return a path as git writes it, from the root; empty for the root itself.

    Raises CannotCheckError if it lies elsewhere.
    """
    try:
        inside = PurePosixPath(path.resolve().relative_to(root.resolve()).as_posix())
    except ValueError:
        raise CannotCheckError(f"{path} lies outside of the repository at {root}.") from None
    return "" if inside == PurePosixPath(".") else str(inside)
