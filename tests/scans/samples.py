"""Reports in the formats whose tools cannot run here, written after the tools' own documentation."""

import json
from typing import Any

TRIVY: dict[str, Any] = {
    "SchemaVersion": 2,
    "CreatedAt": "2026-11-01T10:00:00Z",
    "ArtifactName": "shop",
    "ArtifactType": "filesystem",
    "Results": [
        {
            "Target": "web/package-lock.json",
            "Class": "lang-pkgs",
            "Type": "npm",
            "Vulnerabilities": [
                {
                    "VulnerabilityID": "CVE-2019-10744",
                    "PkgID": "lodash@4.17.4",
                    "PkgName": "lodash",
                    "PkgIdentifier": {"PURL": "pkg:npm/lodash@4.17.4"},
                    "InstalledVersion": "4.17.4",
                    "FixedVersion": "4.17.12",
                    "Status": "fixed",
                    "Severity": "CRITICAL",
                    "Title": "nodejs-lodash: prototype pollution in defaultsDeep",
                    "Description": "Properties of Object.prototype can be added or changed.",
                    "CweIDs": ["CWE-1321", "CWE-20"],
                    "CVSS": {"nvd": {"V3Vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H", "V3Score": 9.1}},
                },
                {
                    "VulnerabilityID": "CVE-2020-7598",
                    "PkgName": "minimist",
                    "InstalledVersion": "0.0.8",
                    "Severity": "UNKNOWN",
                },
            ],
        },
        {
            "Target": "Dockerfile",
            "Class": "config",
            "Type": "dockerfile",
            "MisconfSummary": {"Successes": 20, "Failures": 1},
            "Misconfigurations": [
                {
                    "Type": "Dockerfile Security Check",
                    "ID": "DS002",
                    "AVDID": "AVD-DS-0002",
                    "Title": "Image user should not be 'root'",
                    "Description": "Running containers with 'root' user can lead to a container escape situation.",
                    "Message": "Specify at least 1 USER command in Dockerfile with non-root user as argument",
                    "Resolution": "Add 'USER <non root user name>' line to the Dockerfile",
                    "Severity": "HIGH",
                    "Status": "FAIL",
                    "CauseMetadata": {"Provider": "Dockerfile", "StartLine": 3, "EndLine": 4},
                },
                {"ID": "DS001", "Title": "Tagged", "Severity": "MEDIUM", "Status": "PASS"},
            ],
        },
        {
            "Target": "src/orders.py",
            "Class": "secret",
            "Secrets": [
                {
                    "RuleID": "aws-access-key-id",
                    "Category": "AWS",
                    "Severity": "CRITICAL",
                    "Title": "AWS Access Key ID",
                    "StartLine": 12,
                    "EndLine": 12,
                    "Match": "KEY = ********************",
                }
            ],
        },
    ],
}

GITLEAKS = [
    {
        "RuleID": "generic-api-key",
        "Description": "Detected a Generic API Key",
        "StartLine": 10,
        "EndLine": 10,
        "StartColumn": 21,
        "EndColumn": 50,
        "Match": 'TOKEN = "s3cr3t-of-the-shop"',
        "Secret": "s3cr3t-of-the-shop",
        "File": "src/orders.py",
        "Commit": "4a5b6c7d8e9f00112233445566778899aabbccdd",
        "Entropy": 3.9,
        "Author": "somebody",
        "Tags": [],
        "Fingerprint": "4a5b6c7d8e9f00112233445566778899aabbccdd:src/orders.py:generic-api-key:10",
    }
]

OSV_SCANNER = {
    "results": [
        {
            "source": {"path": "web/package-lock.json", "type": "lockfile"},
            "packages": [
                {
                    "package": {"name": "lodash", "version": "4.17.4", "ecosystem": "npm"},
                    "vulnerabilities": [
                        {
                            "id": "GHSA-jf85-cpcp-j695",
                            "aliases": ["CVE-2019-10744"],
                            "summary": "Prototype pollution in lodash",
                            "details": "Versions before 4.17.12 are vulnerable.",
                            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H"}],
                            "affected": [
                                {
                                    "package": {"name": "lodash", "ecosystem": "npm"},
                                    "ranges": [
                                        {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "4.17.12"}]}
                                    ],
                                }
                            ],
                            "database_specific": {"cwe_ids": ["CWE-1321"], "severity": "CRITICAL"},
                        },
                        {"id": "MAL-2019-1", "database_specific": {"severity": "HIGH"}},
                        {"id": "OSV-2019-744", "aliases": ["CVE-2019-10744"]},
                    ],
                    "groups": [
                        {
                            "ids": ["GHSA-jf85-cpcp-j695", "OSV-2019-744"],
                            "aliases": ["CVE-2019-10744"],
                            "max_severity": "9.1",
                        }
                    ],
                }
            ],
        }
    ]
}

