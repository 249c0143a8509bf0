"""How the object that an argument names is loaded: once, by the guard, for the resolver."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from authz.actions import Action
from database import finding, group, invitation, organization, root, scan_import, session, user, vulnerability
from database.pool import Reader
from database.statement import Statement
from domain.identifiers import parse_global_id


@dataclass(frozen=True, slots=True)
class Loader:
    """An argument that names an object: its name, under what the object is handed over, and how it is found.

    `visible` is the action that makes such an object visible; where it is refused the object is as good as absent.
    `level` is that of the enforcer who decides about such an object.
    """

    level: str
    argument: str
    hands_over: str
    visible: Action
    load: Callable[[Reader, str], Awaitable[Any]]

    def absent(self, identifier: str) -> str:
        """Return the message for an object that is absent or invisible: the two read the same."""
        return (
            f"There is no {self.hands_over.replace('_', ' ')} {identifier[:80]!r} that you may see (`{self.argument}`)."
        )


def by_name(statement: Statement) -> Callable[[Reader, str], Awaitable[Any]]:
    """Return a loader for names."""

    async def load(reader: Reader, name: str) -> Any:
        return await reader.fetch_one(statement, name=name.lower())

    return load


def by_id(argument: str, statement: Statement, *type_names: str) -> Callable[[Reader, str], Awaitable[Any]]:
    """Return a loader for global ids of these types; it raises BadUserInput on an id of another type."""

    async def load(reader: Reader, text: str) -> Any:
        found = parse_global_id(text, argument, *type_names)
        return await reader.fetch_one(statement, organization_id=found.organization_id, key=found.key)

    return load


_ALL = (
    Loader("organization", "organizationName", "organization", Action.ORGANIZATION_READ, by_name(organization.BY_NAME)),
    Loader("group", "groupName", "group", Action.GROUP_READ, by_name(group.BY_NAME)),
    Loader("group", "findingId", "finding", Action.FINDING_READ, by_id("findingId", finding.BY_KEY, "Finding")),
    Loader(
        "group",
        "vulnerabilityId",
        "vulnerability",
        Action.VULNERABILITY_READ,
        by_id("vulnerabilityId", vulnerability.BY_KEY, "Vulnerability"),
    ),
    Loader(
        "group",
        "rootId",
        "root",
        Action.ROOT_READ,
        by_id("rootId", root.BY_KEY, "GitRoot", "IpRoot", "UrlRoot"),
    ),
    Loader(
        "group", "importId", "scan_import", Action.SCAN_IMPORT_READ, by_id("importId", scan_import.BY_KEY, "ScanImport")
    ),
    Loader(
        "group",
        "invitationId",
        "invitation",
        Action.INVITATION_READ,
        by_id("invitationId", invitation.BY_KEY, "Invitation"),
    ),
    Loader("user", "userId", "user", Action.USER_READ, by_id("userId", user.BY_ID, "User")),
    Loader("user", "sessionId", "session", Action.SESSION_READ, by_id("sessionId", session.SESSION_BY_KEY, "Session")),
    Loader(
        "user",
        "accessTokenId",
        "access_token",
        Action.ACCESS_TOKEN_READ,
        by_id("accessTokenId", session.ACCESS_TOKEN_BY_KEY, "AccessToken"),
    ),
)
LOADERS = {loader.argument: loader for loader in _ALL}
"""Every argument by which a guard may find an object."""
