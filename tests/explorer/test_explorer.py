"""The explorer in a real browser: it loads, shows the docs, runs, switches role, refuses, imports and follows."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page, WebSocketRoute, async_playwright, expect

from database.embedded import EmbeddedServer
from database.scan_import import COUNTS
from tests.explorer.browser import find_browser
from tests.served_demo import Demo, served_demo
from tests.world import result, sarif

pytestmark = [pytest.mark.slow, pytest.mark.alone]
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ARTIFACTS = Path(__file__).parents[2] / "test-artifacts"
SLOW = 20_000


@pytest.fixture(scope="module")
async def demo() -> AsyncIterator[Demo]:
    folder = Path(tempfile.mkdtemp(prefix="adarve-explorer-"))
    with served_demo(folder / "data") as running:
        yield running
    EmbeddedServer(folder / "data").remove()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=find_browser(), args=OPTIONS)
        yield launched
        await launched.close()


class Visit:
    """A page of the explorer, and all that went wrong or outside while it was open."""

    def __init__(self, page: Page, demo: Demo) -> None:
        self.page = page
        self.outside: list[str] = []
        self.faults: list[str] = []
        self.sockets: list[str] = []
        page.on("request", lambda request: self._note(request.url, demo.address))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        page.on("websocket", lambda socket: self.sockets.append(socket.url))

    def _note(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:", "blob:")):
            self.outside.append(url)

    async def run(self) -> None:
        await self.page.get_by_role("button", name="Execute query").click()

    async def tab(self, name: str) -> None:
        await self.page.get_by_role("tab", name=name).click()
        await self.shows(name)

    async def shows(self, text: str) -> None:
        """Wait until the editor shows a text."""
        await expect(self.page.locator(".graphiql-query-editor")).to_contain_text(text, timeout=SLOW)

    async def answer(self, text: str) -> None:
        """Wait until the result shows a text."""
        await expect(self.page.locator(".result-window")).to_contain_text(text, timeout=SLOW)

    async def write(self, text: str) -> None:
        """Put a text in place of what is in the editor."""
        await self.page.locator(".graphiql-query-editor .monaco-editor").click()
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.insert_text(text)

    async def keep(self, name: str) -> None:
        """Keep a picture of the page, for whoever asked for some."""
        if os.environ.get("ADARVE_KEEP_SCREENSHOTS"):
            ARTIFACTS.mkdir(exist_ok=True)
            await self.page.screenshot(path=ARTIFACTS / f"{name}.png")

    async def become(self, role: str) -> None:
        await self.page.get_by_label("Signed in as").select_option(f"{role}@demo.example")
        await expect(self.page.get_by_label("Signed in as")).to_be_enabled(timeout=SLOW)


@pytest.fixture
async def visit(browser: Browser, demo: Demo) -> AsyncIterator[Visit]:
    context = await browser.new_context(viewport={"width": 1400, "height": 850})
    page = await context.new_page()
    visit = Visit(page, demo)
    await page.goto(f"{demo.address}/api")
    await visit.shows("OpenVulnerabilities")
    yield visit
    await visit.keep("explorer")
    await context.close()
    assert visit.outside == [], "the page asked another host"
    assert visit.faults == []


async def test_it_loads_signed_in_with_five_prepared_tabs_and_its_plug_ins(visit: Visit) -> None:
    page = visit.page
    await expect(page.get_by_label("Signed in as")).to_have_value("group_manager@demo.example")
    tabs = page.get_by_role("tab")
    for name in ("OpenVulnerabilities", "Search", "LatestImports", "AddFinding", "Refused"):
        await expect(tabs.filter(has_text=name)).to_have_count(1, timeout=SLOW)
    for name in ("Documentation", "History", "Explorer", "Import", "Access"):
        await expect(page.locator(".graphiql-sidebar").get_by_role("button", name=name).first).to_be_visible()


async def test_it_shows_the_docs(visit: Visit) -> None:
    page = visit.page
    await page.locator(".graphiql-sidebar").get_by_role("button", name="Documentation").click()
    panel = page.locator(".graphiql-plugin")
    await expect(panel).to_contain_text("The API of record for what scanners and testers find wrong", timeout=SLOW)
    await panel.get_by_role("link", name="Query", exact=True).click()
    await expect(panel).to_contain_text("A finding by its id; null if there is none that you may see.")


async def test_it_runs_the_prepared_queries(visit: Visit) -> None:
    await visit.run()
    await visit.answer('"severityScore": 9.8')
    await visit.tab("Search")
    await visit.run()
    await visit.answer('"__typename": "Finding"')
    await visit.tab("LatestImports")
    await visit.run()
    await visit.answer('"status": "SUCCEEDED"')


async def test_switching_the_role_changes_what_is_allowed(visit: Visit) -> None:
    await visit.tab("AddFinding")
    await visit.become("user")
    await visit.run()
    await visit.answer("Your roles do not allow `Mutation.addFinding`: it needs finding:create.")
    await visit.become("hacker")
    await visit.run()
    await visit.answer('"title": "The coupon field has no limit"')


async def test_a_refused_field_says_why_and_the_rest_is_there(visit: Visit) -> None:
    await visit.tab("Refused")
    await visit.run()
    await visit.answer("it needs finding:read_reporter")
    await visit.page.locator(".result-window").click()
    await visit.page.keyboard.press("Control+End")
    await visit.answer('"reportedBy": null')


def newest_import(demo: Demo) -> dict[str, int]:
    """Return the counts that the API gives the newest import."""
    query = f'{{ group(name: "shop") {{ scanImports(first: 1) {{ nodes {{ {" ".join(COUNTS)} }} }} }} }}'
    headers = {"Authorization": f"Bearer {demo.token}"}
    answer = httpx.post(f"{demo.address}/api", json={"query": query}, headers=headers, timeout=20).json()
    counts: dict[str, int] = answer["data"]["group"]["scanImports"]["nodes"][0]
    return counts


async def test_looking_through_another_role_narrows_and_the_panel_says_what_vanishes_and_why(visit: Visit) -> None:
    page = visit.page
    await visit.become("hacker")
    await visit.tab("Refused")
    await visit.run()
    await visit.answer('"reportedBy": "hacker@demo.example"')
    await page.get_by_label("View as").select_option("group:USER")
    await visit.run()
    await visit.answer("Seen as group:USER")
    await page.locator(".graphiql-sidebar").get_by_role("button", name="Access").click()
    panel = page.get_by_role("region", name="Access")
    await panel.get_by_role("button", name="Explain this query").click()
    await expect(panel).to_contain_text("vanish for group:USER", timeout=SLOW)
    refused = panel.locator("[data-allowed=false]")
    await expect(refused).to_have_count(1)
    await expect(refused).to_contain_text("Finding.reportedBy")
    await expect(refused).to_contain_text("allowed to: user:ADMIN")
    await visit.keep("access")
    await page.get_by_label("View as").select_option("group:HACKER")
    await panel.get_by_role("button", name="Explain this query").click()
    await expect(panel).to_contain_text("Nothing vanishes for group:HACKER.", timeout=SLOW)
    await page.get_by_label("View as").select_option("organization:USER")
    await panel.get_by_role("button", name="Explain this query").click()
    await expect(panel).to_contain_text("vanish for organization:USER", timeout=SLOW)


async def test_a_tab_that_is_open_for_a_day_stays_signed_in(browser: Browser, demo: Demo) -> None:
    """The token is renewed every twelve minutes; and after a sleep, in which no timer ran, before it is needed."""
    context = await browser.new_context()
    page = await context.new_page()
    visit = Visit(page, demo)
    await page.clock.install()
    renewals: list[str] = []
    page.on("request", lambda one: renewals.append(one.url) if one.url.endswith("/session/renew") else None)
    await page.goto(f"{demo.address}/api")
    await visit.shows("OpenVulnerabilities")
    await page.clock.run_for("11:00")
    assert renewals == []
    async with page.expect_response("**/session/renew") as renewed:
        await page.clock.run_for("02:00")
    assert (await renewed.value).ok
    await context.clear_cookies(name="token")
    renewals.clear()
    await page.clock.fast_forward("23:00:00")
    await visit.run()
    await visit.answer('"severityScore": 9.8')
    assert len(renewals) == 1, "whoever needs a token at the same time shares one renewal"
    await context.clear_cookies(name="token")
    await context.clear_cookies(name="session")
    await page.clock.fast_forward("23:00:00")
    await visit.run()
    await visit.answer('"group": null')
    await expect(page.get_by_label("Signed in as")).to_have_value("")
    await context.close()


async def test_a_subscription_goes_on_across_the_end_of_its_token(browser: Browser, demo: Demo) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    sockets: list[WebSocketRoute] = []

    async def between(route: WebSocketRoute) -> None:
        """Pass everything on; but the first socket ends, as with a token that has ended, once it has begun to tell."""
        sockets.append(route)
        server, is_first = route.connect_to_server(), len(sockets) == 1

        async def close_first(message: str | bytes) -> None:
            if is_first and '"type":"next"' in str(message).replace(" ", ""):
                await route.close(code=4403, reason="The token has expired")
            else:
                route.send(message)

        server.on_message(lambda message: asyncio.ensure_future(close_first(message)))

    await page.route_web_socket("**/api", between)
    renewals: list[str] = []
    page.on("request", lambda one: renewals.append(one.url) if one.url.endswith("/session/renew") else None)
    await page.goto(f"{demo.address}/api")
    await page.locator(".graphiql-sidebar").get_by_role("button", name="Import").click(timeout=SLOW)
    await page.get_by_label("Report").set_input_files(
        {"name": "across.sarif", "mimeType": "application/json", "buffer": sarif(result("across"), tool="Across")}
    )
    await expect(page.locator("[data-status=SUCCEEDED]")).to_be_visible(timeout=SLOW)
    assert len(sockets) == 2, "it connected again"
    assert len(renewals) == 1, "with a fresh token"
    await context.close()


async def test_who_signs_in_elsewhere_and_out_in_the_editor_is_seen_in_the_bar(browser: Browser, demo: Demo) -> None:
    context = await browser.new_context(viewport={"width": 1400, "height": 850})
    page = await context.new_page()
    visit = Visit(page, demo)
    told = {"demo": False, "openid": None, "roles": ["group:USER"]}
    await page.route("**/explorer/settings.json", lambda route: route.fulfill(json=told))
    await page.goto(f"{demo.address}/api")
    await visit.shows("WhoAmI")
    await visit.run()
    await visit.answer('"me": null')
    for name in ("Import", "Access"):
        await page.locator(".graphiql-sidebar").get_by_role("button", name=name).click()
        await expect(page.get_by_role("region", name=name)).to_contain_text("Sign in first.")
        await visit.keep(f"signed-out-{name.lower()}")
    await page.evaluate(
        """() => fetch("/demo/sign-in", {
          method: "POST",
          headers: { "Content-Type": "application/json", "Adarve-Preflight": "1" },
          body: JSON.stringify({ email: "hacker@demo.example" }),
        })"""
    )
    await visit.run()
    await visit.answer('"email": "hacker@demo.example"')
    await expect(page.locator("[data-account='hacker@demo.example']")).to_be_visible(timeout=SLOW)
    await expect(page.get_by_role("region", name="Access")).not_to_contain_text("Sign in first.")
    await visit.keep("signed-in")
    await visit.write("mutation { signOut { success } }")
    await visit.run()
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible(timeout=SLOW)
    await context.close()
    assert visit.faults == []


async def test_a_provider_for_signing_in_has_its_button(browser: Browser, demo: Demo) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    told = {"demo": False, "openid": "Castle accounts", "roles": []}
    await page.route("**/explorer/settings.json", lambda route: route.fulfill(json=told))
    await page.goto(f"{demo.address}/api")
    button = page.get_by_role("link", name="Sign in with Castle accounts")
    await expect(button).to_have_attribute("href", "/session/openid", timeout=SLOW)
    await context.close()


async def test_a_file_is_imported_through_the_panel_and_followed_over_a_websocket(
    visit: Visit, demo: Demo
) -> None:
    page = visit.page
    await page.locator(".graphiql-sidebar").get_by_role("button", name="Import").click()
    panel = page.get_by_role("region", name="Import")
    report = sarif(result("panel", "panel.py"), result("panel", line=0), tool="Panel scanner")
    await panel.get_by_label("Report").set_input_files(
        {"name": "panel.sarif", "mimeType": "application/json", "buffer": report}
    )
    await expect(panel.locator("[data-status=SUCCEEDED]")).to_be_visible(timeout=SLOW)
    await expect(panel.locator("[data-count=results]")).to_have_text("2")
    await expect(panel.locator("[data-count=added]")).to_have_text("1")
    await expect(panel.locator("[data-count=rejected]")).to_have_text("1")
    await expect(panel).to_contain_text("SARIF")
    await expect(panel).to_contain_text("/runs/0/results/1/locations/0")
    shown = {name: int(await panel.locator(f"[data-count={name}]").inner_text()) for name in COUNTS}
    assert shown == newest_import(demo), "the panel and the API show the same numbers"
    assert [url for url in visit.sockets if url.endswith("/api")], "progress came over a WebSocket"


async def test_what_the_panel_is_told_of_a_report_counts(visit: Visit) -> None:
    """The same file says so, a report that would close everything stops, and a partial one closes nothing."""
    page = visit.page
    await page.locator(".graphiql-sidebar").get_by_role("button", name="Import").click()
    panel = page.get_by_role("region", name="Import")

    async def drop(*results: dict, status: str) -> None:
        content = sarif(*results, tool="Told scanner")
        await panel.get_by_label("Report").set_input_files(
            {"name": "told.sarif", "mimeType": "application/json", "buffer": content}
        )
        await expect(panel.locator(f"[data-status={status}]")).to_be_visible(timeout=SLOW)

    await drop(result("told", "told.py"), status="SUCCEEDED")
    await drop(status="FAILED")
    await expect(panel).to_contain_text("would close 1 of the 1 open vulnerabilities of Told scanner")
    await panel.get_by_label("It covers a part only").check()
    await drop(status="SUCCEEDED")
    await expect(panel.locator("[data-count=closed]")).to_have_text("0")
    await panel.get_by_label("It covers a part only").uncheck()
    await panel.get_by_label("It may close more than half").check()
    await drop(status="SUCCEEDED")
    await expect(panel.locator("[data-count=closed]")).to_have_text("1")
    await drop(status="SUCCEEDED")
    await expect(panel).to_contain_text("Imported before: these are the numbers of that time.")


async def test_a_file_that_is_no_report_fails_with_its_reason_in_the_panel(visit: Visit) -> None:
    page = visit.page
    await page.locator(".graphiql-sidebar").get_by_role("button", name="Import").click()
    panel = page.get_by_role("region", name="Import")
    await panel.get_by_label("Report").set_input_files(
        {"name": "page.html", "mimeType": "text/html", "buffer": b"<html></html>"}
    )
    await expect(panel.locator("[data-status=FAILED]")).to_contain_text("is an HTML page", timeout=SLOW)


async def test_a_file_is_dropped_on_the_panel(visit: Visit) -> None:
    page = visit.page
    await page.locator(".graphiql-sidebar").get_by_role("button", name="Import").click()
    text = sarif(result("dropped", "dropped.py"), tool="Dropped").decode()
    transfer = await page.evaluate_handle(
        """text => { const data = new DataTransfer();
          data.items.add(new File([text], "dropped.sarif", { type: "application/json" })); return data; }""",
        text,
    )
    await page.dispatch_event(".adarve-drop", "drop", {"dataTransfer": transfer})
    await expect(page.locator("[data-status=SUCCEEDED]")).to_contain_text("dropped.sarif", timeout=SLOW)


async def test_without_websockets_progress_comes_as_server_sent_events(browser: Browser, demo: Demo) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.add_init_script(
        """window.WebSocket = class extends EventTarget { static CLOSED = 3; static OPEN = 1;
          constructor() { super(); setTimeout(() => this.onclose?.(new CloseEvent("close", { code: 1006 })), 10); }
          close() {} send() {} };"""
    )
    streams: list[str] = []
    page.on("request", lambda r: streams.append(r.url) if r.headers.get("accept") == "text/event-stream" else None)
    await page.goto(f"{demo.address}/api")
    await page.locator(".graphiql-sidebar").get_by_role("button", name="Import").click(timeout=SLOW)
    await page.get_by_label("Report").set_input_files(
        {"name": "sse.sarif", "mimeType": "application/json", "buffer": sarif(result("sse"), tool="SSE")}
    )
    await expect(page.locator("[data-status=SUCCEEDED]")).to_be_visible(timeout=SLOW)
    assert streams
    await context.close()


async def test_the_page_may_load_and_run_nothing_but_its_own(browser: Browser, demo: Demo) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    response = await page.goto(f"{demo.address}/api")
    assert response is not None
    policy = response.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy
    assert "default-src 'none'" in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    ran = await page.evaluate(
        """() => new Promise(done => { const s = document.createElement("script"); s.textContent = "window.ran = 1";
          document.body.append(s); setTimeout(() => done(window.ran ?? 0), 100); })"""
    )
    assert ran == 0, "a script in the page ran"
    await context.close()
