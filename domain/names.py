"""What names and texts may look like."""

import re
import unicodedata

from domain.errors import BadUserInput

_NAME = re.compile(r"[a-z][a-z0-9-]{2,39}")
_NICKNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def check_name(name: str, argument: str) -> str:
    """Return a name of an organization or a group; raise BadUserInput unless it is well formed."""
    if not _NAME.fullmatch(name):
        raise BadUserInput(
            f"`{argument}` must have 3 to 40 characters, lower-case letters, digits and hyphens, "
            "and begin with a letter.",
            argument=argument,
        )
    return name


def check_nickname(nickname: str, argument: str) -> str:
    """Return a root's nickname; raise BadUserInput unless it is well formed."""
    if not _NICKNAME.fullmatch(nickname):
        raise BadUserInput(
            f"`{argument}` must have 1 to 100 letters, digits, dots, hyphens or underscores, "
            "and begin with a letter or a digit.",
            argument=argument,
        )
    return nickname


def check_text(text: str, argument: str, *, most: int, least: int = 0) -> str:
    """Return a text without surrounding space; raise BadUserInput on control characters or a wrong length."""
    stripped = text.strip()
    if not least <= len(stripped) <= most:
        raise BadUserInput(
            f"`{argument}` has {len(stripped)} characters: it must have {least} to {most}.", argument=argument
        )
    for character in stripped:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t":
            raise BadUserInput(
                f"`{argument}` contains the control character U+{ord(character):04X}: remove it.",
                argument=argument,
            )
    return stripped


def snake_case(name: str) -> str:
    """Return a name of the contract as Python spells it: `findingId` as `finding_id`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: "_" + match[1].lower(), name)
