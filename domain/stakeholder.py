"""The rules of who may hold, give and take roles; what a role may do is the law's to say."""

from domain.errors import BadUserInput, Conflict
from enums.group import GroupRole
from enums.organization import OrganizationRole
from enums.stakeholder import StakeholderRole

MOST_INVITATION_DAYS = 30


def check_role(role: StakeholderRole, *, in_group: bool) -> StakeholderRole:
    """Return a role; raise BadUserInput if it is held at the other level than the one that is meant."""
    held: list[str] = [*GroupRole] if in_group else [*OrganizationRole]
    if role in held:
        return role
    where, instead = ("a group", "`organizationName`") if in_group else ("an organization", "`groupName`")
    raise BadUserInput(
        f"`role` {role} is not held in {where}: give {instead} in place of the other, or one of {', '.join(held)}.",
        argument="role",
    )


def check_days(days: int) -> int:
    """Return how many days an invitation waits for its answer; raise BadUserInput unless it is 1 to 30."""
    if not 1 <= days <= MOST_INVITATION_DAYS:
        raise BadUserInput(f"`days` is {days}: it must be from 1 to {MOST_INVITATION_DAYS}.", argument="days")
    return days


def refuse_oneself(*, is_oneself: bool, meant: bool) -> None:
    """Raise Conflict where somebody is about to change the own role without having said that this is meant."""
    if is_oneself and not meant:
        raise Conflict("That is your own role: give `myself: true` if you mean it.", argument="myself")


def refuse_own_account(*, is_oneself: bool) -> None:
    """Raise Conflict where an administrator is about to lose the own account or the own power."""
    if is_oneself:
        raise Conflict("That is your own account: another administrator has to do this.", argument="userId")


def refuse_last_manager(*, was_manager: bool, stays_manager: bool, others: int) -> None:
    """Raise Conflict where an organization would be left without a manager."""
    if was_manager and not stays_manager and others == 0:
        raise Conflict(
            "Nobody else manages the organization: make somebody else ORGANIZATION_MANAGER first.", argument="email"
        )


def refuse_last_admin(*, is_last: bool) -> None:
    """Raise Conflict where an installation would be left without an administrator."""
    if is_last:
        raise Conflict("Nobody else administers the installation: make somebody else ADMIN first.", argument="userId")


def refuse_sole_manager_of(names: list[str]) -> None:
    """Raise Conflict where organizations, named here, would be left without a manager."""
    if names:
        raise Conflict(
            f"Nobody else manages {', '.join(names)}: make somebody else ORGANIZATION_MANAGER first.", argument="userId"
        )
