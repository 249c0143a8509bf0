"""The grammar of the schema definition language, as regular expressions that match a whole definition at a time.

They follow the specification of GraphQL (September 2025, appendix "Document Syntax"), but for values and list types,
which nest without end: expressions cannot, so they match lists of lists, defaults two levels deep and values of
directives one level deep, and what is deeper is left to graphql-core's parser (see `definitions`). What they match is
complete and well-formed; a test holds them against graphql-core. A schema of 1.2 MB takes 10 ms this way, and 270 ms in
graphql-core.

Each expression takes what is ignored (blanks, commas, comments) after its last token with it. All repetition is
possessive, so that nothing is matched in two ways and no text takes long to refuse.
"""

import re
from functools import cache

IGNORED = r"(?:[ \t\r\n,\ufeff]++|#[^\r\n]*+)*+"
NAME = r"[_A-Za-z][_0-9A-Za-z]*+"
_I = IGNORED
_BLOCK_STRING = r'"""(?:[^"\\]++|"(?!"")|\\(?:""")?+)*+"""'
_PLAIN_STRING = r'(?!""")"(?:[^"\\\r\n]++|\\(?:["\\/bfnrt]|u(?:[0-9A-Fa-f]{4}|\{[0-9A-Fa-f]++\})))*+"'
STRING = rf"(?:{_BLOCK_STRING}|{_PLAIN_STRING})"
_NUMBER = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+(?![.\w])"
_SCALAR = rf"(?:{NAME}|{STRING}|{_NUMBER}){_I}"


def _nesting(value: str) -> str:
    """Return an expression for a value, or a list or an object of values."""
    return rf"(?:{value}|\[{_I}(?:{value})*+\]{_I}|\{{{_I}(?:{NAME}{_I}:{_I}{value})*+\}}{_I})"


_VALUE_OF_DIRECTIVE = _nesting(_SCALAR)
_VALUE = _nesting(_VALUE_OF_DIRECTIVE)
_BANG = rf"(?:!{_I})?+"
_NAMED = rf"{NAME}{_I}{_BANG}"
_TYPE = rf"(?:{_NAMED}|\[{_I}(?:{_NAMED}|\[{_I}{_NAMED}\]{_I}{_BANG})\]{_I}{_BANG})"
_ARGUMENT_OF_DIRECTIVE = rf"{NAME}{_I}:{_I}{_VALUE_OF_DIRECTIVE}"
_DIRECTIVES = rf"(?:@{_I}{NAME}{_I}(?:\({_I}(?:{_ARGUMENT_OF_DIRECTIVE})++\){_I})?+)*+"
_DESCRIPTION = rf"(?:{STRING}{_I})?+"
_INPUT = rf"{_DESCRIPTION}{NAME}{_I}:{_I}{_TYPE}(?:={_I}{_VALUE})?+{_DIRECTIVES}"
_ARGUMENTS = rf"(?:\({_I}(?:{_INPUT})++\){_I})?+"
_FIELD = rf"{_DESCRIPTION}{NAME}{_I}{_ARGUMENTS}:{_I}{_TYPE}{_DIRECTIVES}"
_ENUM_VALUE = rf"{_DESCRIPTION}(?!(?:true|false|null)\b){NAME}{_I}{_DIRECTIVES}"
_OPERATION_TYPE = rf"(?:query|mutation|subscription)\b{_I}:{_I}{NAME}{_I}"
_INTERFACES = rf"(?:implements\b{_I}(?:&{_I})?+{NAME}{_I}(?:&{_I}{NAME}{_I})*+)?+"
_LOCATION = (
    r"(?:QUERY|MUTATION|SUBSCRIPTION|FIELD|FRAGMENT_DEFINITION|FRAGMENT_SPREAD|INLINE_FRAGMENT|VARIABLE_DEFINITION|SCHEMA"
    r"|SCALAR|OBJECT|FIELD_DEFINITION|ARGUMENT_DEFINITION|INTERFACE|UNION|ENUM|ENUM_VALUE|INPUT_OBJECT"
    r"|INPUT_FIELD_DEFINITION)\b"
)
_LOCATIONS = rf"(?:\|{_I})?+{_LOCATION}{_I}(?:\|{_I}{_LOCATION}{_I})*+"
_MEMBERS = rf"(?:\|{_I})?+{NAME}{_I}(?:\|{_I}{NAME}{_I})*+"


