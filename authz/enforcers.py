"""The enforcers, one per level: each is a function from who asks, what for and where, to a verdict.

| level        | what counts                                                                |
|--------------|----------------------------------------------------------------------------|
| user         | the role held in the whole installation, and OWNER about oneself           |
| organization | that, and the role held in the place's organization                        |
| group        | that, and the role held in the place's group, as far as its plan goes      |
| service      | whether the group's plan has the feature that the law asks for the action  |

All of them ask the compiled law. The decorators of `authz.guards` are named after them.
"""

from collections.abc import Callable, Mapping

from authz.actions import Action
from authz.police import police
from authz.subject import Place, Subject
from authz.verdict import Verdict

Enforcer = Callable[[Subject | None, Action, Place], Verdict]


def enforce_user_level(subject: Subject | None, action: Action, place: Place) -> Verdict:
    """Return whether the subject's role in the whole installation, or owning the object, allows the action."""
    return police().verdict(subject, action, Place(owner_id=place.owner_id))


def enforce_organization_level(subject: Subject | None, action: Action, place: Place) -> Verdict:
    """Return whether the subject's roles down to those in the place's organization allow the action."""
    return police().verdict(subject, action, Place(place.organization_id, owner_id=place.owner_id))


def enforce_group_level(subject: Subject | None, action: Action, place: Place) -> Verdict:
    """Return whether the subject's roles down to those in the place's group allow the action, on the group's plan."""
    return police().verdict(subject, action, place)


def enforce_service_level(subject: Subject | None, action: Action, place: Place) -> Verdict:
    """Return whether the plan of the place's group includes the action, whatever the subject's roles are.

    An action that no plan limits is included everywhere; a place without a group has no plan to ask for.
    """
    if subject is None:
        return Verdict.UNAUTHENTICATED
    included = place.plan is None or place.plan in police().plans_of(action)
    return Verdict.ALLOWED if included else Verdict.PLAN_REQUIRED


ENFORCERS: Mapping[str, Enforcer] = {
    "user": enforce_user_level,
    "organization": enforce_organization_level,
    "group": enforce_group_level,
    "service": enforce_service_level,
}
"""Every enforcer by the name of its level."""
