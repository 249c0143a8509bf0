"""The law as casbin reads it: the one source of who may do what.

A decision by casbin costs milliseconds, so requests ask `authz.police`, which is compiled from this; a test proves
that both always agree.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import casbin

from authz.actions import Action
from authz.roles import ALL_ROLES, roles_at
from authz.subject import Place, Subject
from domain.plan import PLAN_FEATURES, PlanFeature

MODEL = Path(__file__).with_name("model.conf")
POLICY = Path(__file__).with_name("policy.csv")
ANY_FEATURE = "any"


class LawError(ValueError):
    """The policy contradicts the vocabulary; the server does not start with it."""


def read_policy(path: Path = POLICY) -> list[list[str]]:
    """Return the policy's lines as words; raise LawError on an unknown role, action or feature, naming the line."""
    lines = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            words = [word.strip() for word in line.split(",")]
            _check(words, f"{path.name}:{number}")
            lines.append(words)
    return lines


def _check(words: list[str], where: str) -> None:
    match words:
        case ["p", role, action, feature]:
            if role not in ALL_ROLES:
                raise LawError(f"{where}: {role!r} is no role; the roles are {', '.join(ALL_ROLES)}")
            if action not in set(Action):
                raise LawError(f"{where}: {action!r} is no action of authz/actions.py")
            if feature != ANY_FEATURE and feature not in set(PlanFeature):
                raise LawError(f"{where}: {feature!r} is no plan feature; write `any` for none")
        case ["g", role, other]:
            if role not in ALL_ROLES or other not in ALL_ROLES:
                raise LawError(f"{where}: {role!r} and {other!r} must both be roles")
        case _:
            raise LawError(f"{where}: a line is `p, ROLE, ACTION, FEATURE` or `g, ROLE, OTHER`")


def enforcer(actions: Iterable[Action], lines: list[list[str]] | None = None) -> Any:
    """Return a casbin enforcer that holds the lines of these actions only: its cost grows with its lines."""
    made = casbin.Enforcer(str(MODEL))
    wanted = set(actions)
    for kind, *words in read_policy() if lines is None else lines:
        if kind == "g":
            made.add_grouping_policy(*words)
        elif words[1] in wanted:
            made.add_policy(*words)

    def holds(subject: Subject, place: Place, role: str) -> bool:
        manager = made.get_role_manager()
        return any(manager.has_link(held, role) for held in roles_at(subject, place))

    made.add_function("holds", holds)
    made.add_function("has_feature", _has_feature)
    return made


def _has_feature(place: Place, feature: str) -> bool:
    if feature == ANY_FEATURE:
        return True
    return place.plan is not None and feature in PLAN_FEATURES[place.plan]


def decide(made: Any, subject: Subject, action: Action, place: Place) -> bool:
    """Return casbin's own decision."""
    return bool(made.enforce(subject, place, str(action)))
