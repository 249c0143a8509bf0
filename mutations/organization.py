"""addOrganization and updateOrganization."""

from typing import Any, TypedDict

from ariadne import MutationType

from authz.actions import Action
from authz.caller import Info
from authz.guards import enforce_organization_level_auth_async, enforce_user_level_auth_async, require_login
from authz.policy import grant_organization_role
from bindings.types import payload
from database import organization as organizations
from database.organization import OrganizationRow
from domain.errors import Conflict
from domain.identifiers import new_key
from domain.names import check_name, check_text
from enums.organization import OrganizationRole

mutation = MutationType()
MOST_DESCRIPTION = 2000


class UpdateOrganizationInput(TypedDict, total=False):
    """What is changed of an organization; what is absent or null stays."""

    description: str | None
    merges_across_tools: bool | None


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
    organization: OrganizationRow,
    input: UpdateOrganizationInput,  # noqa: A002  # the contract's word
) -> dict[str, Any]:
    """Change the description and the settings of an organization."""
    caller = info.context
    organization_id = organization["organization_id"]
    given: dict[str, object] = {name: value for name, value in input.items() if value is not None}
    if (description := input.get("description")) is not None:
        given["description"] = check_text(description, "description", most=MOST_DESCRIPTION)
    async with caller.changes(organization_id) as work:
        current = await work.run_required(organizations.LOCK, organization_id=organization_id)
        await work.run(organizations.UPDATE, in_organization=organization_id, **{**current, **given})
        work.record("update", "Organization", organization_id, {"changed": sorted(given)})
    return {"organization": await caller.reader.fetch_one(organizations.BY_KEY, organization_id=organization_id)}


BINDABLES = [
    mutation,
    payload("AddOrganizationPayload", "organization"),
    payload("UpdateOrganizationPayload", "organization"),
]
