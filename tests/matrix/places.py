"""Where the matrix is tried: three groups of two organizations, each filled alike, and what is one's own."""

import re
from dataclasses import dataclass
from typing import Any

from authz.nouns import Level, nouns
from authz.policy import grant_group_role, grant_organization_role
from database import user
from database.unit_of_work import unit_of_work
from domain.identifiers import NO_ORGANIZATION, GlobalId, new_key
from domain.upload import UploadedFile
from enums.group import GroupRole
from enums.organization import OrganizationRole
from enums.user import UserRole
from jobs.deprecation_usage import Client
from tests.conftest import DEPRECATED
from tests.matrix.rows import NOBODY, Row, made
from tests.world import DOMAIN, PEOPLE, World, result, sarif

GROUPS = {"shop": "castle", "warehouse": "castle", "ferry": "harbour"}
PLANS = {"shop": "ADVANCED", "warehouse": "ESSENTIAL", "ferry": "ADVANCED"}
CVE = "CVE-2021-44228"
EVERYBODY = (*PEOPLE, None)
EXTRA = ("shop_reader", "warehouse_reader", "ferry_reader", "castle_colleague", "harbour_colleague")
"""People of whom the matrix speaks, and who do not speak in it."""

TYPES = {
    "organizationName": "String!",
    "groupName": "String!",
    "nickname": "String!",
    "host": "String!",
    "site": "String!",
    "word": "String!",
    "invitationToken": "String!",
    "file": "Upload!",
    "email": "EmailAddress!",
    "stakeholder": "EmailAddress!",
    "colleague": "EmailAddress!",
}
"""The types of the variables that are no ids."""


def roles_of(person: str | None, organization: str | None, group: str | None) -> frozenset[str]:
    """Return the roles that a person holds at a place, as `tests.world` gives them."""
    if person is None:
        return frozenset({NOBODY})
    user_role = {"admin": "ADMIN", "hacker": "HACKER"}.get(person, "USER")
    held = {f"user:{user_role}"}
    in_castle = {
        "admin": "USER",
        "organization_manager": "ORGANIZATION_MANAGER",
        "customer_manager": "CUSTOMER_MANAGER",
        "member": "USER",
        **{role.lower(): "USER" for role in GroupRole},
    }
    if organization == "castle" and person in in_castle:
        held.add(f"organization:{in_castle[person]}")
    if organization == "harbour" and person == "stranger":
        held.add("organization:ORGANIZATION_MANAGER")
    if group == "shop" and person.upper() in {*GroupRole}:
        held.add(f"group:{person.upper()}")
    return frozenset(held)


@dataclass(frozen=True)
class Place:
    """Where a row is tried: its name, the roles of each person there, its plan, and the variables that lead there."""

    name: str
    person: str | None
    roles: frozenset[str]
    plan: str | None
    variables: dict[str, Any]


