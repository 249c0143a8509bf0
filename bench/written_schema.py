"""Large schemas and long histories to measure with: types with described fields, a few of which change each time."""

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

_DAY = 86_400
_START = 1_600_000_000
_WORDS = ("record", "tenant", "scanner", "result", "owner", "policy", "report", "branch", "commit", "ticket", "review")


class WrittenSchema:
    """A schema of about so many bytes, that can be changed a little."""

    def __init__(self, size: int, seed: int = 1) -> None:
        self._random = random.Random(seed)  # noqa: S311, since the same schema is wanted each time
        self._types: list[str] = []
        written = 0
        while written < size:
            self._types.append(self._type(len(self._types)))
            written += len(self._types[-1])

    def _sentence(self) -> str:
        return " ".join(self._random.choices(_WORDS, k=9)).capitalize() + "."

    def _field(self, name: str) -> str:
        other = f"Type{self._random.randrange(max(1, len(self._types)))}"
        arguments = "(first: Int = 20, after: String)" if self._random.random() < 0.3 else ""
        return f'  """\n  {self._sentence()}\n  """\n  {name}{arguments}: {other}!\n'

    def _type(self, number: int) -> str:
        fields = "\n".join(self._field(f"field{one}") for one in range(8))
        return f'"""\n{self._sentence()}\n"""\ntype Type{number} {{\n{fields}}}\n'

    def text(self) -> str:
        """Return the SDL."""
        return "\n".join(["type Query {\n  first: Type0\n}\n", *self._types])

    def change(self, version: int) -> None:
        """Add a field to three types, and take the first field from another."""
        for number in self._random.sample(range(len(self._types)), 3):
            self._types[number] = self._types[number].removesuffix("}\n") + "\n" + self._field(f"new{version}") + "}\n"
        number = self._random.randrange(len(self._types))
        head, _, rest = self._types[number].partition("{\n")
        parts = rest.split("\n\n")
        if len(parts) > 2:
            self._types[number] = head + "{\n" + "\n\n".join(parts[1:])

    def versions(self, count: int) -> Iterator[str]:
        """Go through so many versions, each a little different from the one before."""
        for version in range(count):
            yield self.text()
            self.change(version)


def make_repository(folder: Path, versions: Iterator[str]) -> int:
    """Make a repository with a commit a version, and return how many bytes they are together."""
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=folder, check=True)
    importing = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=folder, stdin=subprocess.PIPE)
    total = 0
    with importing, importing.stdin or open("/dev/null", "wb") as stdin:  # noqa: PTH123
        for number, text in enumerate(versions):
            data = text.encode()
            total += len(data)
            who = f"committer Ada <ada@example.com> {_START + number * _DAY} +0000"
            stdin.write(f"commit refs/heads/main\n{who}\ndata 1\n.\nM 100644 inline schema.graphql\n".encode())
            stdin.write(f"data {len(data)}\n".encode() + data + b"\n")
    subprocess.run(["git", "gc", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=folder, check=True)
    return total
