"""What the expressions of `grammar` do not match, read by graphql-core's parser: deep values, and mistakes.

It knows the whole grammar, and where a text goes against it; but it takes long to import and to run.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from graphql import (
    ArgumentNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    EnumValueDefinitionNode,
    ExecutableDefinitionNode,
    FieldDefinitionNode,
    GraphQLSyntaxError,
    InputValueDefinitionNode,
    Node,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    parse,
    print_ast,
)

from deprecation.definition import Definition, SchemaSyntaxError
from deprecation.members import Mark, Member, MemberKind

_KINDS = {
    "object_type": "type",
    "interface_type": "interface",
    "union_type": "union",
    "enum_type": "enum",
    "input_object_type": "input",
    "scalar_type": "scalar",
    "schema": "schema",
    "directive": "directive",
}
_MEMBER_KINDS = {"input": MemberKind.INPUT_FIELD, "directive": MemberKind.ARGUMENT}


@dataclass(frozen=True, eq=False)
class ParsedDefinition(Definition):
    """A definition whose members are taken from graphql-core's nodes."""

    node: DefinitionNode

    @cached_property
    def members(self) -> dict[str, Member]:
        """Its members, as those of a definition that the expressions match."""
        nodes = getattr(self.node, "fields", None) or getattr(self.node, "values", None) or ()
        if isinstance(self.node, DirectiveDefinitionNode):
            nodes = self.node.arguments or ()
        kind = _MEMBER_KINDS.get(self.kind, MemberKind.FIELD)
        return _members(nodes, kind, _span(self.node)[0])


def parse_rest(text: str, position: int) -> list[Definition]:
    """Return the definitions of a text from a position on. Raises SchemaSyntaxError where it is no SDL."""
    try:
        document = parse(text[position:])
    except GraphQLSyntaxError as error:
        offset = next(iter(error.positions or ()), 0)
        raise SchemaSyntaxError(error.message, position + offset) from None
    nodes = [one for one in document.definitions if not isinstance(one, ExecutableDefinitionNode)]
    return [_definition(text[position:], one) for one in nodes]


def _definition(text: str, node: DefinitionNode) -> Definition:
    start, end = _span(node)
    stem, _, form = node.kind.rpartition("_")
    kind = _KINDS[stem]
    name = getattr(node, "name", None)
    return ParsedDefinition(
        kind=kind,
        name=name.value if name else "",
        extends=form == "extension",
        text=text[start:end],
        interfaces_text=_text(text, getattr(node, "interfaces", None)),
        directives_text=_text(text, getattr(node, "directives", None)),
        keyword_start=text.find(kind, _end_of_description(node)) - start,
        name_start=_span(name)[0] - start if name else 0,
        body=_body(node, start),
        node=node,
    )


def _end_of_description(node: DefinitionNode) -> int:
    description = getattr(node, "description", None)
    return _span(description)[1] if description else _span(node)[0]


def _body(node: DefinitionNode, start: int) -> tuple[int, int]:
    """Return where what `Definition` reads as names stands: types of a union, places of a directive, root types."""
    nodes: Sequence[Node] = getattr(node, "types", None) or getattr(node, "locations", None) or ()
    if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
        nodes = node.operation_types or ()
    if not nodes:
        return (0, 0)
    return (_span(nodes[0])[0] - start, _span(nodes[-1])[1] - start)


def _members(nodes: Iterable[Node], kind: MemberKind, base: int) -> dict[str, Member]:
    members: dict[str, Member] = {}
    for node in nodes:
        member = _member(node, kind, base)
        members.setdefault(member.name, member)
    return members


def _member(node: Node, kind: MemberKind, base: int) -> Member:
    start, end = _span(node)
    if not isinstance(node, FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode):
        raise TypeError(f"{node.kind} is no member of a definition")
    default = node.default_value if isinstance(node, InputValueDefinitionNode) else None
    type_node = None if isinstance(node, EnumValueDefinitionNode) else node.type
    arguments = node.arguments or () if isinstance(node, FieldDefinitionNode) else ()
    return Member(
        kind=MemberKind.ENUM_VALUE if isinstance(node, EnumValueDefinitionNode) else kind,
        name=node.name.value,
        type=print_ast(type_node) if type_node else "",
        default=_text_of(default) if default else None,
        mark=_mark(node.directives or (), base),
        arguments=_members(arguments, MemberKind.ARGUMENT, base),
        start=start - base,
        name_start=_span(node.name)[0] - base,
        end=end - base,
        type_span=_span_from(type_node, base),
        default_span=_span_from(default, base),
    )


def _mark(directives: Iterable[DirectiveNode], base: int) -> Mark | None:
    for directive in directives:
        if directive.name.value == "deprecated":
            start, end = _span(directive)
            argument = next((one for one in directive.arguments or () if one.name.value == "reason"), None)
            span = None if argument is None else _span(argument.value)
            where = None if span is None else (span[0] - base, span[1] - base)
            return Mark(_reason(argument), start - base, end - base, where)
    return None


def _reason(argument: ArgumentNode | None) -> str | None:
    value = argument.value if argument else None
    return " ".join(value.value.split()) if isinstance(value, StringValueNode) else None


def _span(node: Node) -> tuple[int, int]:
    if node.loc is None:
        raise TypeError("the text was parsed without locations")
    return node.loc.start, node.loc.end


def _span_from(node: Node | None, base: int) -> tuple[int, int]:
    start, end = _span(node) if node else (base, base)
    return start - base, end - base


def _text(text: str, nodes: Sequence[Node] | None) -> str:
    return text[_span(nodes[0])[0] : _span(nodes[-1])[1]] if nodes else ""


def _text_of(node: Node) -> str:
    start, end = _span(node)
    return node.loc.source.body[start:end] if node.loc else ""
