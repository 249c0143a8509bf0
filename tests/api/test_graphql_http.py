"""GraphQL over HTTP as its specification says."""

import json

import pytest

from tests.api.conftest import Served
from tests.world import result, sarif

NEW, OLD = "application/graphql-response+json", "application/json"
NAME = '{ group(name: "shop") { name } }'


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, NEW),
        ("*/*", NEW),
        (NEW, NEW),
        (OLD, OLD),
        (f"{OLD};q=0.5, {NEW}", NEW),
        (f"{NEW};q=0.5, {OLD}", OLD),
        (f"text/plain, {OLD}", OLD),
    ],
)
async def test_the_media_type_is_the_one_that_is_wanted(served: Served, accept: str | None, answered: str) -> None:
    async with await served.as_person("user") as client:
        if accept is None:
            del client.headers["accept"]
        else:
            client.headers["accept"] = accept
        response = await client.post("/api", json={"query": NAME})
    assert response.status_code == 200
    assert response.headers["content-type"] == answered
    assert response.json() == {"data": {"group": {"name": "shop"}}}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "{ nonsense }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": ""}, "BAD_USER_INPUT"),
        ({"query": 7}, "BAD_USER_INPUT"),
        ({"query": "{ me { name } }", "variables": []}, "BAD_USER_INPUT"),
        ({"query": "{ me { name } }", "operationName": 7}, "BAD_USER_INPUT"),
        ({"query": "{ me { name } }", "operationName": "Other"}, "BAD_USER_INPUT"),
        ({"query": "query A { me { name } } query B { me { name } }"}, "BAD_USER_INPUT"),
        ({"query": "query ($n: Int!) { me { organizations(first: $n) { totalCount } } }"}, "BAD_USER_INPUT"),
        ({"query": "subscription { importProgress(importId: 1) { status } }"}, "BAD_USER_INPUT"),
        ([{"query": "{ me { name } }"}], "BAD_USER_INPUT"),
        ("text", "BAD_USER_INPUT"),
        ({}, "BAD_USER_INPUT"),
    ],
)
async def test_a_request_that_cannot_run_is_400_in_the_new_media_type(served: Served, body: object, code: str) -> None:
    async with served.client(headers={"accept": NEW}) as client:
        response = await client.post("/api", json=body)
        assert response.status_code == 400
        assert "data" not in response.json()
        assert response.json()["errors"][0]["extensions"]["code"] == code


async def test_a_request_that_does_not_validate_is_200_in_the_old_media_type(served: Served) -> None:
    async with served.client(headers={"accept": OLD}) as client:
        assert (await client.post("/api", json={"query": "{ nonsense }"})).status_code == 200


async def test_a_refused_field_is_200_with_data_and_errors(served: Served) -> None:
    async with served.client() as client:
        response = await client.post("/api", json={"query": NAME})
    assert response.status_code == 200
    assert response.json()["data"] == {"group": None}
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"not JSON", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"query=1", "application/x-www-form-urlencoded", 415),
        (b"{}", "application/graphql", 415),
        (b"nonsense", "multipart/form-data", 400),
        (b"nonsense", "multipart/form-data; boundary=x", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"x" * 1_000_001, "application/json", 413),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    served: Served, content: bytes, media_type: str, status: int
) -> None:
    async with served.client() as client:
        response = await client.post("/api", content=content, headers={"content-type": media_type})
    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_body_without_an_announced_length_is_limited_too(served: Served) -> None:
    async def endless():
        for _ in range(200):
            yield b"x" * 10_000

    async with served.client() as client:
        response = await client.post("/api", content=endless(), headers={"content-type": "application/json"})
    assert response.status_code == 413


async def test_an_unacceptable_accept_is_406(served: Served) -> None:
    async with served.client(headers={"accept": "image/png"}) as client:
        assert (await client.post("/api", json={"query": NAME})).status_code == 406


