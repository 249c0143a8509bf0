"""The demo's organization: real reports of real scanners on the example shop, and an account for every role."""

from pathlib import Path
from uuid import UUID

from graphql import GraphQLSchema

from api.execution import Execution
from api.identity import Identity
from api.services import Services
from api.settings import Settings
from authz import passwords
from authz.credentials import Credentials
from authz.policy import grant_group_role, grant_organization_role
from authz.subject import Subject
from cli.steps import step
from database import group, organization, user
from database.pool import Database
from database.unit_of_work import unit_of_work
from domain.identifiers import new_key
from domain.upload import UploadedFile
from enums.group import GroupRole
from enums.organization import OrganizationRole
from enums.user import UserRole
from jobs.worker import Worker
from signals.postgres_bus import PostgresBus

REPORTS = Path(__file__).parent.parent / "examples" / "reports"
DOMAIN = "demo.example"
PASSWORD = "a demo needs no secret"  # noqa: S105  # it is printed for everyone to see
ORGANIZATION, SHOP, WAREHOUSE = "castle", "shop", "warehouse"

ACCOUNTS = {
    "admin": "administers the installation",
    "organization_manager": "manages the organization and all its groups",
    "customer_manager": "sees all groups of the organization",
    "group_manager": "manages the group",
    "vulnerability_manager": "plans what is fixed when",
    "architect": "answers for what is reported",
    "hacker": "finds what is wrong by hand",
    "reattacker": "checks what was fixed",
    "reviewer": "reviews what is reported",
    "resourcer": "keeps what is tested up to date",
    "user": "reads, and fixes",
    "service_agent": "a pipeline that imports reports",
}
"""The name before the @ of each account: its role in lower case."""

_CREATE = """
mutation {
  addOrganization(name: "castle", description: "The demo's organization.") { success }
  shop: addGroup(organizationName: "castle", name: "shop", plan: ADVANCED, description: "The example shop.") { success }
  warehouse: addGroup(organizationName: "castle", name: "warehouse", description: "On the ESSENTIAL plan.") { success }
  addGitRoot(groupName: "shop", nickname: "shop", url: "https://git.example/castle/shop.git", branch: "main") {
    success
  }
  addUrlRoot(groupName: "shop", nickname: "storefront", url: "https://shop.example/") { success }
  addIpRoot(groupName: "shop", nickname: "printer", address: "192.0.2.7") { success }
}
"""
_IMPORT = """
mutation Import($file: Upload!) {
  importScan(groupName: "shop", rootNickname: "shop", branch: "main", file: $file) { scanImport { id } }
}
"""
_REPORT = """
mutation {
  addFinding(groupName: "shop", input: {
    title: "Vouchers can be redeemed twice"
    description: "Two requests at the same moment both find the voucher unused."
    recommendation: "Mark the voucher in the statement that checks it."
    severityVector: "CVSS:3.1/AV:N/AC:H/PR:L/UI:N/S:U/C:N/I:H/A:N"
    cweIds: ["CWE-362"]
  }) { finding { id } }
}
"""
_PLACE = """
mutation Place($finding: ID!) {
  addVulnerability(findingId: $finding, input: {
    path: "https://shop.example/checkout", rootNickname: "storefront", message: "POST voucher, twenty at once."
  }) { success }
}
"""


class DemoFailed(Exception):
    """The demo's data could not be made; the message holds the API's answer."""


async def load_demo(settings: Settings, schema: GraphQLSchema, url: str) -> None:
    """Make the demo's organization through the API itself, unless it is there."""
    database = await Database.connect(url, most=3)
    try:
        if await database.reader().fetch_one(user.BY_EMAIL, email=f"admin@{DOMAIN}") is not None:
            return
        with step("Making the demo's accounts"):
            users = await _add_users(database)
        loader = _Loader(settings, schema, database)
        with step("Making its organization, groups and roots"):
            await loader.run(_CREATE, users["admin"])
            await _grant(database, users)
        for report in sorted(REPORTS.glob("*.sarif")):
            with step(f"Importing {report.name}"):
                file = UploadedFile(report.name, report.read_bytes())
                await loader.run(_IMPORT, users["vulnerability_manager"], file=file)
                await Worker(database, "demo").work_off()
        with step("Reporting a finding by hand"):
            added = await loader.run(_REPORT, users["hacker"])
            await loader.run(_PLACE, users["hacker"], finding=added["addFinding"]["finding"]["id"])
    finally:
        await database.close()


async def _add_users(database: Database) -> dict[str, UUID]:
    password_hash = await passwords.hash_password(PASSWORD)
    users = {name: new_key() for name in ACCOUNTS}
    async with unit_of_work(database, None, None) as work:
        for name, user_id in users.items():
            role = {"admin": UserRole.ADMIN, "hacker": UserRole.HACKER}.get(name, UserRole.USER)
            await work.run(
                user.ADD,
                user_id=user_id,
                email=f"{name}@{DOMAIN}",
                name=name.replace("_", " ").title(),
                password_hash=password_hash,
                role=str(role),
            )
    return users


async def _grant(database: Database, users: dict[str, UUID]) -> None:
    """Give each account the role that it is named after: in the organization, or in the group `shop`."""
    everywhere = database.reader(frozenset(await _organizations(database)))
    castle = await everywhere.fetch_one(organization.BY_NAME, name=ORGANIZATION)
    shop = await everywhere.fetch_one(group.BY_NAME, name=SHOP)
    if castle is None or shop is None:
        raise DemoFailed("the organization or the group was not made")
    async with unit_of_work(database, castle["organization_id"], users["admin"]) as work:
        for name, user_id in users.items():
            if name.upper() in {OrganizationRole.ORGANIZATION_MANAGER, OrganizationRole.CUSTOMER_MANAGER}:
                await grant_organization_role(work, user_id, castle["organization_id"], OrganizationRole(name.upper()))
            elif name != "admin":
                await grant_group_role(
                    work, user_id, castle["organization_id"], shop["group_id"], GroupRole(name.upper())
                )


async def _organizations(database: Database) -> list[UUID]:
    return [row["organization_id"] for row in await database.reader().fetch(organization.EVERY_KEY)]


class _Loader:
    """Runs operations of the API in the name of the demo's accounts."""

    def __init__(self, settings: Settings, schema: GraphQLSchema, database: Database) -> None:
        self._credentials = Credentials(database)
        execution = Execution(schema, seconds=settings.request_seconds)
        self._services = Services(settings, database, self._credentials, PostgresBus(database.url), execution)

    async def run(self, query: str, user_id: UUID, **variables: object) -> dict[str, dict[str, dict[str, str]]]:
        async def subject() -> Subject | None:
            return await self._credentials.subject(user_id)

        self._credentials.forget()
        caller = await self._services.caller(Identity(self._credentials))
        caller.load_subject = subject
        await caller.refresh()
        operation = self._services.execution.documents.prepare({"query": query, "variables": variables})
        result = await self._services.execution.run(operation, caller)
        if result.get("errors"):
            raise DemoFailed(str(result["errors"]))
        data: dict[str, dict[str, dict[str, str]]] = result["data"]
        return data