NUCLEI = [
    {
        "template-id": "CVE-2021-44228",
        "info": {
            "name": "Apache Log4j2 Remote Code Injection",
            "author": ["somebody"],
            "severity": "critical",
            "description": "Log4j2 looks up what stands in a message.",
            "remediation": "Upgrade to 2.17.1.",
            "classification": {
                "cve-id": ["cve-2021-44228"],
                "cwe-id": ["cwe-502"],
                "cvss-metrics": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
                "cvss-score": 10,
            },
        },
        "type": "http",
        "host": "https://shop.example",
        "matched-at": "https://shop.example/login?user=x",
        "matcher-name": "header",
        "matcher-status": True,
        "timestamp": "2026-11-01T10:00:00Z",
    },
    {
        "template-id": "tech-detect",
        "info": {"name": "Wappalyzer Technology Detection", "severity": "info"},
        "matched-at": "https://shop.example/",
        "matcher-name": "nginx",
    },
]

ZAP = {
    "@programName": "ZAP",
    "@version": "2.15.0",
    "@generated": "Sun, 1 Nov 2026 10:00:00",
    "site": [
        {
            "@name": "https://shop.example",
            "@host": "shop.example",
            "alerts": [
                {
                    "pluginid": "40012",
                    "alertRef": "40012",
                    "alert": "Cross Site Scripting (Reflected)",
                    "name": "Cross Site Scripting (Reflected)",
                    "riskcode": "3",
                    "confidence": "2",
                    "desc": "<p>What a request says is shown &amp; run.</p><p>In the page.</p>",
                    "instances": [
                        {
                            "uri": "https://shop.example/search?q=1",
                            "method": "GET",
                            "param": "q",
                            "evidence": "<script>",
                        },
                        {"uri": "https://shop.example/search?q=1", "method": "GET", "param": "page", "evidence": ""},
                    ],
                    "solution": "<p>Escape it.</p>",
                    "cweid": "79",
                },
                {
                    "pluginid": "10020",
                    "name": "Missing Anti-clickjacking Header",
                    "riskcode": "1",
                    "confidence": "0",
                    "instances": [{"uri": "https://shop.example/", "method": "GET"}],
                    "cweid": "-1",
                },
            ],
        }
    ],
}

ZAP_XML = """<?xml version="1.0"?>
<OWASPZAPReport programName="ZAP" version="2.15.0" generated="Sun, 1 Nov 2026 10:00:00">
  <site name="https://shop.example" host="shop.example" port="443" ssl="true">
    <alerts>
      <alertitem>
        <pluginid>40012</pluginid><alertRef>40012</alertRef>
        <alert>Cross Site Scripting (Reflected)</alert><name>Cross Site Scripting (Reflected)</name>
        <riskcode>3</riskcode><confidence>2</confidence>
        <desc>&lt;p&gt;What a request says is shown &amp;amp; run.&lt;/p&gt;&lt;p&gt;In the page.&lt;/p&gt;</desc>
        <instances>
          <instance><uri>https://shop.example/search?q=1</uri><method>GET</method><param>q</param>
            <evidence>&lt;script&gt;</evidence></instance>
          <instance><uri>https://shop.example/search?q=1</uri><method>GET</method><param>page</param></instance>
        </instances>
        <solution>&lt;p&gt;Escape it.&lt;/p&gt;</solution><cweid>79</cweid>
      </alertitem>
    </alerts>
  </site>
</OWASPZAPReport>
"""

CYCLONEDX = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "version": 1,
    "metadata": {
        "component": {"bom-ref": "shop", "name": "shop", "type": "application"},
        "tools": {"components": [{"type": "application", "name": "grype"}]},
    },
    "components": [
        {"bom-ref": "lodash", "type": "library", "name": "lodash", "version": "4.17.4", "purl": "pkg:npm/lodash@4.17.4"}
    ],
    "vulnerabilities": [
        {
            "id": "CVE-2019-10744",
            "source": {"name": "NVD"},
            "ratings": [
                {
                    "score": 9.1,
                    "severity": "critical",
                    "method": "CVSSv31",
                    "vector": "AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H",
                }
            ],
            "cwes": [1321],
            "description": "Prototype pollution",
            "recommendation": "Upgrade to 4.17.12",
            "affects": [{"ref": "lodash"}],
        },
        {
            "id": "GHSA-vh95-rmgr-6w4m",
            "references": [{"id": "CVE-2020-7598", "source": {"name": "NVD"}}],
            "ratings": [{"severity": "medium"}],
            "analysis": {"state": "not_affected", "justification": "code_not_reachable"},
            "affects": [{"ref": "lodash"}],
        },
        {"id": "CVE-2018-3721", "analysis": {"state": "resolved"}, "affects": [{"ref": "lodash"}]},
    ],
}

