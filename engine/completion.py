"""Completing values the long way, step by step as the specification has it ("Value Completion").

A plan takes short ways for what is as expected; everything else ends here: values to await, errors returned, lists of
lists, interfaces and unions, objects that are asked whether they are of their type, and outputs that scalars refuse.
"""

from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import suppress
from types import CoroutineType
from typing import Any, cast

from graphql import (
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    Undefined,
    is_leaf_type,
)
from graphql.pyutils import inspect, is_iterable

from engine.errors import fail, fail_item, located
from engine.ground import ResultPath
from engine.place import field_place
from engine.run import Run
from engine.selecting import execute_selection
from engine.tree import SelectedField
from engine.waiting import abandon, guarded, guarded_item, wait_for_items


def complete_field(run: Run, field: SelectedField, place: ResultPath, value: object) -> Any:
    """Complete what a field's resolver has returned; a coroutine where that has to be awaited."""
    if run.is_awaitable(value):
        return _awaited_field(run, field, place, value)
    completed = _complete_value(run, field, field.type, place, value)
    if type(completed) is CoroutineType:
        return guarded(run, field, place, completed)
    return completed


def complete_default(run: Run, field: SelectedField, place: ResultPath, value: object) -> Any:
    """Complete what was found under a field's name: if it can be called, what calling it returns."""
    if callable(value):
        value = value(run.info(field, place), **run.arguments(field))
    return complete_field(run, field, place, value)


async def _awaited_field(run: Run, field: SelectedField, place: ResultPath, value: Awaitable[object]) -> Any:
    try:
        completed = field.completed(run, place, await value)
        return await completed if type(completed) is CoroutineType else completed
    except Exception as error:  # whatever a resolver raises is an error of its field
        return fail(run, field, place, error)


def complete_resolved(run: Run, field: SelectedField, place: ResultPath, value: object) -> Any:
    """Complete what a field's resolver has returned, when that was awaited already; whoever did bears its errors."""
    return _complete_value(run, field, field.type, place, value)


def _complete_value(run: Run, field: SelectedField, value_type: Any, place: ResultPath, value: Any) -> Any:
    """Complete a value as one of a type; raise where it cannot be."""
    if isinstance(value, Exception):
        raise value
    if type(value_type) is GraphQLNonNull:
        completed = _complete_value(run, field, value_type.of_type, place, value)
        if completed is None:
            raise TypeError(f"Cannot return null for non-nullable field {field.coordinate}.")
        return completed
    if value is None or value is Undefined:
        return None
    if type(value_type) is GraphQLList:
        return _complete_list(run, field, value_type.of_type, place, value)
    if is_leaf_type(value_type):
        return _complete_leaf(run, value_type, value)
    if isinstance(value_type, GraphQLObjectType):
        return _complete_object(run, field, value_type, place, value)
    return _complete_abstract(run, field, value_type, place, value)


def _complete_leaf(run: Run, leaf: GraphQLScalarType | GraphQLEnumType, value: object) -> Any:
    """Return the output of a scalar or an enum; raise where it has none for this value."""
    output = leaf.coerce_output_value(value)
    if output is None or output is Undefined:
        raise TypeError(
            f"Expected `{inspect(leaf)}.coerce_output_value({inspect(value)})` to return non-nullable value, "
            f"returned: {inspect(output)}"
        )
    if type(output) is not str and run.is_awaitable(output):
        return _awaited(output)
    return output


async def _awaited(value: Awaitable[object]) -> Any:
    return await value


def _complete_object(
    run: Run, field: SelectedField, object_type: GraphQLObjectType, place: ResultPath, value: object
) -> Any:
    if object_type.is_type_of is not None:
        answer = object_type.is_type_of(value, run.info(field, field_place(place)))
        if run.is_awaitable(answer):
            return _object_once_known(run, field, object_type, place, value, answer)
        if not answer:
            raise _not_of_type(field, object_type, value)
    return execute_selection(run, field.selections[object_type.name], value, place)


async def _object_once_known(
    run: Run,
    field: SelectedField,
    object_type: GraphQLObjectType,
    place: ResultPath,
    value: object,
    answer: Awaitable[bool],
) -> Any:
    if not await answer:
        raise _not_of_type(field, object_type, value)
    completed = execute_selection(run, field.selections[object_type.name], value, place)
    return await completed if type(completed) is CoroutineType else completed


def _not_of_type(field: SelectedField, object_type: GraphQLObjectType, value: object) -> GraphQLError:
    return GraphQLError(f"Expected value of type '{object_type}' but got: {inspect(value)}.", field.nodes)


def _complete_abstract(
    run: Run, field: SelectedField, abstract: GraphQLAbstractType, place: ResultPath, value: object
) -> Any:
    resolve_type = abstract.resolve_type or run.type_resolver
    found: Any = resolve_type(value, run.info(field, field_place(place)), abstract)
    if run.is_awaitable(found):
        return _abstract_once_known(run, field, abstract, place, value, found)
    return _complete_object(run, field, _runtime_type(run, field, abstract, value, found), place, value)


