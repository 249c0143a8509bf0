"""The coordinates that executable GraphQL names: fields, arguments, input fields, enum values, types, directives."""

from dataclasses import dataclass

from graphql import (
    ArgumentNode,
    DirectiveNode,
    EnumValueNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLSchema,
    NamedTypeNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_input_object_type,
    visit,
)

from deprecation import coordinates


@dataclass(frozen=True, slots=True)
class Named:
    """A coordinate that is named at an offset of the document; `known` says whether the schema has it."""

    coordinate: str
    offset: int
    known: bool


@dataclass(frozen=True, slots=True)
class NamedIn:
    """All that a definition names, and the fragments that it spreads."""

    coordinates: list[Named]
    fragments: set[str]


def named_in(definition: Node, schema: GraphQLSchema) -> NamedIn:
    """Return what an operation or a fragment names. Fragments that it spreads are not followed."""
    info = TypeInfo(schema)
    collector = _Collector(schema, info)
    visit(definition, TypeInfoVisitor(info, collector))
    return NamedIn(collector.named, collector.fragments)


class _Collector(Visitor):
    """Notes each coordinate."""

    def __init__(self, schema: GraphQLSchema, info: TypeInfo) -> None:
        super().__init__()
        self.named: list[Named] = []
        self.fragments: set[str] = set()
        self._schema = schema
        self._info = info
        self._in_unknown_directive = False

    def _note(self, node: Node, coordinate: str, *, known: bool) -> None:
        self.named.append(Named(coordinate, node.loc.start if node.loc else 0, known))

    def enter_field(self, node: FieldNode, *_: object) -> None:
        """Note a field, but for what every type has."""
        parent = self._info.get_parent_type()
        if parent and not node.name.value.startswith("__"):
            known = self._info.get_field_def() is not None
            self._note(node, coordinates.of_member(parent.name, node.name.value), known=known)

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        """Note an argument of a field or of a directive."""
        directive, parent, field = self._info.get_directive(), self._info.get_parent_type(), self._info.get_field_def()
        known = self._info.get_argument() is not None
        if self._in_unknown_directive:
            return
        if directive:
            self._note(node, f"@{directive.name}({node.name.value}:)", known=known)
        elif parent and field and field.ast_node:
            holder = coordinates.of_member(parent.name, field.ast_node.name.value)
            self._note(node, coordinates.of_argument(holder, node.name.value), known=known)

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        """Note an input field in a value."""
        parent = get_named_type(self._info.get_parent_input_type())
        if is_input_object_type(parent):
            coordinate = coordinates.of_member(parent.name, node.name.value)
            self._note(node, coordinate, known=node.name.value in parent.fields)

    def enter_enum_value(self, node: EnumValueNode, *_: object) -> None:
        """Note an enum value."""
        named = get_named_type(self._info.get_input_type())
        values = getattr(named, "values", None)
        if named and values is not None:
            self._note(node, coordinates.of_member(named.name, node.value), known=node.value in values)

    def enter_named_type(self, node: NamedTypeNode, *_: object) -> None:
        """Note a type that a fragment or a variable names."""
        self._note(node, node.name.value, known=node.name.value in self._schema.type_map)

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        """Note a directive."""
        known = self._schema.get_directive(node.name.value) is not None
        self._in_unknown_directive = not known
        self._note(node, f"@{node.name.value}", known=known)

    def leave_directive(self, *_: object) -> None:
        """Be outside of it again."""
        self._in_unknown_directive = False

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
        """Note an operation of which the schema has none."""
        if self._schema.get_root_type(node.operation) is None:
            self._note(node, node.operation.value.capitalize(), known=False)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        """Note a fragment that is spread."""
        self.fragments.add(node.name.value)