@dataclass
class Matrix:
    """The world, filled, and what leads to each thing in it."""

    world: World
    of_group: dict[str, dict[str, Any]]
    of_person: dict[str, dict[str, Any]]

    @classmethod
    async def make(cls, world: World) -> "Matrix":
        await _add_people(world)
        matrix = cls(world, {}, {})
        async with world.services.database.connection() as connection:
            await connection.execute("INSERT INTO cve_enrichments (cve_id, epss_score) VALUES ($1, 1000)", CVE)
        for group, organization in GROUPS.items():
            matrix.of_group[group] = await _fill(world, organization, group)
        for person in PEOPLE:
            matrix.of_person[person] = await _own(world, person)
        world.services.usage.count(frozenset({DEPRECATED}), Client(world.users["admin"], name="matrix"))
        await world.services.usage.write()
        world.services.credentials.forget()
        return matrix

    def places(self, row: Row, person: str | None) -> list[Place]:
        """Return the places in which a person is to try a row."""
        if row.where == "tenant":
            return [
                Place(
                    group,
                    person,
                    roles_of(person, organization, group),
                    PLANS[group],
                    self.of_group[group] | {"file": self.file(group)},
                )
                for group, organization in GROUPS.items()
            ]
        if row.where == "person":
            return self._persons(person)
        if row.where in {"organization", "groups"}:
            held = self._within if row.where == "groups" else self._at
            return [
                Place(organization, person, held(person, organization), None, self.of_group[group])
                for group, organization in (("shop", "castle"), ("ferry", "harbour"))
            ]
        everywhere = frozenset().union(*(roles_of(person, GROUPS[group], group) for group in GROUPS))
        here = roles_of(person, None, None) if row.where == "nowhere" else everywhere
        own = frozenset() if person is None else frozenset({"self:OWNER"})
        return [Place(row.where, person, here | own, None, self.of_group["shop"])]

    def _persons(self, person: str | None) -> list[Place]:
        another = "reviewer" if person != "reviewer" else "user"
        held = roles_of(person, None, None)
        places = [Place("somebody else's", person, held, None, self.of_person[another])]
        if person is not None:
            places.append(Place("the own", person, held | {"self:OWNER"}, None, self.of_person[person]))
        return places

    @staticmethod
    def _at(person: str | None, organization: str) -> frozenset[str]:
        """Return the roles that a person holds in an organization itself."""
        return roles_of(person, organization, None)

    @staticmethod
    def _within(person: str | None, organization: str) -> frozenset[str]:
        """Return the roles that a person holds in an organization or in any of its groups."""
        groups = [group for group, of in GROUPS.items() if of == organization]
        return frozenset().union(*(roles_of(person, organization, group) for group in groups))

    @staticmethod
    def file(group: str) -> UploadedFile:
        return UploadedFile("report.sarif", sarif(result(text=f"for {group}")))


async def _add_people(world: World) -> None:
    for name in EXTRA:
        world.users[name] = new_key()
    async with unit_of_work(world.services.database, None, None) as work:
        for name in EXTRA:
            given = {"user_id": world.users[name], "email": f"{name}@{DOMAIN}", "name": name}
            await work.run(user.ADD, **given, password_hash=None, role=str(UserRole.USER))
    castle = world.organizations["castle"]
    async with unit_of_work(world.services.database, castle, None) as work:
        await grant_organization_role(work, world.users["admin"], castle, OrganizationRole.USER)
    for group, organization in GROUPS.items():
        organization_id = world.organizations[organization]
        async with unit_of_work(world.services.database, organization_id, None) as work:
            reader, colleague = world.users[f"{group}_reader"], world.users[f"{organization}_colleague"]
            await grant_group_role(work, reader, organization_id, world.groups[group], GroupRole.USER)
            await grant_organization_role(work, colleague, organization_id, OrganizationRole.USER)


