"""A removal of what is still used is refused, as a file or a server says."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from deprecation.usage import QUERY, TOKEN_VARIABLE
from tests.deprecation.repositories import TestRepository, mark

BEFORE = f"type Query {{ a: Int {mark('2026/07/10')} b: Int }}"
AFTER = "type Query { b: Int }"
USED = {"data": {"deprecations": [{"coordinate": "Query.a", "uses": 7, "users": [{"name": "nightly", "uses": 7}]}]}}


@pytest.fixture
def due(repo: TestRepository) -> TestRepository:
    repo.commit("2026-01-10", BEFORE)
    repo.commit("2026-08-10", AFTER, "Remove a")
    return repo


@pytest.mark.parametrize("said", [USED, USED["data"]["deprecations"], [{"coordinate": "Query.a", "uses": 1}]])
def test_what_is_still_used_may_not_go(due: TestRepository, said: Any) -> None:
    due.write({"usage.json": json.dumps(said)})
    found = due.check("--usage", "usage.json", base="HEAD~1", today="2026-08-10")
    assert (found.found, found.exit_code) == ({("removed-in-use", "Query.a")}, 1)
    due.write({"usage.json": json.dumps([{"coordinate": "Query.a", "uses": 0}, {"coordinate": "Query.b", "uses": 9}])})
    assert due.check("--usage", "usage.json", base="HEAD~1", today="2026-08-10").findings == []


def test_who_uses_it_is_named(due: TestRepository) -> None:
    due.write({"usage.json": json.dumps(USED)})
    said = due.check("--usage", "usage.json", base="HEAD~1", today="2026-08-10")
    assert said.findings[0]["message"] == "Query.a is gone, and was used 7 times of late, by nightly (7)."


def test_the_risk_can_be_accepted(due: TestRepository) -> None:
    due.write({"usage.json": json.dumps(USED)})
    due.git("commit", "-q", "--amend", "-m", "Remove a\n\nAccept-Deprecation-Risk: Query.a", day="2026-08-10")
    said = due.check("--usage", "usage.json", base="HEAD~1", today="2026-08-10")
    assert ([one["accepted"] for one in said.findings], said.exit_code) == ([True], 0)


def test_the_list_names_clients(due: TestRepository) -> None:
    due.write({"usage.json": json.dumps(USED), "schema.graphql": BEFORE})
    assert "    used by nightly, 7 times\n" in due.run("list", "--usage", "usage.json").output


class Server(BaseHTTPRequestHandler):
    """A GraphQL server that knows one query."""

    asked: list[tuple[str, str | None]] = []
    answer: Any = USED

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((body["query"], self.headers.get("Authorization")))
        data = json.dumps(self.answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Be quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    serving = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}/api"
    serving.shutdown()
    thread.join()
    serving.server_close()


def test_a_server_is_asked(due: TestRepository, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "secret")
    said = due.check("--usage", server, base="HEAD~1", today="2026-08-10")
    assert said.found == {("removed-in-use", "Query.a")}
    assert Server.asked[-1] == (QUERY, "Bearer secret")


def test_a_server_that_refuses_is_no_licence(due: TestRepository, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Server, "answer", {"data": None, "errors": [{"message": "You may not."}]})
    said = due.check("--usage", server, base="HEAD~1", today="2026-08-10")
    assert (said.exit_code, "the server refuses: You may not." in said.errors) == (2, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "7",
        '[{"coordinate": 1, "uses": 1}]',
        '[{"coordinate": "A.b", "uses": "many"}]',
        '["A.b"]',
        '{"data": null}',
    ],
)
def test_usage_that_cannot_be_read_is_no_licence(due: TestRepository, text: str) -> None:
    due.write({"usage.json": text})
    said = due.check("--usage", "usage.json", base="HEAD~1")
    assert (said.exit_code, "No usage could be read from usage.json" in said.errors) == (2, True)
    assert due.check("--usage", "absent.json", base="HEAD~1").exit_code == 2