async def test_get_answers_queries_and_refuses_mutations(served: Served) -> None:
    async with await served.as_person("user") as client:
        response = await client.get("/api", params={"query": NAME})
        assert response.json()["data"] == {"group": {"name": "shop"}}
        variables = json.dumps({"n": "shop"})
        query = "query ($n: String!) { group(name: $n) { name } }"
        response = await client.get("/api", params={"query": query, "variables": variables})
        assert response.json()["data"] == {"group": {"name": "shop"}}
        response = await client.get("/api", params={"query": "mutation { signOut { success } }"})
        assert (response.status_code, response.headers["allow"]) == (405, "POST")
        assert (await client.get("/api", params={"query": NAME, "variables": "{"})).status_code == 400
        assert (await client.get("/api")).status_code == 400
        assert (await client.put("/api")).status_code == 405


async def test_a_request_has_an_id_and_keeps_a_given_one(served: Served) -> None:
    async with served.client() as client:
        assert len((await client.get("/health/live")).headers["x-request-id"]) == 16
        given = await client.get("/health/live", headers={"x-request-id": "build-7"})
        assert given.headers["x-request-id"] == "build-7"
        wrong = await client.get("/health/live", headers={"x-request-id": "a b\tc"})
        assert wrong.headers["x-request-id"] != "a b\tc"


async def test_a_file_is_uploaded_by_a_multipart_request(served: Served) -> None:
    query = 'mutation ($file: Upload!) { importScan(groupName: "shop", file: $file) { scanImport { id fileName } } }'
    async with await served.as_person("service_agent") as client:
        response = await client.post(
            "/api",
            data={
                "operations": json.dumps({"query": query, "variables": {"file": None}}),
                "map": json.dumps({"0": ["variables.file"]}),
            },
            files={"0": ("../../etc/results.sarif", sarif(result()))},
        )
    started = response.json()["data"]["importScan"]["scanImport"]
    await served.world.work_off()
    assert (await served.world.scan_import(started["id"]))["added"] == 1


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"operations": "{"}, "`operations` must be JSON"),
        ({"operations": "{}", "map": "["}, "`map` must be JSON"),
        ({"operations": "7", "map": "{}"}, "operations"),
        ({"operations": "{}", "map": '{"0": "variables.file"}'}, "map"),
        ({"operations": "{}", "map": '{"1": ["variables.file"]}'}, "File data was missing"),
        ({"operations": "[" * 100_000, "map": "{}"}, "`operations` must be JSON"),
    ],
)
async def test_a_multipart_request_of_another_form_is_refused(served: Served, form: dict, message: str) -> None:
    async with await served.as_person("service_agent") as client:
        response = await client.post("/api", data=form, files={"0": ("a", b"b")})
    assert response.status_code == 400
    assert message in response.json()["errors"][0]["message"]


async def test_a_file_cannot_be_faked_in_json(served: Served) -> None:
    query = 'mutation ($file: Upload!) { importScan(groupName: "shop", file: $file) { success } }'
    async with await served.as_person("service_agent") as client:
        for fake in ("text", {"name": "x", "content": "y"}, 7):
            response = await client.post("/api", json={"query": query, "variables": {"file": fake}})
            assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
            assert "multipart" in response.json()["errors"][0]["message"]


async def test_the_contract_is_served_as_a_page(served: Served) -> None:
    async with served.client() as client:
        response = await client.get("/schema.graphql")
    assert "type Finding implements Node {" in response.text
    assert "Report a finding by hand." in response.text


async def test_health_is_told(served: Served) -> None:
    async with served.client() as client:
        assert (await client.get("/health/live")).json() == {"status": "live"}
        assert (await client.get("/health/ready")).json() == {"status": "ready", "database": "reachable"}


async def test_the_front_door_leads_to_the_explorer(served: Served) -> None:
    async with served.client() as client:
        response = await client.get("/")
        assert (response.status_code, response.headers["location"]) == (307, "/api")


async def test_head_runs_nothing(served: Served) -> None:
    async with await served.as_person("group_manager") as client:
        answer = await client.request("HEAD", "/api", json={"query": "mutation { signOut { success } }"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
