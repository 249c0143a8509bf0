"""addOrganization and updateOrganization."""

from typing import Any

from ariadne import MutationType

from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_organization_level_auth_async, enforce_user_level_auth_async, require_login
from authz.policy import grant_organization_role
from bindings.types import payload
from database import organization as organizations
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
        if await work.run_one(organizations.ADD_NAME, name=name, organization_id=organization_id) is None:
            raise Conflict(f"The name {name!r} is taken: choose another one.", argument="name")
        await work.run(organizations.ADD, organization_id=organization_id, name=name, description=described)
        await grant_organization_role(
            work, caller.signed_in.user_id, organization_id, OrganizationRole.ORGANIZATION_MANAGER
        )
        work.record("add", "Organization", organization_id, {"name": name})
    await caller.look_again()
    return {"organization": await caller.reader.fetch_one(organizations.BY_KEY, organization_id=organization_id)}


@mutation.field("updateOrganization")
@require_login
@enforce_organization_level_auth_async(Action.ORGANIZATION_UPDATE, by="organizationName")
async def resolve_update_organization(
    _: None,
    info: Info,
    *,
    organization: Any,
    input: dict[str, Any],  # noqa: A002  # the contract's word
) -> dict[str, Any]:
    """Change the description and the settings of an organization."""
    caller = info.context
    organization_id = organization["organization_id"]
    given = {name: value for name, value in input.items() if value is not None}
    if "description" in given:
        given["description"] = check_text(given["description"], "description", most=MOST_DESCRIPTION)
    async with caller.changes(organization_id) as work:
        current = await work.run_one(organizations.LOCK, organization_id=organization_id)
        kept = {name: current[name] for name in ("description", "merges_across_tools")}
        await work.run(organizations.UPDATE, in_organization=organization_id, **(kept | given))
        work.record("update", "Organization", organization_id, {"changed": sorted(given)})
    return {"organization": await caller.reader.fetch_one(organizations.BY_KEY, organization_id=organization_id)}


BINDABLES = [
    mutation,
    payload("AddOrganizationPayload", "organization"),
    payload("UpdateOrganizationPayload", "organization"),
]
