"""addGitRoot, addIpRoot and addUrlRoot."""

from typing import Any

from ariadne import MutationType

from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_group_level_auth_async, require_login
from bindings.types import payload
from database import root
from database.group import GroupRow
from domain.errors import Conflict
from domain.identifiers import new_key
from domain.names import check_nickname, check_text
from domain.root import RootKind, check_address, check_git_url, check_web_url

mutation = MutationType()
MOST_BRANCH = 200


@mutation.field("addGitRoot")
@require_login
@enforce_group_level_auth_async(Action.ROOT_CREATE, by="groupName")
async def resolve_add_git_root(
    _: None, info: Info, *, group: GroupRow, nickname: str, url: str, branch: str
) -> dict[str, Any]:
    """Add a repository to a group."""
    places = {
        "url": check_git_url(url, "url"),
        "branch": check_text(branch, "branch", least=1, most=MOST_BRANCH),
    }
    return await _add(info, group, RootKind.GIT, nickname, places)


@mutation.field("addIpRoot")
@require_login
@enforce_group_level_auth_async(Action.ROOT_CREATE, by="groupName")
async def resolve_add_ip_root(_: None, info: Info, *, group: GroupRow, nickname: str, address: str) -> dict[str, Any]:
    """Add a machine to a group."""
    return await _add(info, group, RootKind.IP, nickname, {"address": check_address(address, "address")})


@mutation.field("addUrlRoot")
@require_login
@enforce_group_level_auth_async(Action.ROOT_CREATE, by="groupName")
async def resolve_add_url_root(_: None, info: Info, *, group: GroupRow, nickname: str, url: str) -> dict[str, Any]:
    """Add a web application to a group."""
    return await _add(info, group, RootKind.URL, nickname, {"url": check_web_url(url, "url")})


async def _add(info: Info, group: GroupRow, kind: RootKind, nickname: str, places: dict[str, str]) -> dict[str, Any]:
    caller = info.context
    check_nickname(nickname, "nickname")
    organization_id, root_id = group["organization_id"], new_key()
    async with caller.changes(organization_id) as work:
        added = await work.run_one(
            root.ADD,
            organization_id=organization_id,
            root_id=root_id,
            group_id=group["group_id"],
            kind=str(kind),
            nickname=nickname,
            **places,
        )
        if added is None:
            raise Conflict(f"The group has a root {nickname!r}: choose another nickname.", argument="nickname")
        work.record("add", f"{kind.title()}Root", root_id, {"nickname": nickname, **places})
    return {"root": await caller.reader.fetch_one(root.BY_KEY, organization_id=organization_id, key=root_id)}


BINDABLES = [
    mutation,
    payload("AddGitRootPayload", "root"),
    payload("AddIpRootPayload", "root"),
    payload("AddUrlRootPayload", "root"),
]
