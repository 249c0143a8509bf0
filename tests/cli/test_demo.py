"""The demo, from its command line to its end, as a user meets it."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cli.demo_data import ACCOUNTS, DOMAIN, PASSWORD
from database.embedded import EmbeddedServer
from jobs.scan_import import KIND
from tests.served_demo import ADARVE, ROOT, Demo, served_demo
from tests.world import result, sarif

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    folder = Path(tempfile.mkdtemp(prefix="adarve-demo-"))
    with served_demo(folder / "data") as running:
        yield running
    EmbeddedServer(folder / "data").remove()
    shutil.rmtree(folder)


def ask(demo: Demo, query: str, token: str | None = None) -> dict:
    headers = {"Authorization": f"Bearer {token or demo.token}"}
    return httpx.post(f"{demo.address}/api", json={"query": query}, headers=headers, timeout=20).json()


def adarve(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ADARVE_")}
    return subprocess.run(
        [*ADARVE, *words], cwd=ROOT, env=clean | environment, capture_output=True, text=True, timeout=90, check=False
    )


def test_the_curl_line_that_it_prints_works_when_pasted(demo: Demo) -> None:
    lines = demo.printed.splitlines()
    start = next(n for n, line in enumerate(lines) if line.strip().startswith("curl"))
    done = subprocess.run("\n".join(lines[start : start + 2]), shell=True, capture_output=True, text=True, check=True)
    nodes = json.loads(done.stdout)["data"]["group"]["findings"]["nodes"]
    assert len(nodes) == 3
    assert nodes[0]["severityScore"] == 9.8


def test_the_import_line_that_it_prints_works_when_pasted(demo: Demo) -> None:
    lines = demo.printed.splitlines()
    start = next(n for n, line in enumerate(lines) if " import " in line)
    words = shlex.split(" ".join(line.strip().rstrip("\\") for line in lines[start : start + 2]))
    variable, command, *rest = words
    assert command.endswith("adarve")
    name, _, value = variable.partition("=")
    done = adarve(*rest, **{name: value})
    assert done.stdout == (
        "npm-audit.json (npm audit): 2 results: 2 added, 0 merged, 0 same, 0 reopened, 0 suppressed, 0 closed, "
        "0 rejected, 0 skipped\n"
    ), done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("name", ACCOUNTS)
def test_every_account_can_sign_in_with_the_password_that_it_prints(demo: Demo, name: str) -> None:
    assert f"{name}@{DOMAIN}" in demo.printed
    assert PASSWORD in demo.printed
    query = f"""mutation {{ signIn(email: "{name}@{DOMAIN}", password: "{PASSWORD}") {{ user {{ email }} }} }}"""
    answer = httpx.post(f"{demo.address}/api", json={"query": query}, timeout=20).json()
    assert answer == {"data": {"signIn": {"user": {"email": f"{name}@{DOMAIN}"}}}}


def test_a_report_of_ones_own_is_imported_and_its_rejected_records_are_listed(demo: Demo, tmp_path: Path) -> None:
    report = tmp_path / "own.sarif"
    report.write_bytes(sarif(result("own"), result("own", line=0), tool="Own scanner"))
    options = ("import", str(report), "--group", "shop", "--server", demo.address)
    done = adarve(*options, ADARVE_TOKEN=demo.token)
    assert done.stdout.startswith("own.sarif (Own scanner): 2 results: 1 added, 0 merged, 0 same")
    assert "rejected /runs/0/results/1/locations/0: `startLine` is '0'" in done.stderr
    assert done.returncode == 0
    strict = adarve(*options, "--strict", "--json", ADARVE_TOKEN=demo.token)
    assert json.loads(strict.stdout)["status"] == "FAILED"
    assert strict.returncode == 1


@pytest.mark.parametrize(
    ("options", "environment", "message"),
    [
        ((), {}, "an access token is needed"),
        ((), {"ADARVE_TOKEN": "adv_wrong"}, "UNAUTHENTICATED"),
        (("--group", "none"), {"ADARVE_TOKEN": "{token}"}, "There is no group 'none'"),
        (("--root", "none"), {"ADARVE_TOKEN": "{token}"}, "has no root 'none'"),
        (("--server", "http://127.0.0.1:9"), {"ADARVE_TOKEN": "{token}"}, "cannot reach http://127.0.0.1:9/api"),
    ],
)
def test_an_import_that_cannot_start_says_why_in_a_line(
    demo: Demo, tmp_path: Path, options: tuple, environment: dict, message: str
) -> None:
    report = tmp_path / "own.sarif"
    report.write_bytes(sarif())
    given = {name: value.format(token=demo.token) for name, value in environment.items()}
    done = adarve("import", str(report), "--group", "shop", "--server", demo.address, *options, **given)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_token_is_made_beside_the_running_server(demo: Demo) -> None:
    done = adarve("token", "--data-dir", str(demo.folder), f"user@{DOMAIN}")
    assert done.returncode == 0, done.stderr
    answer = ask(demo, "{ me { email } }", done.stdout.strip())
    assert answer == {"data": {"me": {"email": f"user@{DOMAIN}"}}}
    wrong = adarve("token", "--data-dir", str(demo.folder), "nobody@demo.example")
    assert (wrong.returncode, wrong.stderr) == (
        1,
        "adarve: There is no account with the e-mail address 'nobody@demo.example'.\n",
    )


def test_a_second_server_on_the_same_data_is_refused(demo: Demo) -> None:
    done = adarve("demo", "--port", "0", "--data-dir", str(demo.folder))
    assert done.returncode == 1
    assert "Another Adarve is running on" in done.stderr


def test_a_port_that_is_taken_is_said(demo: Demo) -> None:
    port = demo.address.rpartition(":")[2]
    done = adarve("serve", "--port", port, "--data-dir", str(demo.folder))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr


def test_killing_a_worker_fails_its_import_only(demo: Demo, tmp_path: Path) -> None:
    """The worker dies while it reads: that import has failed, nothing of it has landed, the next one is read."""
    large, small = tmp_path / "large.sarif", tmp_path / "after.sarif"
    large.write_bytes(sarif(*(result("big", f"src/{n}.py") for n in range(25_000)), tool="Large"))
    small.write_bytes(sarif(result("after"), tool="After"))
    words = ("--group", "shop", "--server", demo.address, "--json")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ADARVE_")}
    with subprocess.Popen(
        [*ADARVE, "import", str(large), *words],
        cwd=ROOT,
        env=clean | {"ADARVE_TOKEN": demo.token},
        stdout=subprocess.PIPE,
        text=True,
    ) as importing:
        query = '{ group(name: "shop") { scanImports(first: 1) { nodes { fileName status } } } }'
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            (newest,) = ask(demo, query)["data"]["group"]["scanImports"]["nodes"]
            if newest == {"fileName": "large.sarif", "status": "RUNNING"}:
                break
        os.kill(worker_of(demo), signal.SIGKILL)
        printed = importing.communicate(timeout=60)[0]
    assert importing.returncode == 1
    failed = json.loads(printed)
    assert (failed["status"], failed["added"]) == ("FAILED", 0)
    assert failed["error"] == KIND.orphaned
    landed = ask(demo, '{ group(name: "shop") { vulnerabilities(filter: {tool: "Large"}) { totalCount } } }')
    assert landed["data"]["group"]["vulnerabilities"]["totalCount"] == 0
    done = adarve("import", str(small), *words, ADARVE_TOKEN=demo.token)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["added"] == 1


def worker_of(demo: Demo) -> int:
    """Return the process id of the demo's one worker."""
    children = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(demo.process.pid)], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    (worker,) = [int(line.split()[0]) for line in children if "jobs.worker" in line]
    return worker