def _body(item: str) -> str:
    """Return an expression for items in braces, or for nothing, unless a brace follows: then it has a body."""
    return rf"(?:\{{{_I}(?:{item})++\}}{_I}|(?!\{{))"


_HEADER = rf"({NAME}){_I}({_INTERFACES})({_DIRECTIVES})"
_PLAIN_HEADER = rf"({NAME}){_I}()({_DIRECTIVES})"
_AFTER_KEYWORD = {
    "type": rf"{_HEADER}({_body(_FIELD)})",
    "interface": rf"{_HEADER}({_body(_FIELD)})",
    "input": rf"{_PLAIN_HEADER}({_body(_INPUT)})",
    "enum": rf"{_PLAIN_HEADER}({_body(_ENUM_VALUE)})",
    "union": rf"{_PLAIN_HEADER}(={_I}{_MEMBERS}|(?!=))",
    "scalar": rf"{_PLAIN_HEADER}()",
    "schema": rf"()()({_DIRECTIVES})({_body(_OPERATION_TYPE)})",
    "directive": rf"@{_I}({NAME}){_I}()()({_ARGUMENTS}(?:repeatable\b{_I})?+on\b{_I}{_LOCATIONS})",
}
KINDS = tuple(_AFTER_KEYWORD)

_KEYWORD = rf"({STRING}{_I})?+(extend\b{_I})?+({'|'.join(KINDS)})\b{_I}"

# What a definition holds is known to be well-formed, so its members are told apart by less: all that is in brackets is
# taken as it is. Values of directives hold no round brackets, but in strings.
_IN_BRACKETS = rf"\((?:[^()\"#]++|{STRING}|#[^\r\n]*+)*+\){_I}"
_ARGUMENTS_AS_THEY_ARE = rf"(?:\((?:[^()\"#]++|{STRING}|#[^\r\n]*+|{_IN_BRACKETS})*+\){_I})?+"
_DIRECTIVES_AS_THEY_ARE = rf"(?:@{_I}{NAME}{_I}(?:{_IN_BRACKETS})?+)*+"
_INPUT_ITEM = rf"{_DESCRIPTION}({NAME}){_I}:{_I}({_TYPE})(?:={_I}({_VALUE}))?+({_DIRECTIVES_AS_THEY_ARE})"
_ITEMS = {
    "argument": _INPUT_ITEM,
    "input field": _INPUT_ITEM,
    "field": rf"{_DESCRIPTION}({NAME}){_I}({_ARGUMENTS_AS_THEY_ARE}):{_I}({_TYPE})({_DIRECTIVES_AS_THEY_ARE})",
    "enum value": rf"{_DESCRIPTION}({NAME}){_I}({_DIRECTIVES_AS_THEY_ARE})",
    "directive": rf"@{_I}({NAME}){_I}((?:{_IN_BRACKETS})?+)",
    "argument of a directive": rf"({NAME}){_I}:{_I}({_VALUE_OF_DIRECTIVE})",
}

# Compiling all of them would take 50 ms, half the time of checking a small schema, so each is compiled when it is
# first needed.


@cache
def keyword() -> re.Pattern[str]:
    """Match a description (1), `extend` (2) and the keyword that opens a definition (3)."""
    return re.compile(_KEYWORD)


@cache
def after_keyword(kind: str) -> re.Pattern[str]:
    """Match the rest of a definition: its name (1), interfaces (2), directives (3) and body (4)."""
    return re.compile(_AFTER_KEYWORD[kind])


@cache
def item(kind: str) -> re.Pattern[str]:
    """Match one member of a body, or one directive.

    `argument`, `input field`: name (1), type (2), default (3), directives (4); `field`: name (1), arguments with their
    brackets (2), type (3), directives (4); `enum value`: name (1), directives (2); `directive`: name (1), arguments
    with their brackets (2); `argument of a directive`: name (1), value (2).
    """
    return re.compile(_ITEMS[kind])
