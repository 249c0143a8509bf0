"""Third stage: a plan, which is an operation as Python functions.

    plan = compile_operation(schema, operation, fragments, variable_values)
    result = execute_plan(plan, run)      # engine.execution

The functions are generated when they are first needed, so that what never comes up costs nothing. Their text is known
to the tools that show tracebacks.
"""

import linecache
import weakref
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import count
from types import CoroutineType
from typing import Any, NamedTuple

from graphql import (
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    default_field_resolver,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues
from graphql.pyutils import Path

from engine.collect import Collector
from engine.completion import complete_default, complete_field, complete_item, complete_resolved
from engine.conditions import NotGenerated, unexpected
from engine.errors import fail, fail_item
from engine.generate import Generator
from engine.ground import Form, Function, Variant
from engine.leaves import PLAIN_OUTPUTS, PLAIN_VALUES
from engine.quick import Quick
from engine.refusing import refuse, refuse_each
from engine.selecting import field_by_field, loop_for
from engine.text import SourceText
from engine.traits import Traits
from engine.tree import Resolver, SelectedField, Selection, grant
from engine.values import selection_of
from engine.waiting import (
    abandon,
    guarded,
    guarded_item,
    wait_for_field,
    wait_for_fields,
    wait_for_items,
    wait_for_value,
)
from engine.weight import weight_of_plan

_HELPERS: dict[str, Any] = {
    "CoroutineType": CoroutineType,
    "GraphQLResolveInfo": GraphQLResolveInfo,
    "Path": Path,
    "new": tuple.__new__,
    "PLAIN_OUTPUTS": PLAIN_OUTPUTS,
    "PLAIN_VALUES": PLAIN_VALUES,
    "abandon": abandon,
    "complete_default": complete_default,
    "complete_field": complete_field,
    "complete_item": complete_item,
    "complete_resolved": complete_resolved,
    "fail": fail,
    "fail_item": fail_item,
    "field_by_field": field_by_field,
    "grant": grant,
    "guarded": guarded,
    "guarded_item": guarded_item,
    "loop_for": loop_for,
    "refuse": refuse,
    "refuse_each": refuse_each,
    "wait_for_field": wait_for_field,
    "wait_for_fields": wait_for_fields,
    "wait_for_value": wait_for_value,
    "wait_for_items": wait_for_items,
}
_numbers = count(1)


class Options(NamedTuple):
    """What of a plan depends on who executes it."""

    field_resolver: Resolver = default_field_resolver
    """Resolves the fields that have no resolver of their own."""
    calls_only: bool = False
    """Whether every field is a call, as middleware wants it."""
    batches: bool = True
    """Whether a batch resolver is called once a level, and not for each parent."""


AS_USUAL = Options()


class Plan:
    """The plan of one operation, as its variables decide what is selected."""

    def __init__(
        self,
        root: Selection,
        fields: list[SelectedField],
        selections: list[Selection],
        generator: Generator,
        *,
        serial: bool,
    ) -> None:
        """Take what is selected, and what generates its functions; `serial` where root fields run one by one."""
        self.root = root
        self.is_serial = serial
        self.steps = (
            [root]
            if not serial
            else [Selection(f"{root.name}_{number}", root.object_type, [one]) for number, one in enumerate(root.fields)]
        )
        """What runs one after the other: the whole, or each field of a mutation."""
        self.heavier: Callable[[int], None] | None = None
        """Called with so many bytes whenever the plan takes more memory."""
        self.failure: str | None = None
        """Why graphql-core executes the operation, if a function could not be made because of an unexpected error."""
        self._fields = len(fields)
        self._characters = 0
        """How many of functions have been generated so far."""
        self.selections = [*selections, *self.steps] if serial else selections
        self._name = f"plan {next(_numbers)}"
        self._generator = generator
        self._globals: dict[str, Any] = dict(_HELPERS)
        self._files: list[str] = []
        weakref.finalize(self, _forget, self._files)
        for selection in self.selections:
            selection.make = self._make_selection
            selection.masked = [one for one in selection.fields if generator.traits.is_masked(one)]
        for field in fields:
            field.make = self._make_completion
            field.grow = self._grow

    @property
    def weight(self) -> int:
        """Return the bytes that it takes, about; functions that were not needed yet take none."""
        return weight_of_plan(self._characters, self._fields, len(self.selections))

    @cached_property
    def by_rights_alone(self) -> bool:
        """Whether nothing of it is called: it reads objects of the root value, and of these leaves alone."""
        return all(self._reads_leaves(one) for one in self.root.fields)

    def _reads_leaves(self, root: SelectedField) -> bool:
        traits, below = self._generator.traits, selection_of(root, get_nullable_type(root.type))
        return (
            below is not None
            and traits.is_read(root)
            and all(traits.is_typename(one) or (one.check is None and traits.is_read(one)) for one in below.fields)
            and all(is_leaf_type(get_named_type(one.type)) for one in below.fields)
        )

    def texts(self, reading: str = "attributes") -> Iterator[SourceText]:
        """Yield the texts of the functions for objects that are as expected, outermost first.

        Where fields need rights, those for objects that give all of them come before those for objects that give none.
        """
        for one in self.selections:
            for rights in (one.bits, 0) if one.masked else (None,):
                yield self._generator.selection(one, Variant(Form.OBJECT, reading, rights))
                if Quick.is_all_of(one, self._generator.traits):
                    yield self._generator.selection(one, Variant(Form.EACH, reading, rights))
            yield from map(self._generator.completion, filter(self._generator.traits.is_resolved, one.fields))

    def _grow(self, characters: int) -> None:
        before = self.weight
        self._characters += characters
        if self.heavier is not None:
            self.heavier(self.weight - before)

    def _make_selection(self, selection: Selection, variant: Variant) -> Function:
        return self._generated(lambda: self._generator.selection(selection, variant))

    def _make_completion(self, field: SelectedField) -> Function:
        return self._generated(lambda: self._generator.completion(field))

    def _generated(self, write: Callable[[], SourceText]) -> Function:
        """Return a function; raise NotGenerated, which a run looks for, where it cannot be made."""
        try:
            return self._define(write())
        except Exception as error:
            self.failure = unexpected(error)
            raise NotGenerated(str(error)) from error

    def _define(self, text: SourceText) -> Function:
        """Compile functions and return the last, which uses the others."""
        source = str(text)
        file = f"{self._name}, {text.last}"
        names = self._globals
        names.update(text.names)
        exec(compile(source, file, "exec"), names)  # noqa: S102  # its text is ours, and the document's names are checked
        self._grow(len(source))
        self._files.append(file)
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        function: Function = names[text.last]
        return function


def _forget(files: list[str]) -> None:
    for file in files:
        linecache.cache.pop(file, None)


def compile_operation(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: dict[str, FragmentDetails],
    variable_values: VariableValues,
    options: Options = AS_USUAL,
) -> Plan:
    """Return the plan of an operation, for all variables that decide as these do.

    Raises NotCompiled where graphql-core has to execute the operation.
    """
    collector = Collector(schema, operation, fragments, variable_values, options.field_resolver)
    root = collector.root()
    return Plan(
        root,
        collector.fields,
        collector.selections,
        Generator(Traits(calls_only=options.calls_only, batches=options.batches)),
        serial=operation.operation is OperationType.MUTATION,
    )
