"""addOrganization."""

from typing import Any

from ariadne import MutationType

from authz.actions import Action
from authz.bindings import payload
from authz.caller import Info
from authz.guards import enforce_user_level_auth_async, require_login
from authz.policy import grant_organization_role
from database import organization
from domain.errors import Conflict
from domain.identifiers import new_key
from domain.names import check_name, check_text
from enums.organization import OrganizationRole

mutation = MutationType()
MOST_DESCRIPTION = 2000


@mutation.field("addOrganization")
@require_login
@enforce_user_level_auth_async(Action.ORGANIZATION_CREATE)
async def resolve_add_organization(_: None, info: Info, *, name: str, description: str = "") -> dict[str, Any]:
    """Open an organization, managed by the caller."""
    caller = info.context
    check_name(name, "name")
    described = check_text(description, "description", most=MOST_DESCRIPTION)
    organization_id = new_key()
    async with caller.changes(organization_id) as work:
        if await work.run_one(organization.ADD_NAME, name=name, organization_id=organization_id) is None:
            raise Conflict(f"The name {name!r} is taken: choose another one.", argument="name")
        await work.run(organization.ADD, organization_id=organization_id, name=name, description=described)
        await grant_organization_role(
            work, caller.signed_in.user_id, organization_id, OrganizationRole.ORGANIZATION_MANAGER
        )
        work.record("add", "Organization", organization_id, {"name": name})
    caller.credentials.forget()
    await caller.refresh()
    return {"organization": await caller.reader.fetch_one(organization.BY_KEY, organization_id=organization_id)}


BINDABLES = [mutation, payload("AddOrganizationPayload", "organization")]