def test_an_export_from_the_command_line_is_imported_again_without_a_change(demo: Demo, tmp_path: Path) -> None:
    server = ("--group", "shop", "--server", demo.address)
    for form, name in (("sarif", "shop.sarif"), ("csv", "shop.csv"), ("cyclonedx-vex", "shop.cdx.json")):
        file = tmp_path / name
        done = adarve("export", "--format", form, "-o", str(file), *server, ADARVE_TOKEN=demo.token)
        assert done.returncode == 0, done.stderr
        imported = adarve("import", str(file), *server, "--json", ADARVE_TOKEN=demo.token)
        counted = json.loads(imported.stdout)
        assert counted["results"] == counted["same"] + counted["skipped"] > 30, counted


def test_signing_keys_are_rotated_beside_the_running_server(demo: Demo) -> None:
    done = adarve("keys", "rotate", "--data-dir", str(demo.folder))
    assert done.returncode == 0, done.stderr
    time.sleep(1.1)
    published = httpx.get(f"{demo.address}/.well-known/jwks.json").json()["keys"]
    assert published[0]["kid"] == done.stdout.strip()
    assert len(published) >= 2


def test_enrichment_is_taken_over_beside_the_running_server(demo: Demo, tmp_path: Path) -> None:
    scores = tmp_path / "epss.csv"
    scores.write_text("#score_date:2026-11-20T00:00:00+0000\ncve,epss,percentile\nCVE-2019-10744,0.03,0.9\n")
    data = ("--data-dir", str(demo.folder))
    done = adarve("enrich", "--epss", str(scores), *data)
    assert (done.returncode, done.stdout) == (0, "EPSS of 2026-11-20: 1 scores\n")
    refused = adarve("enrich", "--kev", str(scores), *data)
    assert (refused.returncode, refused.stderr[:37]) == (1, "adarve: The file is no KEV catalog of")


