"""The three kinds of Root, and the interface."""

from ariadne import InterfaceType

from authz.actions import Action
from authz.nouns import Noun, declare
from bindings.types import GuardedType, connection
from database import group, vulnerability
from database.root import BY_KEY, BY_KEYS
from database.row import AnyRow
from resolvers.vulnerability import LIST_INPUTS as VULNERABILITY_INPUTS

ROOT = declare(
    Noun(
        "Root",
        Action.ROOT_READ,
        argument="rootId",
        one=BY_KEY,
        several=BY_KEYS,
        types=("GitRoot", "IpRoot", "UrlRoot"),
    )
)
root = InterfaceType("Root")


@root.type_resolver
def resolve_root_type(record: AnyRow, *_: object) -> str:
    """Return the kind of a root as its type's name."""
    return str(record["typename"])


def _root_type(name: str, *columns: str) -> GuardedType:
    made = GuardedType.of(ROOT, name)
    made.expose(Action.ROOT_READ, "nickname", "createdAt", *columns)
    made.one("group", group.BY_KEYS, "group_id", visible=Action.GROUP_READ)
    made.relation(
        "vulnerabilities",
        vulnerability.OF_ROOT,
        visible=Action.VULNERABILITY_READ,
        order="SEVERITY_SCORE",
        descending=True,
        inputs=VULNERABILITY_INPUTS,
    )
    return made


git_root = _root_type("GitRoot", "url", "branch")
ip_root = _root_type("IpRoot", "address")
url_root = _root_type("UrlRoot", "url")

BINDABLES = [root, git_root, ip_root, url_root, *connection("Root")]
