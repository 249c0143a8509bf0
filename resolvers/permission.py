"""What the caller may do on an object: the field `permissions` of users, organizations and groups."""

from collections.abc import Sequence
from typing import Any

from authz.actions import Action
from authz.boundary import actions_at
from authz.caller import Info
from authz.subject import place_of


async def permissions(parents: Sequence[Any], info: Info) -> list[list[Action]]:
    """Return for each object the actions that the caller may do there."""
    return [actions_at(info.context.subject, place_of(parent)) for parent in parents]
