"""The two sides of every decision: who asks (Subject), and where the object is (Place)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any
from uuid import UUID

from enums.group import GroupRole, Plan
from enums.organization import OrganizationRole
from enums.user import UserRole


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks: a signed-in user with the roles held at this moment.

    `organizations` are all that row-level security lets this subject's connection see. `view_as` is a role of the law
    through which the subject looks: it may do no more than that role may, and no more than it may anyway.
    """

    user_id: UUID
    email: str
    name: str
    role: UserRole
    organization_roles: Mapping[UUID, OrganizationRole]
    group_roles: Mapping[UUID, GroupRole]
    organizations: frozenset[UUID]
    view_as: str | None = None


def seen_as(subject: Subject | None, role: str | None) -> Subject | None:
    """Return a subject that looks through a role; the subject itself where there is no role to look through."""
    return replace(subject, view_as=role) if subject is not None and role is not None else subject


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object is: its organization and group, its group's plan, and whose it is.

    What is unknown is None, and allows nothing.
    """

    organization_id: UUID | None = None
    group_id: UUID | None = None
    plan: Plan | None = None
    owner_id: UUID | None = None


EVERYWHERE = Place()
"""The place of what belongs to no organization: only roles of the user level count there."""


OWNED_BY_A_PERSON = frozenset({"User", "Session", "AccessToken"})
"""Types whose objects belong to a person and to no organization."""
_WITH_THEIR_OWN_PLACE = OWNED_BY_A_PERSON | {"Organization", "Group"}


def place_of(record: Any) -> Place:
    """Return where a record of the contract is, from its tenant columns."""
    type_name = record["typename"]
    if type_name in OWNED_BY_A_PERSON:
        return Place(owner_id=record["user_id"])
    if type_name == "Organization":
        return Place(organization_id=record["organization_id"])
    plan = Plan(record["plan"]) if type_name == "Group" else None
    return Place(record["organization_id"], record["group_id"], plan)


_in_a_group = itemgetter("typename", "organization_id", "group_id")


def whereabouts(record: Any) -> Any:
    """Return what decides a record's place: records with the same are at the same place. Cheaper than a Place."""
    type_name = record["typename"]
    if type_name in _WITH_THEIR_OWN_PLACE:
        return place_of(record), type_name
    return _in_a_group(record)


def are_together(records: Sequence[Any]) -> bool:
    """Return whether some records are known to be of one type and in one group, by a single look at all of them."""
    if records[0]["typename"] in _WITH_THEIR_OWN_PLACE:
        return False
    try:
        return len(set(map(_in_a_group, records))) == 1
    except KeyError:  # there are others among them, which are in no group
        return False
