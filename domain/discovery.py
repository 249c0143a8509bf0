"""Finds the modules of a room, so that a new one is used without being listed anywhere."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def modules_of(room: ModuleType) -> Iterator[ModuleType]:
    """Yield the modules that lie in a room's folder, imported, by name."""
    for found in sorted(iter_modules(room.__path__), key=lambda one: one.name):
        yield import_module(f"{room.__name__}.{found.name}")
