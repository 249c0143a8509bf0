"""The access matrix of a sealed schema: every coordinate, what it needs, and which role is allowed that."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from graphql import GraphQLSchema

from authz.actions import Action
from authz.police import BIT, Masks, compile_masks
from authz.roles import ALL_ROLES, OWNER
from bindings.coordinates import requirements_of
from enums.group import Plan

_FIRST = ("Query", "Mutation", "Subscription")
_LAST = ("Connection", "Edge", "Payload", "PageInfo")


class Access(StrEnum):
    """Whether a role is allowed something where it is held."""

    YES = "yes"
    ON_ADVANCED = "ADVANCED"
    """In groups on that plan only."""
    NO = "no"


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A coordinate, the action that it needs (None where it is public), and each role's access, by role."""

    coordinate: str
    action: Action | None
    access: dict[str, Access]

    @property
    def needs(self) -> str:
        """Return what the coordinate needs, as a word."""
        return "public" if self.action is None else str(self.action)


def access_matrix(schema: GraphQLSchema, *, with_arguments: bool = False) -> Iterator[MatrixRow]:
    """Yield a row for every coordinate; arguments, which need what their field needs, only if they are wanted."""
    masks = compile_masks()
    for coordinate, action in sorted(requirements_of(schema).items(), key=_place_in_list):
        if with_arguments or "(" not in coordinate:
            yield MatrixRow(coordinate, action, {role: _access(masks, role, action) for role in ALL_ROLES})


def _place_in_list(item: tuple[str, Action | None]) -> tuple[int, str]:
    """Return where a coordinate stands: what is asked first, then what things are, last what only carries them."""
    type_name = item[0].split(".")[0]
    if type_name in _FIRST:
        return _FIRST.index(type_name), item[0]
    return len(_FIRST) + type_name.endswith(_LAST), item[0]


def _access(masks: Masks, role: str, action: Action | None) -> Access:
    if action is None or masks[role, None] & BIT[action]:
        return Access.YES
    if role != OWNER and masks[role, Plan.ADVANCED] & BIT[action]:
        return Access.ON_ADVANCED
    return Access.NO
