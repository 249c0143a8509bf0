"""What a plan reads of a list's rows: where nothing else looks at them, SQL selects no other columns."""

from collections.abc import Iterable

from bindings.lists import Relation, edge_cursor_of, edges_of, node_of, nodes_of, page_info_of, total_counts
from database.derived import DERIVED, PYTHON_ONLY
from engine.batch import BatchResolver
from engine.reading import Column, Computed, Masked
from engine.tree import SelectedField, Selection

ALWAYS = frozenset({"typename", "organization_id", "group_id", "key", "plan", "user_id"})
"""The columns by which a row's type and place are known, by which cursors are made, and lists below it found."""
_KEY = "projection"


class _AnyColumn(Exception):
    """Something is selected that may read whatever it likes."""


def columns_read(selected: SelectedField, relation: Relation) -> frozenset[str] | None:
    """Return the columns of a selected list that a plan reads; None where it may read any."""
    if _KEY not in selected.notes:
        selected.notes[_KEY] = _columns_read(selected, relation)
    found: frozenset[str] | None = selected.notes[_KEY]
    return found


def _columns_read(selected: SelectedField, relation: Relation) -> frozenset[str] | None:
    try:
        read = {name for one in _objects(selected) for name in _read_of(one)} | ALWAYS
    except _AnyColumn:
        return None
    known = {column.name for column in relation.query.columns}
    return None if known <= read else frozenset(known & read)


def _objects(selected: SelectedField) -> Iterable[Selection]:
    """Yield what is selected of a list's objects, as its nodes or in its edges."""
    for member in _fields(selected):
        if member.name == "__typename" or made_by(member) in {page_info_of, total_counts}:
            continue
        if made_by(member) is nodes_of:
            yield from member.selections.values()
        elif made_by(member) is edges_of:
            for one in _fields(member):
                if made_by(one) is node_of:
                    yield from one.selections.values()
                elif one.name != "__typename" and made_by(one) is not edge_cursor_of:
                    raise _AnyColumn
        else:
            raise _AnyColumn


def _read_of(selection: Selection) -> Iterable[str]:
    """Yield the columns that an object's fields read."""
    for one in selection.fields:
        source = one.source.resolver if isinstance(one.source, Masked) else one.source
        if one.name == "__typename":
            continue
        if isinstance(source, Column):
            yield source.name
        elif isinstance(source, Computed) and source.function in DERIVED:
            yield from DERIVED[source.function].reads
        elif isinstance(source, Computed) and source.function in PYTHON_ONLY:
            yield from PYTHON_ONLY[source.function].reads
        elif isinstance(source, BatchResolver) and source.reads is not None:
            yield from source.reads
        else:
            raise _AnyColumn


def _fields(selected: SelectedField) -> Iterable[SelectedField]:
    return [one for selection in selected.selections.values() for one in selection.fields]


def made_by(one: SelectedField) -> object:
    """Return the function that makes a field of its parent, or of all parents of a level; None for other fields."""
    source = one.source
    if isinstance(source, Computed):
        return source.function
    return source.resolve_all if isinstance(source, BatchResolver) else None
