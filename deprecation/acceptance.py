"""Risks that people have accepted, by the trailer `Accept-Deprecation-Risk: Type.field` of a commit's message."""

import re
from collections import defaultdict

from deprecation.coordinates import PATTERN, parent
from deprecation.git import Repository

TRAILER = "Accept-Deprecation-Risk"


def coordinates_in(value: str) -> frozenset[str]:
    """Return the coordinates that the value of a trailer names, set apart by commas or blanks."""
    return frozenset(part for part in re.split(r"[,\s]+", value) if PATTERN.fullmatch(part))


def accepted_since(repository: Repository, base: str | None) -> frozenset[str]:
    """Return what the commits between a base and HEAD accept."""
    if repository.head is None:
        return frozenset()
    found = repository.trailers(TRAILER, repository.head, base)
    return frozenset().union(*(coordinates_in(value) for _, value in found))


def accepted_by_commit(repository: Repository, start: str) -> dict[str, frozenset[str]]:
    """Return what was accepted by each commit in the first-parent history of one; a merge accepts what it merges."""
    accepted: dict[str, frozenset[str]] = defaultdict(frozenset)
    chain: list[str] = []
    for commit, value in repository.trailers(TRAILER, start):
        chain = chain or repository.first_parents(start)
        landed = commit if commit in chain else _landed(repository, commit, start, chain)
        if landed:
            accepted[landed] |= coordinates_in(value)
    return accepted


def _landed(repository: Repository, commit: str, start: str, chain: list[str]) -> str | None:
    """Return the first commit of a chain, newest first, that a commit came in by."""
    after = set(repository.between(commit, start))
    return next((one for one in reversed(chain) if one in after), None)


def accepts(accepted: frozenset[str], coordinate: str, *, cascade: bool) -> bool:
    """Whether the risk for a coordinate is accepted by name, or, where it follows from another, with that."""
    if coordinate in accepted:
        return True
    holder = parent(coordinate)
    while cascade and holder is not None:
        if holder in accepted:
            return True
        holder = parent(holder)
    return False
