"""The two sides of every decision: who asks (Subject), and where the object is (Place)."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any
from uuid import UUID

from database.row import AnyRow
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
    rights: dict[Any, int] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What the subject may do at the places that were asked about last, see `bindings.rights`. It is nobody else's: who
    looks through a role is another subject."""


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


_in_a_group = itemgetter("organization_id", "group_id")
_of_a_person = itemgetter("typename", "user_id")
_WITH_THEIR_OWN_PLACE = {
    "Organization": itemgetter("typename", "organization_id"),
    "Group": itemgetter("typename", "organization_id", "group_id", "plan"),
}
"""Types each of whose objects is a place, and what decides it; all others are in a group."""


def belongs_to_a_person(type_name: str) -> None:
    """Say of a type that its objects belong to a person and to no organization; nouns of the user level do."""
    _WITH_THEIR_OWN_PLACE[type_name] = _of_a_person


def place_of(record: AnyRow) -> Place:
    """Return where a record of the contract is, from its tenant columns."""
    row: Any = record
    type_name = row["typename"]
    if _WITH_THEIR_OWN_PLACE.get(type_name) is _of_a_person:
        return Place(owner_id=row["user_id"])
    if type_name == "Organization":
        return Place(organization_id=row["organization_id"])
    plan = Plan(row["plan"]) if type_name == "Group" else None
    return Place(row["organization_id"], row["group_id"], plan)


def whereabouts(record: AnyRow) -> Hashable:
    """Return what decides a record's place: records with the same are at the same place. Cheaper than a Place."""
    kind: Any = record["typename"]
    decided: Hashable = _WITH_THEIR_OWN_PLACE.get(kind, _in_a_group)(record)
    return decided


def have_their_own_place(typename: str) -> bool:
    """Return whether each object of a type is a place of its own, so that two of them are never together."""
    return typename in _WITH_THEIR_OWN_PLACE
