"""Package URLs (purl) of the packages that scanners name. Source: the package-url specification (ECMA-427)."""

from packageurl import PackageURL

from scans.json_value import clean, text
from scans.limits import MOST_NAME, MOST_PACKAGE_URL

_TYPES = {
    "almalinux": "rpm",
    "alpine": "apk",
    "composer": "composer",
    "crates.io": "cargo",
    "debian": "deb",
    "go": "golang",
    "hex": "hex",
    "maven": "maven",
    "npm": "npm",
    "nuget": "nuget",
    "packagist": "composer",
    "pip": "pypi",
    "pub": "pub",
    "pypi": "pypi",
    "rocky linux": "rpm",
    "rubygems": "gem",
    "ubuntu": "deb",
}
"""The purl type of each ecosystem, as OSV and the scanners spell them; `Debian:12` is looked up as `debian`."""


def package_url(ecosystem: object, name: object, version: object = None) -> str | None:
    """Return the purl of a package, None if it has no name; an unknown ecosystem is `generic`."""
    named = text(name, MOST_NAME)
    if named is None:
        return None
    kind = _TYPES.get(str(ecosystem or "").split(":")[0].strip().lower(), "generic")
    namespace, _, last = named.replace(":", "/").rpartition("/") if kind != "generic" else ("", "", named)
    try:
        url = PackageURL(kind, namespace or None, last, text(version, MOST_NAME)).to_string()
    except ValueError:
        return None
    return clean(url, MOST_PACKAGE_URL)


def known_package_url(value: object) -> str | None:
    """Return a purl in its one right spelling, None if a text is none."""
    given = text(value, MOST_PACKAGE_URL)
    if given is None:
        return None
    try:
        return PackageURL.from_string(given).to_string()[:MOST_PACKAGE_URL]
    except ValueError:
        return None