GITLAB_DEPENDENCIES = {
    "version": "15.0.7",
    "scan": {
        "scanner": {"id": "gemnasium", "name": "Gemnasium"},
        "type": "dependency_scanning",
        "status": "success",
        "start_time": "2026-11-01T10:00:00",
    },
    "vulnerabilities": [
        {
            "id": "1",
            "name": "Prototype Pollution",
            "description": "Lodash can be polluted.",
            "severity": "Critical",
            "solution": "Upgrade to 4.17.12.",
            "location": {
                "file": "web/package-lock.json",
                "dependency": {"package": {"name": "lodash"}, "version": "4.17.4"},
            },
            "identifiers": [
                {"type": "gemnasium", "name": "Gemnasium-5d0b", "value": "5d0b"},
                {"type": "cve", "name": "CVE-2019-10744", "value": "CVE-2019-10744"},
                {"type": "cwe", "name": "CWE-1321", "value": "1321"},
            ],
        }
    ],
    "remediations": [],
}

NPM_AUDIT_1 = {
    "actions": [],
    "advisories": {
        "1065": {
            "findings": [{"version": "4.17.4", "paths": ["lodash"]}],
            "id": 1065,
            "title": "Prototype Pollution",
            "module_name": "lodash",
            "cves": ["CVE-2019-10744"],
            "vulnerable_versions": "<4.17.12",
            "patched_versions": ">=4.17.12",
            "overview": "Lodash can be polluted.",
            "recommendation": "Update to version 4.17.12 or later.",
            "severity": "high",
            "cwe": "CWE-471",
            "url": "https://npmjs.com/advisories/1065",
        }
    },
    "metadata": {"vulnerabilities": {"high": 1}},
}

PIP_AUDIT_1 = [
    {
        "name": "jinja2",
        "version": "2.10",
        "vulns": [
            {"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"], "aliases": ["CVE-2019-10906"], "description": "Left."}
        ],
    },
    {"name": "click", "version": "8.0", "vulns": []},
]

CSV = """Title,Severity,File,Line,CWE,Message
SQL from text,high,src/orders.py,16,CWE-89,"A statement, put together"
Weak hash,9.1,src/orders.py,37,,
"""

DEFECTDOJO = {
    "name": "Pentest of the shop",
    "findings": [
        {
            "title": "Reflected XSS",
            "description": "What a request says is shown.",
            "severity": "High",
            "mitigation": "Escape it.",
            "cwe": 79,
            "cvssv3": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
            "file_path": "web/cart.js",
            "line": 43,
            "active": True,
            "verified": True,
        },
        {
            "title": "CVE-2019-10744 in lodash",
            "severity": "Critical",
            "cve": "CVE-2019-10744",
            "component_name": "lodash",
            "component_version": "4.17.4",
            "false_p": True,
        },
        {
            "title": "Open redirect",
            "severity": "Low",
            "endpoints": [{"protocol": "https", "host": "shop.example", "path": "go"}],
        },
        {"title": "Fixed long ago", "severity": "Low", "active": False, "is_mitigated": True},
    ],
}

DEPENDENCY_TRACK = {
    "version": "1.2",
    "meta": {"application": "Dependency-Track", "version": "4.12.0", "timestamp": "2026-11-01T10:00:00Z"},
    "project": {"uuid": "d2f6f0e4-0000-4000-8000-000000000000", "name": "shop", "version": "1.0"},
    "findings": [
        {
            "component": {"uuid": "1", "name": "lodash", "version": "4.17.4", "purl": "pkg:npm/lodash@4.17.4"},
            "vulnerability": {
                "uuid": "2",
                "source": "NVD",
                "vulnId": "CVE-2019-10744",
                "severity": "CRITICAL",
                "cvssV3BaseScore": 9.1,
                "cwes": [{"cweId": 1321, "name": "Prototype Pollution"}],
                "description": "Lodash can be polluted.",
                "aliases": [{"cveId": "CVE-2019-10744", "ghsaId": "GHSA-jf85-cpcp-j695"}],
            },
            "analysis": {"state": "NOT_SET", "isSuppressed": False},
            "matrix": "a:b:c",
        },
        {
            "component": {"group": "@types", "name": "node", "version": "1.0", "purl": "pkg:npm/%40types/node@1.0"},
            "vulnerability": {"vulnId": "GHSA-1", "severity": "LOW"},
            "analysis": {"state": "FALSE_POSITIVE"},
        },
    ],
}


def written(value: Any) -> bytes:
    """Return a report as a tool writes it."""
    return value.encode() if isinstance(value, str) else json.dumps(value, indent=1).encode()


SAMPLES: dict[str, bytes] = {
    "trivy": written(TRIVY),
    "gitleaks": written(GITLEAKS),
    "osv-scanner": written(OSV_SCANNER),
    "nuclei lines": "\n".join(json.dumps(one) for one in NUCLEI).encode(),
    "nuclei array": written(NUCLEI),
    "zap": written(ZAP),
    "zap xml": written(ZAP_XML),
    "cyclonedx": written(CYCLONEDX),
    "gitlab": written(GITLAB_DEPENDENCIES),
    "npm audit 1": written(NPM_AUDIT_1),
    "pip-audit 1": written(PIP_AUDIT_1),
    "csv": written(CSV),
    "defectdojo": written(DEFECTDOJO),
    "dependency-track": written(DEPENDENCY_TRACK),
}