async def _fill(world: World, organization: str, group: str) -> dict[str, Any]:
    """Fill a group, and return what leads to each thing in it."""
    added = await world.get(
        "admin",
        """mutation ($group: String!, $code: String!, $host: String!, $site: String!, $email: EmailAddress!,
            $organization: String!) {
          git: addGitRoot(groupName: $group, nickname: $code, url: "https://git.example/x", branch: "main")
            { root { id } }
          ip: addIpRoot(groupName: $group, nickname: $host, address: "192.0.2.1") { root { id } }
          url: addUrlRoot(groupName: $group, nickname: $site, url: "https://x.example/") { root { id } }
          inviteStakeholder(organizationName: $organization, email: $email, role: USER) { success } }""",
        group=group,
        organization=organization,
        code=f"{group}code",
        host=f"{group}host",
        site=f"{group}site",
        email=f"invited@{DOMAIN}",
    )
    rule = {
        "id": CVE,
        "shortDescription": {"text": f"{group}word"},
        "properties": {"tags": ["external/cwe/cwe-079"], "security-severity": "9.8"},
    }
    found = result(CVE, text=f"{group}word")
    report = sarif(found, result(CVE, line="none"), rules=[rule])
    scan = await world.import_file(report, "admin", group=group, root=f"{group}code")
    assert (scan["added"], scan["rejected"]) == (1, 1), scan
    for root in ("host", "site"):
        await world.import_file(sarif(found, rules=[rule]), "admin", group=group, root=f"{group}{root}")
    data = await world.get(
        "admin",
        """query ($group: String!, $organization: String!) { organization(name: $organization) { id }
          group(name: $group) { id findings { nodes { id enrichments { cveId } weaknesses { cweId } } }
            vulnerabilities { nodes { id } } } }""",
        group=group,
        organization=organization,
    )
    (finding,), (vulnerability, *_) = (data["group"][name]["nodes"] for name in ("findings", "vulnerabilities"))
    assert finding["enrichments"], "a finding of a known CVE has its enrichment"
    assert finding["weaknesses"], "a finding with a CWE has its weakness"
    filled = {
        "organizationName": organization,
        "organization": data["organization"]["id"],
        "groupName": group,
        "group": data["group"]["id"],
        "gitRoot": added["git"]["root"]["id"],
        "ipRoot": added["ip"]["root"]["id"],
        "urlRoot": added["url"]["root"]["id"],
        "finding": finding["id"],
        "vulnerability": vulnerability["id"],
        "scanImport": scan["id"],
        "nickname": f"{group}code",
        "host": f"{group}host",
        "site": f"{group}site",
        "word": f"{group}word",
        "stakeholder": f"{group}_reader@{DOMAIN}",
        "colleague": f"{organization}_colleague@{DOMAIN}",
    }
    await _make_all(world, filled)
    return filled


async def _make_all(world: World, filled: dict[str, Any]) -> None:
    """Make what the pages say in `made`, and see that there is an object of every noun of a group."""
    for one in made():
        names = sorted(set(re.findall(r"\$(\w+)", one.reach)))
        declared = ", ".join(f"${name}: {TYPES.get(name, 'ID!')}" for name in names)
        found = await world.get(
            "admin", f"{one.operation} ({declared}) {{ {one.reach} }}", **{name: filled[name] for name in names}
        )
        for step in one.id.split("."):
            found = found[int(step)] if isinstance(found, list) else found[step]
        filled[one.variable] = found
    for noun in nouns():
        for name in noun.type_names if noun.level is not Level.USER else ():
            advice = f"say in [made.{variable_of(name)}] of its page in tests/matrix how to make one"
            assert variable_of(name) in filled, f"no {name} to try rows on; {advice}"


def variable_of(type_name: str) -> str:
    """Return the variable that leads to an object of a type: `scanImport`."""
    return type_name[0].lower() + type_name[1:]


async def _own(world: World, person: str) -> dict[str, Any]:
    """Give a person a session, an access token and an invitation, and return what leads to them."""
    credentials, user_id, email = world.services.credentials, world.users[person], f"{person}@{DOMAIN}"
    opened = await credentials.open_session(user_id, person, email)
    from datetime import timedelta

    made = await credentials.add_access_token(user_id, "matrix", timedelta(days=1))
    invited = await world.get(
        "admin",
        """mutation ($email: EmailAddress!) { inviteStakeholder(groupName: "warehouse", email: $email, role: USER)
          { token } }""",
        email=email,
    )
    return {
        "user": str(GlobalId("User", NO_ORGANIZATION, user_id)),
        "email": email,
        "session": str(GlobalId("Session", NO_ORGANIZATION, opened.session_id)),
        "accessToken": str(GlobalId("AccessToken", NO_ORGANIZATION, made.key)),
        "invitationToken": invited["inviteStakeholder"]["token"],
        "bearer": made.text,
        "secret": opened.secret,
        "session_id": opened.session_id,
    }
