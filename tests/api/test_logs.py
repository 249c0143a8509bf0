"""The log's lines: one a request, and what happens meanwhile under the same id."""

import re
from collections.abc import Iterator

import orjson
import pytest
import structlog

from api.logs import configure_logs, log_request, request_id
from tests.api.conftest import Served


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Let the log be what it was."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
    log_request.configure("console", quiet=True)


async def test_a_request_is_one_line(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("json")
    async with served.client() as client:
        await client.get("/health/live", headers={"x-request-id": "build-7"})
        await client.post("/api", json={"query": "{ __typename }"})
    first, second = (orjson.loads(line) for line in capsys.readouterr().err.splitlines())
    assert first.pop("milliseconds") >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", first.pop("timestamp"))
    assert first == {
        "method": "GET",
        "path": "/health/live",
        "status": 200,
        "event": "request",
        "request_id": "build-7",
        "level": "info",
    }
    assert (second["method"], second["path"], second["status"]) == ("POST", "/api", 200)
    assert len(second["request_id"]) == 16


async def test_an_incident_has_the_id_of_its_request(
    served: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("nobody is to see this")

    configure_logs("json")
    monkeypatch.setattr(type(served.services), "caller", broken)
    async with served.client() as client:
        answer = await client.post("/api", json={"query": "{ me { name } }"}, headers={"x-request-id": "build-8"})
    assert answer.status_code == 500
    assert "nobody" not in answer.text
    lines = [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["request_id"]) for line in lines] == [("incident", "build-8"), ("request", "build-8")]
    assert answer.headers["x-request-id"] == "build-8"
    assert answer.json()["errors"][0]["extensions"]["incident"] == lines[0]["incident"]
    assert request_id.get() is None


@pytest.mark.parametrize(("form", "quiet", "told"), [("console", False, True), ("json", True, False)])
def test_a_line_is_for_people_or_left_out(
    capsys: pytest.CaptureFixture[str], form: str, quiet: bool, told: bool
) -> None:
    configure_logs(form, quiet=quiet)  # type: ignore[arg-type]
    log_request(method="GET", path="/", status=200, milliseconds=0.1)
    assert ("GET" in capsys.readouterr().err) is told