def test_it_stops_with_0_stops_its_database_and_starts_again_with_its_data(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="adarve-again-"))
    try:
        with served_demo(folder / "data") as first:
            assert ask(first, "{ me { email } }")["data"]["me"]
            assert first.stop() == 0
            assert "Stopped, and the database with it." in first.printed
        assert not EmbeddedServer(folder / "data")._take_over()
        began = time.monotonic()
        with served_demo(folder / "data") as second:
            assert "Making the demo's accounts" not in second.printed
            query = '{ group(name: "shop") { scanImports { totalCount } } }'
            assert ask(second, query)["data"]["group"]["scanImports"]["totalCount"] == 3
            assert second.stop() == 0
        assert time.monotonic() - began < 30
    finally:
        EmbeddedServer(folder / "data").remove()
        shutil.rmtree(folder)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_stop_while_it_starts_it_leaves_no_database_behind(sent: signal.Signals) -> None:
    folder = Path(tempfile.mkdtemp(prefix="adarve-stopped-"))
    try:
        process = subprocess.Popen(
            [*ADARVE, "demo", "--port", "0", "--data-dir", str(folder / "data")],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        for line in process.stdout:
            if "Migrating" in line:
                process.send_signal(sent)
                break
        printed = process.stdout.read()
        assert process.wait(30) == 0, printed
        process.stdout.close()
        assert not EmbeddedServer(folder / "data")._take_over()
    finally:
        EmbeddedServer(folder / "data").remove()
        shutil.rmtree(folder)


def test_wrong_settings_are_named_and_help_lists_every_setting() -> None:
    done = adarve("serve", ADARVE_PORT="99999")
    assert done.returncode == 2
    assert "ADARVE_PORT: Input should be less than or equal to 65535" in done.stderr
    text = adarve("serve", "--help").stdout
    assert "ADARVE_DATABASE_URL" in text
    assert "ADARVE_MOST_UPLOAD_BYTES" in text
    assert adarve("nonsense").returncode == 2
