"""What a root may point at."""

import ipaddress
from enum import StrEnum
from urllib.parse import urlsplit

from domain.errors import BadUserInput


class RootKind(StrEnum):
    """The kind of a root; each is an object type of its own in the contract."""

    GIT = "GIT"
    IP = "IP"
    URL = "URL"


_GIT_SCHEMES = {"https", "http", "ssh", "git"}
_WEB_SCHEMES = {"https", "http"}


def _check_url(url: str, argument: str, schemes: set[str]) -> str:
    parts = urlsplit(url)
    if parts.scheme not in schemes or not parts.hostname or len(url) > 2000:
        raise BadUserInput(
            f"`{argument}` must be an address beginning with {', '.join(sorted(f'{s}://' for s in schemes))}.",
            argument=argument,
        )
    if parts.password is not None:
        raise BadUserInput(
            f"`{argument}` contains a password: remove it, addresses are shown to every stakeholder.",
            argument=argument,
        )
    return url


def check_git_url(url: str, argument: str) -> str:
    """Return the address of a git repository; raise BadUserInput if it is none, or carries a password."""
    return _check_url(url, argument, _GIT_SCHEMES)


def check_web_url(url: str, argument: str) -> str:
    """Return the address of a web application; raise BadUserInput if it is none, or carries a password."""
    return _check_url(url, argument, _WEB_SCHEMES)


def check_address(address: str, argument: str) -> str:
    """Return an IP address in its canonical text form; raise BadUserInput if it is none."""
    try:
        if "%" in address:
            raise ValueError(address)
        return str(ipaddress.ip_address(address))
    except ValueError:
        raise BadUserInput(
            f"`{argument}` must be an IPv4 or IPv6 address, such as 192.0.2.7.", argument=argument
        ) from None
