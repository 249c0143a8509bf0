"""What the caller may do on an object, and why: `permissions` and `explainAccess`."""

import difflib
from collections.abc import Sequence
from dataclasses import replace

from ariadne import QueryType

from authz.actions import Action
from authz.boundary import actions_at
from authz.caller import Caller, Info
from authz.explanation import Explanation, explain
from authz.guards import enforce_user_level_auth_async, require_login, with_plan
from authz.police import police
from authz.subject import Place, place_of
from bindings.coordinates import Requirements, requirements_of
from bindings.types import CarrierType
from database.row import AnyRow
from domain.errors import BadUserInput, NotFound
from resolvers.node import load_node

query = QueryType()
LONGEST = 100
explanation = CarrierType("AccessExplanation")
explanation.carry("coordinate", lambda one: one.coordinate)
explanation.carry("allowed", lambda one: one.allowed)
explanation.carry("action", lambda one: one.action)
explanation.carry("role", lambda one: one.role)
explanation.carry("rule", lambda one: one.rule)
explanation.carry("allowedRoles", lambda one: one.allowed_roles)
explanation.carry("plan", lambda one: one.plan)
explanation.carry("message", lambda one: one.message)


async def permissions(parents: Sequence[AnyRow], info: Info) -> list[list[Action]]:
    """Return for each object the actions that the caller may do there."""
    return [actions_at(info.context.subject, place_of(parent)) for parent in parents]


@query.field("explainAccess")
@require_login
@enforce_user_level_auth_async(Action.ACCESS_EXPLAIN)
async def resolve_explain_access(_: None, info: Info, *, coordinate: str, on: str | None = None) -> Explanation:
    """Return why the caller may or may not see or do something on an object."""
    needs = requirements_of(info.schema)
    if coordinate not in needs:
        raise BadUserInput(_unknown(coordinate, needs), argument="coordinate")
    subject = info.context.signed_in
    place = Place(owner_id=subject.user_id) if on is None else await _visible_place(info.context, needs, on)
    return explain(subject, coordinate, needs[coordinate], place)


def _unknown(coordinate: str, needs: Requirements) -> str:
    """Return what to say of a coordinate that there is not, with the nearest ones of its type."""
    type_name = coordinate.partition(".")[0]
    alike = [one for one in needs if one.startswith(f"{type_name}.")]
    close = difflib.get_close_matches(coordinate, alike, n=3) if len(coordinate) <= LONGEST else []
    meant = f" Did you mean {', '.join(f'`{one}`' for one in close)}?" if close else ""
    return f"`coordinate` {coordinate[:LONGEST]!r} names nothing of the contract that could be allowed.{meant}"


async def _visible_place(caller: Caller, needs: Requirements, on: str) -> Place:
    """Return where the object of an id is; raise NotFound if it is absent or invisible, in the same words.

    Who looks through another role sees what is explained with the own eyes. What belongs to nobody in particular is
    explained as one's own, so that what one may about oneself is allowed everywhere.
    """
    subject = replace(caller.signed_in, view_as=None)
    found = await load_node(caller.reader, on, "on")
    visible = needs[f"{found['typename']}.id"] if found is not None else None
    if visible is None or not police().may(subject, visible, place_of(found)):
        raise NotFound(f"There is no object {on[:80]!r} that you may see (`on`).", argument="on")
    place = await with_plan(caller, place_of(found))
    return replace(place, owner_id=subject.user_id) if place.owner_id is None else place


BINDABLES = [query, explanation]
