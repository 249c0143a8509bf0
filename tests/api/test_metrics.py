"""`/metrics` counts how operations are executed, and is there for whoever has its token alone."""

from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from tests.api.conftest import Served

TOKEN = {"Authorization": "Bearer let me look"}


@pytest.fixture
def scraped(served: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    settings = served.services.settings.model_copy(update={"metrics_token": SecretStr("let me look")})
    monkeypatch.setattr(served.services, "settings", settings)
    return served


async def samples(served: Served) -> dict[tuple[str, ...], float]:
    async with served.client() as client:
        answer = await client.get("/metrics", headers=TOKEN)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_operations_are_counted_by_how_they_are_executed(scraped: Served) -> None:
    before = await samples(scraped)
    async with scraped.client() as client:
        for query in ("{ counted: __typename }",) * 3:
            await client.post("/api", json={"query": query})
    after = await samples(scraped)
    plans = scraped.services.execution.engine.plans
    if plans is None:
        assert ("adarve_operations_total", "plan", "") not in after
        return

    def more(*key: str) -> float:
        return after.get(("adarve_operations_total", *key), 0) - before.get(("adarve_operations_total", *key), 0)

    assert more("plan", "") + more("graphql-core", "seen for the first time") == 3
    assert more("plan", "") >= 2
    assert after["adarve_kept_bytes", "plans"] > before["adarve_kept_bytes", "plans"]
    assert after["adarve_kept_bytes", "documents"] > before["adarve_kept_bytes", "documents"]
    assert after["process_resident_memory_bytes",] > 1_000_000


async def test_what_the_engine_leaves_to_graphql_core_is_counted_with_its_reason(
    scraped: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unforeseen(*_: Any) -> None:
        raise KeyError("nobody foresaw this")

    plans = scraped.services.execution.engine.plans
    if plans is None:
        return
    monkeypatch.setattr("engine.known.compile_operation", unforeseen)
    key = ("adarve_operations_total", "graphql-core", "unexpected KeyError")
    before = (await samples(scraped)).get(key, 0)
    async with scraped.client() as client:
        for _ in range(3):
            answer = await client.post("/api", json={"query": "{ unforeseen: __typename }"})
            assert answer.json() == {"data": {"unforeseen": "Query"}}
    assert (await samples(scraped))[key] - before >= 2


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer"}, {"Authorization": "Bearer let me"}, {"Authorization": "Basic let me look"}],
    ids=str,
)
async def test_others_find_nothing(scraped: Served, headers: dict[str, Any]) -> None:
    async with scraped.client() as client:
        assert (await client.get("/metrics", headers=headers)).status_code == 404


async def test_without_a_token_in_the_settings_there_is_nothing(served: Served) -> None:
    async with served.client() as client:
        assert (await client.get("/metrics", headers=TOKEN)).status_code == 404
