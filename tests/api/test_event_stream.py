"""Results as server-sent events."""

import asyncio
import json
from typing import Any

from authz.authorization_watch import TOPIC
from domain.upload import UploadedFile
from tests.api.conftest import Served
from tests.world import result, sarif

PROGRESS = "subscription ($id: ID!) { importProgress(importId: $id) { status added } }"


def events(text: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in lines:
            data = lines.get("data", "").strip()
            found.append((lines["event"], json.loads(data) if data else None))
    return found


async def test_an_import_is_followed_to_its_end(served: Served) -> None:
    data = await served.world.get(
        "service_agent",
        'mutation ($file: Upload!) { importScan(groupName: "shop", file: $file) { scanImport { id } } }',
        file=UploadedFile("r", sarif(result())),
    )
    variables = {"id": data["importScan"]["scanImport"]["id"]}

    async def work() -> None:
        await asyncio.sleep(0.3)
        await served.world.work_off()

    working = asyncio.create_task(work())
    async with await served.as_person("user") as client:
        response = await client.post(
            "/api", json={"query": PROGRESS, "variables": variables}, headers={"accept": "text/event-stream"}
        )
    await working
    assert response.headers["content-type"].startswith("text/event-stream")
    seen = events(response.text)
    assert seen[0][1]["data"]["importProgress"]["status"] in {"QUEUED", "RUNNING"}
    assert seen[-2][1]["data"]["importProgress"] == {"status": "SUCCEEDED", "added": 1}
    assert seen[-1] == ("complete", None)


async def test_a_query_is_one_event(served: Served) -> None:
    async with await served.as_person("user") as client:
        response = await client.post(
            "/api", json={"query": '{ group(name: "shop") { name } }'}, headers={"accept": "text/event-stream"}
        )
    assert events(response.text) == [("next", {"data": {"group": {"name": "shop"}}}), ("complete", None)]


async def test_a_refusal_is_an_event_with_its_code(served: Served) -> None:
    async with served.client(headers={"accept": "text/event-stream"}) as client:
        response = await client.post("/api", json={"query": PROGRESS, "variables": {"id": "x"}})
    ((_, event), _) = events(response.text)
    assert event["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_client_that_leaves_leaves_nothing_running(served: Served) -> None:
    data = await served.world.get(
        "service_agent",
        'mutation ($file: Upload!) { importScan(groupName: "shop", file: $file) { scanImport { id } } }',
        file=UploadedFile("r", sarif(result())),
    )
    variables = {"id": data["importScan"]["scanImport"]["id"]}
    async with await served.as_person("user") as client:
        body = {"query": PROGRESS, "variables": variables}
        async with client.stream("POST", "/api", json=body, headers={"accept": "text/event-stream"}) as response:
            await anext(response.aiter_text())
            assert served.services.bus._waiting
    for _ in range(100):
        if set(served.services.bus._waiting) == {TOPIC}:
            break
        await asyncio.sleep(0.05)
    assert set(served.services.bus._waiting) == {TOPIC}
