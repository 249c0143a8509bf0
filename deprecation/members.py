"""The members of definitions: fields, arguments, input fields and enum values, with their marks of deprecation."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from deprecation import grammar


class MemberKind(StrEnum):
    """What a coordinate below a type names, in the words of the specification."""

    FIELD = "field"
    ARGUMENT = "argument"
    INPUT_FIELD = "input field"
    ENUM_VALUE = "enum value"


@dataclass(frozen=True, slots=True)
class Mark:
    """`@deprecated` on a member: its reason with blanks run together, None if it has none, and the spans of both.

    Offsets are in characters, from the beginning of the definition's text.
    """

    reason: str | None
    start: int
    end: int
    reason_span: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Member:
    """A member as it is written.

    `type` has no blanks in it, and is empty for an enum value; `default` is the text of a default. Offsets are from the
    beginning of the definition: `start` is where the description begins, `name_start` and `end` where the name begins
    and the member ends; spans are empty where there is no such thing.
    """

    kind: MemberKind
    name: str
    type: str
    default: str | None
    mark: Mark | None
    arguments: dict[str, "Member"] = field(repr=False)
    start: int
    name_start: int
    end: int
    type_span: tuple[int, int] = (0, 0)
    default_span: tuple[int, int] = (0, 0)

    @property
    def named_type(self) -> str:
        """The name in its type, without lists and exclamation marks."""
        return self.type.strip("[]!")

    @property
    def required(self) -> bool:
        """Whether it must be given: a non-null type, and no default."""
        return self.type.endswith("!") and self.default is None


_KIND_OF_MEMBERS = {
    "type": MemberKind.FIELD,
    "interface": MemberKind.FIELD,
    "input": MemberKind.INPUT_FIELD,
    "enum": MemberKind.ENUM_VALUE,
    "directive": MemberKind.ARGUMENT,
}
_BLANKS = re.compile(grammar.IGNORED)
_NAMES_AND_COMMENTS = re.compile(rf"#[^\r\n]*+|({grammar.NAME})")


def read_names(text: str) -> tuple[str, ...]:
    """Return the names in a text that holds no strings."""
    return tuple(name for name in _NAMES_AND_COMMENTS.findall(text) if name)


def read_members(kind: str, text: str, start: int, end: int) -> dict[str, Member]:
    """Return the members in the body of a definition of a kind, which reaches from start to end in its text."""
    member_kind = _KIND_OF_MEMBERS.get(kind)
    if member_kind is None or start == end or (kind == "directive" and text[start] != "("):
        return {}
    return read_items(member_kind, text, start, end)


def read_items(kind: MemberKind, text: str, start: int, end: int) -> dict[str, Member]:
    """Return the members of one kind between a bracket at start and the bracket that ends them."""
    members: dict[str, Member] = {}
    pattern = grammar.item(kind)
    position = skip_ignored(text, start + 1)
    while (match := pattern.match(text, position, end)) is not None:
        member = _read_member(kind, text, match)
        members.setdefault(member.name, member)
        position = match.end()
    return members


def _read_member(kind: MemberKind, text: str, match: re.Match[str]) -> Member:
    arguments: dict[str, Member] = {}
    type_group = default_group = 0
    if kind is MemberKind.FIELD:
        type_group = 3
        if match[2]:
            arguments = read_items(MemberKind.ARGUMENT, text, match.start(2), match.end(2))
    elif kind is not MemberKind.ENUM_VALUE:
        type_group, default_group = 2, 3
    type_span, default_span = _tokens(match, type_group), _tokens(match, default_group)
    return Member(
        kind=kind,
        name=match[1],
        type=_BLANKS.sub("", text[slice(*type_span)]),
        default=text[slice(*default_span)] or None,
        mark=read_mark(text, *match.span(match.re.groups)),
        arguments=arguments,
        start=match.start(),
        name_start=match.start(1),
        end=end_of_tokens(match[0]) + match.start(),
        type_span=type_span,
        default_span=default_span,
    )


def _tokens(match: re.Match[str], group: int) -> tuple[int, int]:
    """Return where the tokens that a group has matched begin and end; the same place if it has matched none."""
    if not group or match[group] is None:
        return (0, 0)
    return match.start(group), match.start(group) + end_of_tokens(match[group])


def read_mark(text: str, start: int, end: int) -> Mark | None:
    """Return the first `@deprecated` among the directives between two offsets of a text."""
    if start == end:
        return None
    pattern = grammar.item("directive")
    position = start
    while (match := pattern.match(text, position, end)) is not None:
        if match[1] == "deprecated":
            span = _reason_span(text, *match.span(2))
            reason = None if span is None else read_string(text[slice(*span)])
            return Mark(reason, match.start(), match.start() + end_of_tokens(match[0]), span)
        position = match.end()
    return None


def _reason_span(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return where the reason stands among the arguments in the brackets between two offsets."""
    position = skip_ignored(text, start + 1)
    while (match := grammar.item("argument of a directive").match(text, position, end)) is not None:
        if match[1] == "reason":
            return match.start(2), match.start(2) + end_of_tokens(match[2])
        position = match.end()
    return None


_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]+)\}|u([0-9A-Fa-f]{4})|(.))")


def read_string(text: str) -> str | None:
    """Return what a string says, its blanks run together; None if the text is no string."""
    if text.startswith('"""'):
        return " ".join(text[3:-3].replace('\\"""', '"""').split())
    if not text.startswith('"'):
        return None
    said = _ESCAPE.sub(_unescape, text[1:-1])
    pairs_joined = said.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return " ".join(pairs_joined.split())


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code is None:
        return _ESCAPES.get(match[3], match[3])
    return chr(int(code, 16)) if int(code, 16) <= 0x10FFFF else "\ufffd"


def skip_ignored(text: str, position: int = 0) -> int:
    """Return where the first token at or after a position begins."""
    match = _BLANKS.match(text, position)
    return match.end() if match else position


_TOKENS = re.compile(rf"{grammar.STRING}|#[^\r\n]*+|[ \t\r\n,\ufeff]++|[^\s,#\"\ufeff]++")


def end_of_tokens(text: str) -> int:
    """Return where the last token of a text ends, before the blanks and comments that follow it."""
    if "#" not in text:
        return len(text.rstrip(" \t\r\n,\ufeff"))
    end = 0
    for match in _TOKENS.finditer(text):
        if match[0][0] not in "# \t\r\n,\ufeff":
            end = match.end()
    return end
