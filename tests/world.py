"""A small world for tests: two organizations, three groups, people of every role, and a way to ask in their name.

castle   shop (ADVANCED), warehouse (ESSENTIAL)     people hold the role of their name in `shop` or in `castle`
harbour  ferry (ADVANCED)                           `stranger` manages it, and has nothing to do with castle
"""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from graphql import GraphQLSchema

from api.documents import Operation
from api.execution import Execution
from api.identity import Identity
from api.services import Services
from api.settings import Settings
from authz.caller import Caller
from authz.credentials import Credentials
from authz.policy import grant_group_role, grant_organization_role
from database import group, organization, user
from database.pool import Database
from database.unit_of_work import unit_of_work
from domain.identifiers import new_key
from domain.upload import UploadedFile
from engine.plans import Plans
from enums.group import GroupRole, Plan
from enums.organization import OrganizationRole
from enums.user import UserRole
from jobs.worker import Worker
from signals.postgres_bus import PostgresBus

GROUP_ROLES = tuple(role.lower() for role in GroupRole)
PEOPLE = ("admin", "organization_manager", "customer_manager", "member", *GROUP_ROLES, "stranger", "nobody_special")
DOMAIN = "adarve.example"


def sarif(
    *results: dict[str, Any], tool: str = "Checker", rules: list[dict[str, Any]] | None = None, **run: Any
) -> bytes:
    """Return a SARIF file with one run; its tool lists the rules that found something unless others are given."""
    if rules is None:
        names = sorted({result.get("ruleId", "rule") for result in results})
        rules = [{"id": name, "shortDescription": {"text": f"About {name}"}} for name in names]
    driver = {"name": tool, "rules": rules}
    return json.dumps(
        {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": list(results), **run}]}
    ).encode()


def result(
    rule: str = "rule", path: Any = "src/app.py", line: Any = 1, text: Any = "wrong", **more: Any
) -> dict[str, Any]:
    """Return one SARIF result."""
    location = {"artifactLocation": {"uri": path}, "region": {"startLine": line, "snippet": {"text": f"{text}()"}}}
    return {
        "ruleId": rule,
        "message": {"text": text},
        "locations": [{"physicalLocation": location}],
        **more,
    }


MOST_BYTES = 1_000_000_000
"""How much documents of a world may take: some tests ask each of theirs again, after thousands of others."""


def as_clients_see_it(result: Any) -> Any:
    """Return a result once it was sent: parts of it may be JSON already."""
    return orjson.loads(orjson.dumps(result, option=orjson.OPT_NON_STR_KEYS))


@dataclass
class World:
    """The world, and how to ask in it."""

    services: Services
    users: dict[str, UUID]
    organizations: dict[str, UUID] = field(default_factory=dict)
    groups: dict[str, UUID] = field(default_factory=dict)

    @classmethod
    async def make(cls, database: Database, schema: GraphQLSchema, **settings: Any) -> "World":
        credentials = Credentials(database)
        await credentials.keys.load()
        given = Settings(import_workers=0, **settings)
        plans = Plans(sightings=1) if given.engine == "compiled" else None
        execution = Execution(schema, seconds=30, plans=plans, most_bytes=MOST_BYTES)
        world = cls(Services(given, database, credentials, PostgresBus(database.url), execution), {})
        await world._populate(database)
        credentials.forget()
        return world

    async def _populate(self, database: Database) -> None:
        self.users = {name: new_key() for name in PEOPLE}
        async with unit_of_work(database, None, None) as work:
            for name, user_id in self.users.items():
                role = {"admin": UserRole.ADMIN, "hacker": UserRole.HACKER}.get(name, UserRole.USER)
                await work.run(
                    user.ADD,
                    user_id=user_id,
                    email=f"{name}@{DOMAIN}",
                    name=name,
                    password_hash=None,
                    role=str(role),
                )
        await self._open("castle", shop=Plan.ADVANCED, warehouse=Plan.ESSENTIAL)
        await self._open("harbour", ferry=Plan.ADVANCED)
        async with unit_of_work(database, self.organizations["castle"], None) as work:
            castle, shop = self.organizations["castle"], self.groups["shop"]
            for managing in (OrganizationRole.ORGANIZATION_MANAGER, OrganizationRole.CUSTOMER_MANAGER):
                await grant_organization_role(work, self.users[managing.lower()], castle, managing)
            await grant_organization_role(work, self.users["member"], castle, OrganizationRole.USER)
            for group_role in GroupRole:
                await grant_group_role(work, self.users[group_role.lower()], castle, shop, group_role)
        async with unit_of_work(database, self.organizations["harbour"], None) as work:
            await grant_organization_role(
                work,
                self.users["stranger"],
                self.organizations["harbour"],
                OrganizationRole.ORGANIZATION_MANAGER,
            )

    async def _open(self, name: str, **groups: Plan) -> None:
        organization_id = self.organizations[name] = new_key()
        async with unit_of_work(self.services.database, organization_id, None) as work:
            await work.run(organization.ADD_NAME, name=name, organization_id=organization_id)
            await work.run(organization.ADD, organization_id=organization_id, name=name, description=f"The {name}.")
            for group_name, plan in groups.items():
                group_id = self.groups[group_name] = new_key()
                named = {"organization_id": organization_id, "group_id": group_id, "name": group_name}
                await work.run(group.ADD_NAME, **named)
                await work.run(group.ADD, **named, description="", plan=str(plan))

    async def caller(self, person: str | None) -> Caller:
        """Return the caller that a request of this person gets, by a session; of nobody for None."""
        caller = await self.services.caller(Identity(self.services.credentials))
        if person is not None:
            caller.session_id = UUID(int=0)
            await caller.become(self.users[person])
        return caller

    async def ask(self, person: str | None, query: str, **variables: Any) -> dict[str, Any]:
        """Return the whole response to an operation in a person's name."""
        prepared = self.services.execution.prepare({"query": query, "variables": variables})
        if not isinstance(prepared, Operation):
            return prepared
        return as_clients_see_it(await self.services.execution.run(prepared, await self.caller(person)))

    async def get(self, person: str | None, query: str, **variables: Any) -> Any:
        """Return the data of an operation that must have no errors."""
        response = await self.ask(person, query, **variables)
        assert "errors" not in response, response["errors"]
        return response["data"]

    async def code(self, person: str | None, query: str, **variables: Any) -> str | None:
        """Return the code of the first error, or None if there is none."""
        response = await self.ask(person, query, **variables)
        errors = response.get("errors")
        return errors[0]["extensions"]["code"] if errors else None

    async def import_file(self, content: bytes, person: str = "group_manager", **variables: Any) -> Any:
        """Import a report into `shop` and return the import as it has ended; it may close most of what is open."""
        started = await self.get(
            person,
            """mutation ($file: Upload!, $group: String = "shop", $root: String, $branch: String, $category: String,
                $strict: Boolean, $key: String, $commit: String, $partial: Boolean, $mass: Boolean) {
              importScan(groupName: $group, rootNickname: $root, branch: $branch, category: $category, strict: $strict,
                idempotencyKey: $key, commit: $commit, partial: $partial, allowMassClose: $mass, file: $file) {
                scanImport { id status } alreadyImported } }""",
            file=UploadedFile("report.sarif", content),
            **{"mass": True} | variables,
        )
        await self.work_off()
        return await self.scan_import(started["importScan"]["scanImport"]["id"], person)

    async def work_off(self) -> None:
        """Run every import that waits."""
        await Worker(self.services.database, "test").work_off()

    async def scan_import(self, key: str, person: str = "group_manager") -> Any:
        data = await self.get(
            person,
            """query ($id: ID!) { scanImport(id: $id) { id status progress tools format warnings results added merged
              same reopened suppressed closed rejected skipped error
              rejections(first: 100) { totalCount nodes { pointer reason } } } }""",
            id=key,
        )
        return data["scanImport"]

    async def add_finding(self, title: str = "A weakness", group: str = "shop", person: str = "group_manager") -> str:
        """Report a finding by hand and return its id."""
        data = await self.get(
            person,
            """mutation ($group: String!, $title: String!) { addFinding(groupName: $group, input: {
              title: $title, severityVector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", cweIds: ["CWE-79"]
            }) { finding { id } } }""",
            group=group,
            title=title,
        )
        key: str = data["addFinding"]["finding"]["id"]
        return key

    async def add_vulnerability(self, finding: str, path: str = "src/a.py", person: str = "group_manager") -> str:
        """Report a vulnerability by hand and return its id."""
        data = await self.get(
            person,
            """mutation ($id: ID!, $path: String!) { addVulnerability(findingId: $id, input: {path: $path, line: 3})
              { vulnerability { id } } }""",
            id=finding,
            path=path,
        )
        key: str = data["addVulnerability"]["vulnerability"]["id"]
        return key
