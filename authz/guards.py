"""The decorators that guard a resolver, and the marks by which the seal recognizes them.

    @mutation.field("updateFinding")
    @require_login
    @enforce_group_level_auth_async(Action.FINDING_UPDATE, by="findingId")
    async def resolve_update_finding(_: None, info: Info, *, finding: Record, …) -> …

A decorator that names an argument loads the object which it identifies, checks the action where that object is, and
hands the object over in the argument's place: the function never sees the raw id, so it cannot act on another one
than was authorized. Absent and invisible objects are the same NOT_FOUND.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from authz.actions import Action
from authz.caller import Caller, Info
from authz.enforcers import ENFORCERS
from authz.nouns import Loader, loader_of
from authz.police import police
from authz.subject import EVERYWHERE, Place, place_of
from authz.verdict import NOBODY_SIGNED_IN, refuse_unless_allowed
from database import group
from domain.errors import BadUserInput, NotFound, Unauthenticated
from domain.names import snake_case
from enums.group import Plan

STAKEHOLDER_ARGUMENTS = ("organizationName", "groupName")
"""The arguments of which one says where a role is held."""

Resolver = Callable[..., Any]
F = TypeVar("F", bound=Resolver)


@dataclass(frozen=True, slots=True)
class Guard:
    """A mark on a resolver: how it is guarded, and by which action if by one."""

    kind: str
    action: Action | None = None
    by: str | None = None


def mark(resolver: F, guard: Guard) -> F:
    """Put a mark on a resolver, before those that it has."""
    resolver.guards = (guard, *guards_of(resolver))  # type: ignore[attr-defined]  # functions take attributes
    return resolver


def guards_of(resolver: object) -> tuple[Guard, ...]:
    """Return the marks of a resolver; none for one that is not guarded."""
    found: tuple[Guard, ...] = getattr(resolver, "guards", ())
    return found


def public(resolver: F) -> F:
    """Let anyone call this field, by hand: its result is meant for everybody."""
    return mark(resolver, Guard("public"))


def require_login(resolver: F) -> F:
    """Refuse a caller who is not signed in. Works on resolvers and on the sources of subscriptions."""

    @wraps(resolver)
    def guarded(parent: object, info: Info, **arguments: object) -> Any:
        if info.context.subject is None:
            raise Unauthenticated(NOBODY_SIGNED_IN)
        return resolver(parent, info, **arguments)

    return mark(guarded, Guard("login"))  # type: ignore[return-value]  # wraps keeps the signature


def require_session(resolver: F) -> F:
    """Refuse a caller without a session: a leaked access token must not be able to extend its own access."""

    @wraps(resolver)
    def guarded(parent: object, info: Info, **arguments: object) -> Any:
        if info.context.subject is None:
            raise Unauthenticated(NOBODY_SIGNED_IN)
        info.context.own_session(f"An access token cannot do `{info.field_name}`: sign in, and do it by your session.")
        return resolver(parent, info, **arguments)

    return mark(guarded, Guard("login"))  # type: ignore[return-value]  # wraps keeps the signature


def enforce_user_level_auth_async(action: Action, *, by: str | None = None) -> Callable[[Resolver], Resolver]:
    """Refuse a caller who may not do the action everywhere, to their own account, or to the object that `by` names."""
    if by is not None:
        return _enforce("user", action, by)

    def decorate(resolver: Resolver) -> Resolver:
        @wraps(resolver)
        async def guarded(parent: object, info: Info, **arguments: object) -> Any:
            subject = info.context.subject
            own = Place(owner_id=subject.user_id) if subject else EVERYWHERE
            _require("user", info, action, own)
            return await resolver(parent, info, **arguments)

        return mark(guarded, Guard("user", action))

    return decorate


def enforce_organization_level_auth_async(action: Action, *, by: str) -> Callable[[Resolver], Resolver]:
    """Refuse a caller who may not do the action in the organization of the object that the argument names."""
    return _enforce("organization", action, by)


def enforce_group_level_auth_async(action: Action, *, by: str) -> Callable[[Resolver], Resolver]:
    """Refuse a caller who may not do the action in the group of the object that the argument names."""
    return _enforce("group", action, by)


def enforce_stakeholder_level_auth_async(action: Action) -> Callable[[Resolver], Resolver]:
    """Refuse a caller who may not do the action where `groupName` or `organizationName` says; one of them is given.

    The object is handed over as `place`: a record of the group or of the organization.
    """
    spelled = {snake_case(name): name for name in STAKEHOLDER_ARGUMENTS}

    def decorate(resolver: Resolver) -> Resolver:
        @wraps(resolver)
        async def guarded(parent: object, info: Info, **arguments: object) -> Any:
            given = {name: arguments.pop(name, None) for name in spelled}
            named = [name for name, value in given.items() if value is not None]
            if len(named) != 1:
                raise BadUserInput(
                    "Give either `organizationName` or `groupName`: a role is held in one of the two.",
                    argument=STAKEHOLDER_ARGUMENTS[0],
                )
            found = await authorized(info, action, spelled[named[0]], str(given[named[0]]))
            return await resolver(parent, info, place=found, **arguments)

        return mark(guarded, Guard("stakeholder", action))

    return decorate


def _enforce(level: str, action: Action, by: str) -> Callable[[Resolver], Resolver]:
    def decorate(resolver: Resolver) -> Resolver:
        @wraps(resolver)
        async def guarded(parent: object, info: Info, **arguments: object) -> Any:
            return await resolver(parent, info, **await _with_object(info, action, by, arguments))

        return mark(guarded, Guard(level, action, by))

    return decorate


async def _with_object(info: Info, action: Action, by: str, arguments: dict[str, object]) -> dict[str, Any]:
    """Return the arguments with the authorized object in place of the one that names it."""
    identifier, others = taken_out(arguments, by)
    found = await authorized(info, action, by, identifier)
    return {loader_of(by).noun.stem: found, **others}


def taken_out(arguments: Mapping[str, Any], by: str) -> tuple[str, dict[str, Any]]:
    """Return the value at a path of arguments such as `input.findingId`, and the arguments without it."""
    name, _, rest = by.partition(".")
    others = dict(arguments)
    value = others.pop(snake_case(name))
    if not rest:
        return value, others
    identifier, inner = taken_out(value, rest)
    return identifier, {**others, snake_case(name): inner}


async def authorized(info: Info, action: Action, by: str, identifier: str) -> Any:
    """Return the object that the argument `by` names, once the caller may do the action there.

    Raises Unauthenticated for nobody, NotFound where the object is absent or invisible, and Forbidden or PlanRequired
    where it is visible but the action is refused.
    """
    caller = info.context
    if caller.subject is None:
        raise Unauthenticated(NOBODY_SIGNED_IN)
    loader: Loader = loader_of(by)
    found = await loader.load(caller.reader, identifier, by)
    if found is None or not police().may(caller.subject, loader.noun.visible, place_of(found)):
        raise NotFound(loader.absent(identifier, by), argument=by)
    place = await with_plan(caller, place_of(found))
    _require(loader.noun.level, info, action, place)
    return found


def _require(level: str, info: Info, action: Action, place: Place) -> None:
    """Ask the enforcer of a level; raise the error of its verdict unless it is ALLOWED."""
    subject = info.context.subject
    what = f"`{info.parent_type.name}.{info.field_name}`"
    refuse_unless_allowed(ENFORCERS[level](subject, action, place), subject, action, place, what)


async def with_plan(caller: Caller, place: Place) -> Place:
    """Return a place with its group's plan looked up, where the record itself does not carry it."""
    if place.plan is not None or place.group_id is None:
        return place
    row = await caller.reader.fetch_one(group.BY_KEY, organization_id=place.organization_id, key=place.group_id)
    plan = Plan(row["plan"]) if row is not None else None
    return Place(place.organization_id, place.group_id, plan, place.owner_id)


Source = Callable[..., AsyncIterator[Any]]


def enforce_on_subscription(action: Action, *, by: str) -> Callable[[Source], Callable[..., Any]]:
    """Guard the source of a subscription as `enforce_group_level_auth_async` guards a resolver.

    The object is handed over loaded; what is sent later is checked again, payload by payload, with the rights that
    the subject has by then.
    """

    def decorate(source: Source) -> Callable[..., Any]:
        @wraps(source)
        async def guarded(parent: object, info: Info, **arguments: object) -> AsyncIterator[Any]:
            return source(parent, info, **await _with_object(info, action, by, arguments))

        return mark(guarded, Guard("group", action, by))

    return decorate
