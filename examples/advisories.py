"""Answers pip-audit and npm audit on loopback from a few advisories, so that auditing the shop needs no other server.

    python3 advisories.py PORT        until its standard input ends
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PYTHON = {
    "jinja2": {
        "id": "GHSA-462w-v97r-4m45",
        "aliases": ["CVE-2019-10906"],
        "summary": "The sandbox of Jinja2 can be left through str.format_map",
        "details": "A template in the sandbox could reach objects outside of it by `str.format_map`.",
        "fixed": "2.10.1",
    },
    "requests": {
        "id": "GHSA-x84v-xcm2-53pg",
        "aliases": ["CVE-2018-18074"],
        "summary": "Requests sends credentials on after a redirect",
        "details": "The Authorization header was kept when a redirect led from https to http on the same host.",
        "fixed": "2.20.0",
    },
}
NODE = {
    "lodash": {
        "id": 1065,
        "url": "https://github.com/advisories/GHSA-jf85-cpcp-j695",
        "title": "Prototype pollution in lodash",
        "severity": "critical",
        "vulnerable_versions": "<4.17.12",
        "cwe": ["CWE-1321"],
        "cvss": {"score": 9.1, "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H"},
    },
    "minimist": {
        "id": 1179,
        "url": "https://github.com/advisories/GHSA-vh95-rmgr-6w4m",
        "title": "Prototype pollution in minimist",
        "severity": "moderate",
        "vulnerable_versions": "<0.2.1",
        "cwe": ["CWE-1321"],
        "cvss": {"score": 5.6, "vectorString": "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:L"},
    },
}
VERSIONS = {"lodash": ("4.17.4", "4.17.21"), "minimist": ("0.0.8", "1.2.8")}


class Advisories(BaseHTTPRequestHandler):
    """Speaks as much of the protocols as the tools ask for."""

    def do_POST(self):
        """Answer OSV's /v1/query, and npm's advisories in bulk."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.endswith("/query"):
            asked = json.loads(body)["package"]["name"].lower()
            known = PYTHON.get(asked)
            self.answer({"vulns": [self.osv(asked, known)]} if known else {})
        else:
            self.answer({name: [advisory] for name, advisory in NODE.items()})

    def do_GET(self):
        """Answer what versions a package of npm has."""
        name = self.path.strip("/")
        versions = {one: {"name": name, "version": one} for one in VERSIONS.get(name, ())}
        self.answer({"name": name, "versions": versions, "dist-tags": {"latest": list(versions)[-1]} if versions else {}})

    @staticmethod
    def osv(name, known):
        """Return an advisory in the OSV schema."""
        package = {"name": name, "ecosystem": "PyPI"}
        events = [{"introduced": "0"}, {"fixed": known["fixed"]}]
        affected = [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]
        return {name: known[name] for name in ("id", "aliases", "summary", "details")} | {"affected": affected}

    def answer(self, value):
        """Send a JSON value."""
        content = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Advisories)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
