"""Three tenants that are alike but for their canary: a word that is in every text that belongs to them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from authz.policy import grant_group_role, grant_organization_role
from database import user
from database.unit_of_work import unit_of_work
from domain.identifiers import NO_ORGANIZATION, GlobalId, new_key, parse_global_id
from enums.group import GroupRole
from enums.organization import OrganizationRole
from enums.user import UserRole
from tests.world import World, result, sarif

CANARIES = ("canaryalder", "canarybirch", "canarycedar")
ROLES = ("ORGANIZATION_MANAGER", "CUSTOMER_MANAGER", *(f"GROUP_{role}" for role in GroupRole))
COMMON = "Weakness of everybody"
"""What is said alike by all tenants, so that a search finds it in each."""


@dataclass
class Tenant:
    """One tenant: who is in it, and everything by which a client can name something of it."""

    canary: str
    people: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)

    @property
    def groups(self) -> list[str]:
        return self.names["groupName"]


async def make_tenants(world: World) -> list[Tenant]:
    """Return the tenants, which are in the world from now on."""
    tenants = [await _make(world, canary) for canary in CANARIES]
    world.services.credentials.forget()
    return tenants


async def _make(world: World, canary: str) -> Tenant:
    tenant = Tenant(canary)
    groups = [f"{canary}-web", f"{canary}-app"]
    await _open(world, canary, groups)
    await _add_people(world, tenant, groups[0])
    for group in groups:
        tenant.ids += await _fill(world, canary, group)
    tenant.names = {
        "organizationName": [canary],
        "groupName": groups,
        "email": [f"{person}@adarve.example" for person in tenant.people[:4]],
        "nickname": [f"{canary}code"],
    }
    for person in tenant.people:
        tenant.ids.append(str(GlobalId("User", NO_ORGANIZATION, world.users[person])))
        made = await world.services.credentials.add_access_token(world.users[person], canary, timedelta(days=1))
        tenant.ids.append(str(GlobalId("AccessToken", NO_ORGANIZATION, made.key)))
        opened = await world.services.credentials.open_session(world.users[person], canary, f"{person}@adarve.example")
        tenant.ids.append(str(GlobalId("Session", NO_ORGANIZATION, opened.session_id)))
    return tenant


async def _open(world: World, canary: str, groups: list[str]) -> None:
    made = " ".join(
        f'g{number}: addGroup(organizationName: "{canary}", name: "{name}", description: "{canary}", plan: ADVANCED) '
        "{ success }"
        for number, name in enumerate(groups)
    )
    text = f'mutation {{ addOrganization(name: "{canary}", description: "{canary}") {{ success }} {made} }}'
    await world.get("admin", text)


async def _add_people(world: World, tenant: Tenant, group: str) -> None:
    named = await world.get(
        "admin", f'{{ organization(name: "{tenant.canary}") {{ id }} group(name: "{group}") {{ id }} }}'
    )
    organization_id, group_id = (_key(named[what]["id"]) for what in ("organization", "group"))
    tenant.people = [f"{tenant.canary}.{role.lower()}" for role in ROLES]
    async with unit_of_work(world.services.database, organization_id, None) as work:
        for person, role in zip(tenant.people, ROLES, strict=True):
            world.users[person] = new_key()
            given = {
                "user_id": world.users[person],
                "email": f"{person}@adarve.example",
                "name": f"{tenant.canary} {role}",
            }
            await work.run(user.ADD, **given, password_hash=None, role=str(UserRole.USER))
            if role in {*OrganizationRole}:
                await grant_organization_role(work, world.users[person], organization_id, OrganizationRole(role))
            else:
                held = GroupRole(role.removeprefix("GROUP_"))
                await grant_group_role(work, world.users[person], organization_id, group_id, held)


def _key(text: str) -> Any:
    return parse_global_id(text, "id").key


async def _fill(world: World, canary: str, group: str) -> list[str]:
    """Fill a group and return the ids of everything in it."""
    invite = f'inviteStakeholder(groupName: "{group}", email: "{canary}.invited@adarve.example", role: USER)'
    place = f'groupName: "{group}", nickname: "{canary}code"'
    root = f'addGitRoot({place}, url: "https://{canary}.example/x", branch: "{canary}")'
    added = await world.get("admin", f"mutation {{ {root} {{ root {{ id }} }} {invite} {{ invitation {{ id }} }} }}")
    found = [
        result(f"{canary}rule{number % 3}", f"src/{canary}/{number}.py", number + 1, f"{COMMON} {canary}")
        for number in range(7)
    ]
    broken = result(f"{canary}rule0", f"src/{canary}/x.py", f"{canary}")
    scan = await world.import_file(
        sarif(*found, broken, tool=f"{canary}tool"), "admin", group=group, root=f"{canary}code", branch=canary
    )
    by_hand = await world.add_finding(f"{COMMON} {canary} by hand", group, "admin")
    await world.add_vulnerability(by_hand, f"src/{canary}/hand.py", "admin")
    data = await world.get(
        "admin",
        """query ($group: String!) { group(name: $group) { id organization { id } findings(first: 50) { nodes { id } }
          vulnerabilities(first: 50) { nodes { id } } jobs(first: 50) { nodes { id } } } }""",
        group=group,
    )
    of_group = data["group"]
    listed = [one["id"] for name in ("findings", "vulnerabilities", "jobs") for one in of_group[name]["nodes"]]
    invitation = added["inviteStakeholder"]["invitation"]["id"]
    return [
        of_group["id"],
        of_group["organization"]["id"],
        added["addGitRoot"]["root"]["id"],
        invitation,
        scan["id"],
        *listed,
    ]
