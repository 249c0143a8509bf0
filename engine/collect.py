"""First stage: from an operation to the tree of what it selects.

graphql-core's own collection merges fields and follows fragments, so that what is selected is the same.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    default_field_resolver,
    get_named_type,
    is_abstract_type,
)
from graphql.execution.collect_fields import (
    FieldDetailsList,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues

from engine.arguments import constant_arguments
from engine.conditions import NotCompiled
from engine.reading import Masked
from engine.tree import Resolver, SelectedField, Selection, spelled

_NAME = re.compile("[_A-Za-z][_0-9A-Za-z]*")
MOST_FIELDS = 5_000
"""How many fields a plan may have; what selects more is left to graphql-core."""


@dataclass(slots=True)
class Collector:
    """Collects the tree of one operation, as its variables decide."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    variable_values: VariableValues
    field_resolver: Resolver = default_field_resolver
    fields: list[SelectedField] = field(default_factory=list)
    selections: list[Selection] = field(default_factory=list)
    _known: dict[tuple[Any, ...], Selection] = field(default_factory=dict)

    def root(self) -> Selection:
        """Return the selection of the operation's root type; raise NotCompiled where it cannot be told."""
        root_type = self.schema.get_root_type(self.operation.operation)
        if root_type is None:
            raise NotCompiled("no root type")
        try:
            grouped = collect_fields(self.schema, self.fragments, self.variable_values, root_type, self.operation)
            return self._fill(self._new(root_type), grouped.grouped_field_set)
        except GraphQLError:  # graphql-core says which
            raise NotCompiled("an error of the selection") from None
        except RecursionError:
            raise NotCompiled("nested too deeply") from None

    def _new(self, object_type: GraphQLObjectType) -> Selection:
        selection = Selection(f"{spelled(object_type.name)}_{len(self.selections)}", object_type)
        self.selections.append(selection)
        return selection

    def _fill(self, selection: Selection, grouped: GroupedFieldSet) -> Selection:
        for key, details in grouped.items():
            selected = self._field(selection.object_type, key, details)
            if selected is not None:
                selection.fields.append(selected)
        if len({one.source.rights for one in selection.fields if isinstance(one.source, Masked)}) > 1:
            raise NotCompiled("several functions of rights")
        return selection

    def _field(self, parent: GraphQLObjectType, key: str, details: FieldDetailsList) -> SelectedField | None:
        nodes = [one.node for one in details]
        if not _NAME.fullmatch(key):
            raise NotCompiled("a document made by hand")
        definition = self.schema.get_field(parent, nodes[0].name.value)
        if definition is None:
            return None
        if len(self.fields) >= MOST_FIELDS:
            raise NotCompiled("too many fields")
        selected = SelectedField(
            number=len(self.fields),
            key=key,
            nodes=nodes,
            definition=definition,
            parent_type=parent,
            resolver=definition.resolve or self.field_resolver,
            constants=constant_arguments(definition, nodes[0]),
        )
        self.fields.append(selected)
        for possible in self._possible_types(get_named_type(definition.type)):
            selected.selections[possible.name] = self._below(possible, details)
        return selected

    def _possible_types(self, named: object) -> list[GraphQLObjectType]:
        if isinstance(named, GraphQLObjectType):
            return [named]
        if is_abstract_type(named):
            abstract: GraphQLAbstractType = named
            return list(self.schema.get_possible_types(abstract))
        return []

    def _below(self, object_type: GraphQLObjectType, details: FieldDetailsList) -> Selection:
        """Return the selection of a type below some nodes: the same one wherever the same nodes are selected."""
        key = (object_type.name, *(id(one.node) for one in details))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._new(object_type)
            grouped = collect_subfields(
                self.schema, self.fragments, self.variable_values, self.operation, object_type, details
            )
            self._fill(known, grouped.grouped_field_set)
        return known
