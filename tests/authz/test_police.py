"""The compiled law is the law: it agrees with casbin everywhere, and lists agree with single decisions."""

from itertools import product
from uuid import UUID

import pytest

from authz.actions import Action
from authz.law import LawError, decide, enforcer, read_policy
from authz.police import Police, compile_masks, police
from authz.subject import EVERYWHERE, Place, Subject
from domain.errors import Forbidden, PlanRequired, Unauthenticated
from enums.group import GroupRole, Plan
from enums.organization import OrganizationRole
from enums.user import UserRole

ME, CASTLE, HARBOUR, SHOP, WAREHOUSE = (UUID(int=n) for n in range(10, 15))
PLACES = [
    EVERYWHERE,
    Place(owner_id=ME),
    Place(owner_id=UUID(int=99)),
    Place(CASTLE),
    *(Place(CASTLE, SHOP, plan) for plan in (None, *Plan)),
    *(Place(CASTLE, WAREHOUSE, plan) for plan in Plan),
    Place(HARBOUR),
    *(Place(HARBOUR, UUID(int=50), plan) for plan in Plan),
]


def subject(
    role: UserRole = UserRole.USER, organization: OrganizationRole | None = None, group: GroupRole | None = None
) -> Subject:
    return Subject(
        user_id=ME,
        email="me@adarve.example",
        name="me",
        role=role,
        organization_roles={CASTLE: organization} if organization else {},
        group_roles={SHOP: group} if group else {},
        organizations=frozenset({CASTLE}),
    )


SUBJECTS = [subject(*roles) for roles in product(UserRole, (None, *OrganizationRole), (None, *GroupRole))]


@pytest.mark.slow
@pytest.mark.parametrize("action", Action)
def test_police_agrees_with_casbin_for_every_role_plan_and_tenant_relation(action: Action) -> None:
    law = enforcer([action])
    for one, place in product(SUBJECTS, PLACES):
        assert police().may(one, action, place) == decide(law, one, action, place), (one, place)


def test_scope_shows_exactly_the_places_where_an_action_is_allowed_on_every_plan() -> None:
    for one, action in product(SUBJECTS, Action):
        scope = police().scope(one, action)
        for place in (Place(CASTLE, SHOP), Place(CASTLE, WAREHOUSE), Place(HARBOUR, UUID(int=50))):
            seen = scope.everything or place.organization_id in scope.organizations or place.group_id in scope.groups
            assert seen == police().may(one, action, place)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(read_policy())))
def test_every_line_of_the_policy_changes_some_decision(number: int) -> None:
    """A line without which nothing changes would be one that nobody needs, or that nothing tests."""
    lines = read_policy()
    removed = lines[:number] + lines[number + 1 :]
    assert compile_masks(removed) != compile_masks(lines), lines[number]


def test_nobody_may_do_anything() -> None:
    assert not any(police().may(None, action, place) for action in Action for place in PLACES)
    assert police().scope(None, Action.GROUP_READ).empty


def test_a_role_in_one_group_says_nothing_about_another() -> None:
    manager = subject(group=GroupRole.GROUP_MANAGER)
    assert police().may(manager, Action.FINDING_READ, Place(CASTLE, SHOP))
    assert not police().may(manager, Action.FINDING_READ, Place(CASTLE, WAREHOUSE))
    assert not police().may(manager, Action.GROUP_CREATE, Place(CASTLE))


def test_a_group_role_does_not_count_where_the_organization_is_another() -> None:
    """A place whose group and organization do not belong together must not be opened by either alone."""
    assert not police().may(subject(organization=OrganizationRole.USER), Action.GROUP_READ, Place(HARBOUR, SHOP))


def test_an_organization_manager_manages_every_group_of_that_organization_and_no_other() -> None:
    manager = subject(organization=OrganizationRole.ORGANIZATION_MANAGER)
    assert police().may(manager, Action.FINDING_UPDATE, Place(CASTLE, WAREHOUSE))
    assert not police().may(manager, Action.FINDING_UPDATE, Place(HARBOUR, UUID(int=50)))


def test_the_plan_refuses_what_the_role_would_allow_and_names_the_plan_it_needs() -> None:
    hacker = subject(group=GroupRole.HACKER)
    with pytest.raises(PlanRequired, match="needs ADVANCED"):
        police().require(hacker, Action.FINDING_CREATE, Place(CASTLE, SHOP, Plan.ESSENTIAL), "this")
    with pytest.raises(Forbidden) as refused:
        police().require(
            subject(group=GroupRole.USER), Action.FINDING_CREATE, Place(CASTLE, SHOP, Plan.ESSENTIAL), "it"
        )
    assert refused.value.code == "FORBIDDEN"
    with pytest.raises(Unauthenticated):
        police().require(None, Action.FINDING_CREATE, Place(CASTLE, SHOP, Plan.ADVANCED), "this")


def test_an_unknown_plan_allows_nothing_that_needs_a_feature() -> None:
    assert not police().may(subject(group=GroupRole.HACKER), Action.FINDING_CREATE, Place(CASTLE, SHOP, None))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("p, group:BOSS, finding:read, any", "no role"),
        ("p, group:USER, finding:raed, any", "no action"),
        ("p, group:USER, finding:read, FREE_BEER", "no plan feature"),
        ("p, group:USER, finding:read", "a line is"),
        ("g, group:USER, user", "must both be roles"),
        ("p, group:USER, finding:read, any, allow", "a line is"),
    ],
)
def test_a_wrong_line_of_the_policy_is_named(line: str, message: str, tmp_path) -> None:
    path = tmp_path / "policy.csv"
    path.write_text(f"# first\n{line}\n")
    with pytest.raises(LawError, match=rf"policy\.csv:2: .*{message}"):
        read_policy(path)


def test_a_user_named_like_a_role_holds_no_role() -> None:
    named = Subject(ME, "group:GROUP_MANAGER", "user:ADMIN", UserRole.USER, {}, {}, frozenset())
    assert not police().may(named, Action.GROUP_READ, Place(CASTLE, SHOP))


def test_masks_of_a_law_without_lines_allow_nothing() -> None:
    nobody = Police(compile_masks([]))
    assert not any(nobody.may(one, action, place) for one in SUBJECTS[:3] for action in Action for place in PLACES)
