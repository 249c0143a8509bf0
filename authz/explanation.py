"""Why something is allowed or refused: by which role and which line of the policy, or which roles would allow it.

It tells what the policy says, which is public, of a place that the caller sees; nothing of other people or places.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from authz.actions import Action
from authz.law import ANY_FEATURE, read_policy
from authz.police import police
from authz.roles import ALL_ROLES, OWNER, roles_at
from authz.subject import Place, Subject
from authz.verdict import Verdict
from domain.plan import PLAN_FEATURES
from enums.group import Plan


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer: whether it is allowed, and by what."""

    coordinate: str
    allowed: bool
    action: Action | None
    role: str | None
    rule: str | None
    allowed_roles: list[str]
    plan: Plan | None
    message: str


def explain(subject: Subject, coordinate: str, action: Action | None, place: Place) -> Explanation:
    """Return why a subject may or may not do at a place what a coordinate needs; None is needed by what is public."""
    if action is None:
        return Explanation(coordinate, True, None, None, None, [], None, f"`{coordinate}` is public.")
    verdict = police().verdict(subject, action, place)
    allowed_roles = roles_that_allow(action, place)
    role = next((one for one in _seen_roles(subject, place) if one in allowed_roles), None)
    allowed = verdict is Verdict.ALLOWED
    rule = rule_of(role, action, place.plan) if allowed and role else None
    plan = Plan.ADVANCED if verdict is Verdict.PLAN_REQUIRED else None
    return Explanation(
        coordinate,
        allowed,
        action,
        role if allowed else None,
        rule,
        allowed_roles,
        plan,
        _message(subject, coordinate, action, place, verdict, role, allowed_roles),
    )


def _seen_roles(subject: Subject, place: Place) -> list[str]:
    """Return the roles that count: those that are held, or the one that is looked through."""
    held = roles_at(subject, place)
    if subject.view_as is None:
        return held[::-1]
    return [subject.view_as, *(one for one in held[::-1] if one == OWNER), "organization:USER", "user:USER"]


def roles_that_allow(action: Action, place: Place) -> list[str]:
    """Return the roles that allow an action at such a place, on the plan that it is on."""
    return [role for role in ALL_ROLES if _allows(role, action, place)]


def _allows(role: str, action: Action, place: Place) -> bool:
    return any(_features(line[3], place.plan) for line in _lines_of(role) if line[2] == action)


def _features(feature: str, plan: Plan | None) -> bool:
    return feature == ANY_FEATURE or (plan is not None and feature in PLAN_FEATURES[plan])


@cache
def _lines_of(role: str) -> tuple[tuple[str, ...], ...]:
    """Return the lines of the policy that count for a role: its own, then those of the roles that it includes."""
    roles = list(_included(role))
    return tuple(tuple(line) for one in roles for line in read_policy() if line[0] == "p" and line[1] == one)


def _included(role: str) -> Iterator[str]:
    seen, waiting = {role}, [role]
    while waiting:
        one = waiting.pop(0)
        yield one
        for line in read_policy():
            if line[0] == "g" and line[1] == one and line[2] not in seen:
                seen.add(line[2])
                waiting.append(line[2])


def rule_of(role: str, action: Action, plan: Plan | None) -> str | None:
    """Return the line of the policy by which a role allows an action on a plan, or None if it does not."""
    for line in _lines_of(role):
        if line[2] == action and _features(line[3], plan):
            return ", ".join(line)
    return None


def _message(  # each part of the answer goes into the sentence
    subject: Subject,
    coordinate: str,
    action: Action,
    place: Place,
    verdict: Verdict,
    role: str | None,
    allowed_roles: list[str],
) -> str:
    if verdict is Verdict.ALLOWED:
        return f"`{coordinate}` needs {action}, which your role {role} allows here."
    if verdict is Verdict.PLAN_REQUIRED:
        return f"`{coordinate}` needs {action}, which is not part of the {place.plan} plan but of {Plan.ADVANCED}."
    would = ", ".join(allowed_roles) or "no role"
    if subject.view_as in allowed_roles:
        return (
            f"`{coordinate}` needs {action}, which {subject.view_as} allows here, but your own roles do not: looking "
            "through another role never widens what you may."
        )
    who, whose = (f"Seen as {subject.view_as}: ", "that role does") if subject.view_as else ("", "your roles do")
    where = "here" if place.organization_id is not None else "everywhere (name an object by `on` to ask about one)"
    return f"{who}`{coordinate}` needs {action}, which {whose} not allow {where}; allowed to: {would}."
