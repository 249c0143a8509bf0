"""No module of the house imports another in a circle, not even for types alone."""

import ast
from collections import defaultdict
from pathlib import Path

from tests.test_house import ROOT, tracked

ROOMS = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()} - {"tests", "bench"}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_by(path: Path, modules: set[str]) -> set[str]:
    """Return the modules of ours that a file imports, wherever in it that stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= inner & modules or {node.module}
    return found & modules


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the sets of modules that lead to each other (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in index:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == index[node]:
            circle = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(circle) > 1:
                found.append(sorted(circle))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def house() -> dict[str, set[str]]:
    paths = [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in ROOMS and path.exists()]
    modules = {module_of(path) for path in paths}
    graph: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        graph[module_of(path)] = imported_by(path, modules)
    return graph


def test_circles_are_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set()}) == [["a", "b", "c"]]


def test_nothing_is_imported_in_a_circle() -> None:
    graph = house()
    assert len(graph) > 200
    assert circles(graph) == []
