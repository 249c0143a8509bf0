"""Random SDL as people might write it, with all that could mislead a reader who only looks for brackets."""

from hypothesis import strategies as st

_NAMES = st.sampled_from(["a", "b", "Car", "type", "extend", "implements", "on", "query", "_x1", "deprecated", "input"])
_TRICKS = [
    "{",
    "}",
    '"',
    '"""',
    "\n}\n",
    "#",
    "\\",
    "type T {",
    "@deprecated",
    " ",
    "é",
    "(",
    "\n",
    "word",
    ",",
    "\\u0041",
]
_BLANKS = st.lists(
    st.sampled_from([" ", "\n", "\t", ",", "\r\n", "\r", "# }\n", '# """ {\n', "#\n", "\ufeff", "\n}\n#\n"]).filter(
        lambda blank: blank != "\n}\n#\n"
    ),
    max_size=3,
).map("".join)


def _plain(parts: list[str]) -> str:
    text = "".join(parts).replace("\\u0041", "A").replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text.replace("\n", "\\n") + '"'


def _block(parts: list[str]) -> str:
    text = "".join(parts).replace('"""', '\\"""')
    return '"""' + (f"{text} " if text.endswith(('"', "\\")) else text) + '"""'


_STRINGS = st.lists(st.sampled_from(_TRICKS), max_size=5).flatmap(
    lambda parts: st.sampled_from([_plain(parts), _block(parts)])
)
_SCALARS = st.sampled_from(["1", "-0.5e3", "true", "null", "RED", "[]", "{}"]) | _STRINGS
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda ones: "[" + " ".join(ones) + "]")
        | st.lists(st.tuples(_NAMES, inner), max_size=2).map(
            lambda ones: "{" + ", ".join(f"{name}: {value}" for name, value in ones) + "}"
        )
    ),
    max_leaves=5,
)
_TYPES = st.recursive(
    _NAMES, lambda inner: inner.map(lambda one: f"[{one}]") | inner.map(lambda one: f"[{one}!]"), max_leaves=3
)
_NULLABLE = st.sampled_from(["", "!"])


@st.composite
def _directives(draw: st.DrawFn) -> str:
    written = ""
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from(["deprecated", "tag"]))
        arguments = draw(st.lists(st.tuples(st.sampled_from(["reason", "other"]), _VALUES), max_size=2))
        inside = draw(_BLANKS).join(f" {one} : {value}" for one, value in arguments)
        written += f"@{draw(_BLANKS)}{name}{draw(_BLANKS)}" + (f"({inside})" if arguments else "") + " "
    return written


_DESCRIPTIONS = st.just("") | _STRINGS


@st.composite
def _inputs(draw: st.DrawFn) -> str:
    default = draw(st.just("") | _VALUES.map(lambda value: f"= {value}"))
    head = f"{draw(_DESCRIPTIONS)}{draw(_BLANKS)} {draw(_NAMES)} :{draw(_BLANKS)}{draw(_TYPES)}{draw(_NULLABLE)}"
    return f"{head}{draw(_BLANKS)}{default} {draw(_directives())}"


@st.composite
def _fields(draw: st.DrawFn) -> str:
    arguments = draw(st.lists(_inputs(), max_size=2))
    inside = f"({' '.join(arguments)})" if arguments else ""
    head = f"{draw(_DESCRIPTIONS)}{draw(_BLANKS)} {draw(_NAMES)}{draw(_BLANKS)}{inside}:"
    return f"{head}{draw(_TYPES)}{draw(_NULLABLE)}{draw(_BLANKS)} {draw(_directives())}"


@st.composite
def _enum_values(draw: st.DrawFn) -> str:
    return f"{draw(_DESCRIPTIONS)}{draw(_BLANKS)} {draw(_NAMES)}{draw(_BLANKS)} {draw(_directives())}"


def _in_braces(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    listed = st.lists(items, min_size=1, max_size=3)
    return st.tuples(listed, _BLANKS).map(lambda pair: "{" + "\n".join(pair[0]) + pair[1] + "\n}")


@st.composite
def _definitions(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(["type", "interface", "input", "enum", "union", "scalar", "schema", "directive"]))
    extends = kind != "directive" and draw(st.booleans())
    opening = f"extend{draw(_BLANKS)} " if extends else draw(_DESCRIPTIONS)
    directives = "" if kind == "directive" else draw(_directives())
    body = draw(
        {
            "type": _in_braces(_fields()),
            "interface": _in_braces(_fields()),
            "input": _in_braces(_inputs()),
            "enum": _in_braces(_enum_values()),
            "union": st.lists(_NAMES, min_size=1, max_size=3).map(lambda names: "=" + "|".join(names)),
            "scalar": st.just("@tag" if extends else ""),
            "schema": st.lists(_NAMES, min_size=1, max_size=1).map(lambda names: "{ query: " + names[0] + " }"),
            "directive": st.lists(_inputs(), max_size=2).map(
                lambda ones: (f"({' '.join(ones)})" if ones else "") + " repeatable on FIELD | ENUM_VALUE"
            ),
        }[kind]
    )
    implements = draw(st.sampled_from(["", "implements Node", "implements & Node & Car"]))
    middle = implements if kind in {"type", "interface"} else ""
    name = "" if kind == "schema" else f"@{draw(_NAMES)}" if kind == "directive" else draw(_NAMES)
    return f"{opening}{draw(_BLANKS)}{kind} {name}{draw(_BLANKS)} {middle} {directives}{body}"


def written_schemas() -> st.SearchStrategy[str]:
    """Return SDL, nearly always well-formed: some names may not stand everywhere."""
    return st.tuples(_BLANKS, st.lists(_definitions(), min_size=1, max_size=4), _BLANKS).map(
        lambda parts: parts[0] + "\n".join(parts[1]) + "\n" + parts[2]
    )