async def _abstract_once_known(
    run: Run,
    field: SelectedField,
    abstract: GraphQLAbstractType,
    place: ResultPath,
    value: object,
    found: Awaitable[object],
) -> Any:
    object_type = _runtime_type(run, field, abstract, value, await found)
    completed = _complete_object(run, field, object_type, place, value)
    return await completed if type(completed) is CoroutineType else completed


def _runtime_type(
    run: Run, field: SelectedField, abstract: GraphQLAbstractType, value: object, name: object
) -> GraphQLObjectType:
    """Return the object type of this name; raise GraphQLError, as graphql-core words it, where it cannot be one."""
    if type(name) is str and name in field.selections:
        return cast("GraphQLObjectType", run.schema.type_map[name])
    resolved = f"Abstract type '{abstract}' was resolved to a"
    must = f"Abstract type '{abstract}' must resolve to an Object type at runtime for field '{field.coordinate}'"
    if name is None:
        message = (
            f"{must}. Either the '{abstract}' type should provide a 'resolve_type' function or each possible type "
            "should provide an 'is_type_of' function."
        )
    elif not isinstance(name, str):
        message = (
            f"{must} with value {inspect(value)}, received '{inspect(name)}', which is not a valid Object type name."
        )
    elif (runtime_type := run.schema.get_type(name)) is None:
        message = f"{resolved} type '{name}' that does not exist inside the schema."
    elif not isinstance(runtime_type, GraphQLObjectType):
        message = f"{resolved} non-object type '{name}'."
    elif not run.schema.is_sub_type(abstract, runtime_type):
        message = f"Runtime Object type '{runtime_type}' is not a possible type for '{abstract}'."
    else:
        return runtime_type
    raise GraphQLError(message, field.nodes)


def _complete_list(run: Run, field: SelectedField, item_type: Any, place: ResultPath, value: Any) -> Any:
    if run.is_async_iterable(value):
        return _complete_async_items(run, field, item_type, place, value.__aiter__())
    if not is_iterable(value):
        raise GraphQLError(f"Expected Iterable, but did not find one for field '{field.coordinate}'.")
    return _complete_items(run, field, item_type, place, iter(value))


def _complete_items(run: Run, field: SelectedField, item_type: Any, place: ResultPath, items: Iterator[object]) -> Any:
    completed: list[Any] = []
    waiting: list[int] = []
    try:
        for index, item in enumerate(items):
            _append(run, field, item_type, (place, index, None), item, completed, waiting)
    except Exception:
        abandon(run, completed, waiting, items)
        raise
    return wait_for_items(completed, waiting) if waiting else completed


async def _complete_async_items(
    run: Run, field: SelectedField, item_type: Any, place: ResultPath, items: AsyncIterator[object]
) -> list[Any]:
    completed: list[Any] = []
    waiting: list[int] = []
    try:
        while True:
            try:
                item = await anext(items)
            except StopAsyncIteration:
                break
            except Exception as error:
                raise located(field, place, error) from error
            _append(run, field, item_type, (place, len(completed), None), item, completed, waiting)
    except Exception:
        close = getattr(items, "aclose", None)
        if close is not None:
            with suppress(Exception):
                await close()
        abandon(run, completed, waiting)
        raise
    return await wait_for_items(completed, waiting) if waiting else completed


def _append(
    run: Run,
    field: SelectedField,
    item_type: object,
    place: ResultPath,
    item: object,
    completed: list[object],
    waiting: list[int],
) -> None:
    value = complete_item(run, field, item_type, place, item)
    if type(value) is CoroutineType:
        waiting.append(len(completed))
    completed.append(value)


def complete_item(run: Run, field: SelectedField, item_type: object, place: ResultPath, item: object) -> Any:
    """Complete an item of a list; null where it fails and may be null."""
    if run.is_awaitable(item):
        return _awaited_item(run, field, item_type, place, item)
    try:
        completed = _complete_value(run, field, item_type, place, item)
    except Exception as error:  # whatever a resolver raises is an error of its field
        return fail_item(run, field, place, error, non_null=type(item_type) is GraphQLNonNull)
    if type(completed) is CoroutineType:
        return guarded_item(run, field, place, completed, non_null=type(item_type) is GraphQLNonNull)
    return completed


async def _awaited_item(
    run: Run, field: SelectedField, item_type: Any, place: ResultPath, item: Awaitable[object]
) -> Any:
    try:
        completed = _complete_value(run, field, item_type, place, await item)
        return await completed if type(completed) is CoroutineType else completed
    except Exception as error:  # whatever a resolver raises is an error of its field
        return fail_item(run, field, place, error, non_null=type(item_type) is GraphQLNonNull)
