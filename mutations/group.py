"""addGroup."""

from typing import Any

from ariadne import MutationType

from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_organization_level_auth_async, require_login
from bindings.types import payload
from database import group
from database.organization import OrganizationRow
from domain.errors import Conflict
from domain.identifiers import new_key
from domain.names import check_name, check_text
from enums.group import Plan

mutation = MutationType()
MOST_DESCRIPTION = 2000


@mutation.field("addGroup")
@require_login
@enforce_organization_level_auth_async(Action.GROUP_CREATE, by="organizationName")
async def resolve_add_group(
    _: None, info: Info, *, organization: OrganizationRow, name: str, description: str = "", plan: Plan = Plan.ESSENTIAL
) -> dict[str, Any]:
    """Open a group in an organization."""
    caller = info.context
    check_name(name, "name")
    described = check_text(description, "description", most=MOST_DESCRIPTION)
    organization_id, group_id = organization["organization_id"], new_key()
    async with caller.changes(organization_id) as work:
        taken = {"organization_id": organization_id, "group_id": group_id, "name": name}
        if await work.run_one(group.ADD_NAME, **taken) is None:
            raise Conflict(f"The name {name!r} is taken: choose another one.", argument="name")
        await work.run(group.ADD, **taken, description=described, plan=str(plan))
        work.record("add", "Group", group_id, {"name": name, "plan": str(plan)})
    row = await caller.reader.fetch_one(group.BY_KEY, organization_id=organization_id, key=group_id)
    return {"group": row}


BINDABLES = [mutation, payload("AddGroupPayload", "group")]
