"""How much of the house is typed: `Any` in an argument is where a mistake passes unseen."""

import ast
from pathlib import Path

import pytest

from tests.test_house import ROOT, tracked
from tests.test_imports import ROOMS

MOST = {"engine": 0.10, "": 0.03}
"""How many arguments may say `Any`: in the engine, whose values are of no schema of ours, and elsewhere."""


def arguments(path: Path) -> list[tuple[int, bool]]:
    """Return the line of each annotated argument in a file, and whether it says `Any` anywhere."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = node.args
            every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
            annotations = [one.annotation for one in every if one is not None and one.annotation is not None]
            found += [(one.lineno, _says_any(one)) for one in annotations]
    return found


def _says_any(annotation: ast.expr) -> bool:
    nodes = list(ast.walk(annotation))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return "Any" in names or any("Any" in text for text in texts)


@pytest.mark.parametrize("room", MOST)
def test_few_arguments_say_any(room: str) -> None:
    rooms = {room} if room else ROOMS - MOST.keys()
    paths = [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in rooms and path.exists()]
    every = [(path, *one) for path in paths if "migrations" not in path.parts for one in arguments(path)]
    loose = [f"{path.relative_to(ROOT)}:{line}" for path, line, says_any in every if says_any]
    assert len(every) > 500
    assert len(loose) / len(every) <= MOST[room], f"{len(loose)} of {len(every)}:\n" + "\n".join(loose)


def test_any_is_seen_wherever_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "one.py"
    file.write_text("def f(a: Any, b: int, *c: list[Any], d: 'dict[str, Any]', **e: object) -> Any: ...\n")
    assert sorted(says_any for _, says_any in arguments(file)) == [False, False, True, True, True]
