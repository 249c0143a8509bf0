"""The enforcers, one per level, and the traps of casbin that none of them falls into."""

from itertools import product
from uuid import UUID

import pytest

from authz.actions import Action
from authz.enforcers import (
    ENFORCERS,
    enforce_group_level,
    enforce_organization_level,
    enforce_service_level,
    enforce_user_level,
)
from authz.law import MODEL, LawError, decide, enforcer, read_policy
from authz.police import police
from authz.subject import EVERYWHERE, Place, Subject
from authz.verdict import Verdict
from enums.group import GroupRole, Plan
from enums.organization import OrganizationRole
from enums.user import UserRole
from tests.authz.test_police import CASTLE, ME, PLACES, SHOP, SUBJECTS, subject

IN_SHOP = Place(CASTLE, SHOP, Plan.ADVANCED)
ESSENTIAL = Place(CASTLE, SHOP, Plan.ESSENTIAL)


def test_the_user_level_counts_the_users_role_and_owning_alone() -> None:
    manager = subject(organization=OrganizationRole.ORGANIZATION_MANAGER, group=GroupRole.GROUP_MANAGER)
    assert enforce_user_level(manager, Action.FINDING_READ, IN_SHOP) is Verdict.FORBIDDEN
    assert enforce_user_level(subject(UserRole.ADMIN), Action.FINDING_READ, IN_SHOP) is Verdict.ALLOWED
    assert enforce_user_level(subject(), Action.SESSION_READ, Place(owner_id=ME)) is Verdict.ALLOWED
    assert enforce_user_level(subject(), Action.SESSION_READ, Place(owner_id=UUID(int=99))) is Verdict.FORBIDDEN


def test_the_organization_level_counts_no_role_in_a_group() -> None:
    assert enforce_organization_level(subject(group=GroupRole.GROUP_MANAGER), Action.GROUP_READ, IN_SHOP) is (
        Verdict.FORBIDDEN
    )
    manager = subject(organization=OrganizationRole.ORGANIZATION_MANAGER)
    assert enforce_organization_level(manager, Action.GROUP_CREATE, Place(CASTLE)) is Verdict.ALLOWED


def test_the_group_level_counts_all_of_them_and_the_plan() -> None:
    hacker = subject(group=GroupRole.HACKER)
    assert enforce_group_level(hacker, Action.FINDING_CREATE, IN_SHOP) is Verdict.ALLOWED
    assert enforce_group_level(hacker, Action.FINDING_CREATE, ESSENTIAL) is Verdict.PLAN_REQUIRED
    assert enforce_group_level(subject(), Action.FINDING_CREATE, ESSENTIAL) is Verdict.FORBIDDEN


def test_the_service_level_asks_for_the_plan_alone() -> None:
    for one in SUBJECTS:
        assert enforce_service_level(one, Action.FINDING_CREATE, IN_SHOP) is Verdict.ALLOWED
        assert enforce_service_level(one, Action.FINDING_CREATE, ESSENTIAL) is Verdict.PLAN_REQUIRED
        assert enforce_service_level(one, Action.FINDING_READ, ESSENTIAL) is Verdict.ALLOWED


def test_a_lower_level_never_allows_less_than_a_higher_one() -> None:
    levels = (enforce_user_level, enforce_organization_level, enforce_group_level)
    for one, action, place in product(SUBJECTS[::5], Action, PLACES):
        allowed = [level(one, action, place) is Verdict.ALLOWED for level in levels]
        assert allowed == sorted(allowed)


def test_nobody_is_allowed_anything_at_any_level() -> None:
    for level, action, place in product(ENFORCERS.values(), Action, PLACES):
        assert level(None, action, place) is Verdict.UNAUTHENTICATED


@pytest.mark.parametrize(
    "line",
    [
        'p, "group:USER", finding:read, any',
        "p, 'group:USER', finding:read, any",
        "p, group:USER, finding:read, \"r.sub.role == 'ADMIN'\"",
        "p, group:USER, finding:read, true",
        "p, *, finding:read, any",
        "p, group:USER, *, any",
        "p, group:USER, finding:read,",
        "p2, group:USER, finding:read, any",
        "g2, group:USER, group:HACKER",
        "g, group:USER",
    ],
)
def test_a_rule_in_quotes_a_wildcard_or_an_expression_is_no_rule(line: str, tmp_path) -> None:
    """casbin takes a quoted rule for a text, and a text is true: so such a line keeps the server from starting."""
    path = tmp_path / "policy.csv"
    path.write_text(line + "\n")
    with pytest.raises(LawError, match=r"policy\.csv:1"):
        read_policy(path)


def test_nothing_in_the_policy_is_evaluated() -> None:
    assert "eval(" not in MODEL.read_text()
    assert "keyMatch" not in MODEL.read_text()


def test_what_is_missing_on_both_sides_is_not_equal() -> None:
    """`None == None` is true: a subject without an id must not own what belongs to nobody."""
    nobody = Subject(None, "", "", UserRole.USER, {}, {}, frozenset())  # type: ignore[arg-type]  # what must not be
    for place in (EVERYWHERE, Place(owner_id=None), Place(None, None, None, None)):
        assert not police().may(nobody, Action.SESSION_READ, place)
        assert not decide(enforcer([Action.SESSION_READ]), nobody, Action.SESSION_READ, place)
    keyed_by_none = Subject(
        ME,
        "",
        "",
        UserRole.USER,
        {None: OrganizationRole.ORGANIZATION_MANAGER},  # type: ignore[dict-item]  # what must not be
        {None: GroupRole.GROUP_MANAGER},  # type: ignore[dict-item]
        frozenset(),
    )
    for place in (EVERYWHERE, Place(CASTLE), Place(CASTLE, None)):
        assert not police().may(keyed_by_none, Action.FINDING_READ, place)
        assert not decide(enforcer([Action.FINDING_READ]), keyed_by_none, Action.FINDING_READ, place)


def test_a_subject_with_an_attribute_missing_is_denied_with_an_error() -> None:
    class Incomplete:
        user_id = ME

    with pytest.raises(AttributeError):
        decide(enforcer([Action.FINDING_READ]), Incomplete(), Action.FINDING_READ, IN_SHOP)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        police().may(Incomplete(), Action.FINDING_READ, IN_SHOP)  # type: ignore[arg-type]


def test_a_person_an_organization_or_a_group_named_like_a_role_is_none() -> None:
    named = Subject(ME, "user:ADMIN", "group:GROUP_MANAGER", UserRole.USER, {}, {}, frozenset())
    law = enforcer([Action.FINDING_READ])
    for place in PLACES:
        assert not police().may(named, Action.FINDING_READ, place)
        assert not decide(law, named, Action.FINDING_READ, place)
