"""The check of documents: nothing that they use is deprecated, gone, or not there yet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from deprecation.configuration import Configuration
from deprecation.dates import day_after
from deprecation.documents import DocumentSyntaxError, Use, documents_in, executable_schema, find_files, uses_of
from deprecation.git import Repository
from deprecation.problems import Problem
from deprecation.sources import Sources, line_starts, place_at


@dataclass(frozen=True)
class DocumentCheck:
    """What documents use of a schema."""

    repository: Repository
    configuration: Configuration
    sources: Sources

    def uses(self) -> Iterator[Use | DocumentSyntaxError]:
        """Go through what all documents use; what is no GraphQL is given as the error that says so."""
        texts = self._texts
        if not texts:
            return
        schema = executable_schema(self.sources.schema)
        for file, text in texts.items():
            for document in documents_in(file, text):
                try:
                    yield from uses_of(document, schema)
                except DocumentSyntaxError as error:
                    yield error

    def findings(self, accepted: Iterable[str]) -> Iterator[Problem]:
        """Go through what is wrong with documents; each thing once a place."""
        starts = {file: line_starts(text) for file, text in self._texts.items()}
        accepts = frozenset(accepted)
        for use in self.uses():
            place = place_at(use.file, starts[use.file], use.offset)
            if isinstance(use, DocumentSyntaxError):
                yield Problem(
                    "parse-error", "", place, f"{use.file} holds a document that is no GraphQL: {use.message}"
                )
                continue
            found = self._verdict(use)
            if found and not self.configuration.ignores(found[0], use.coordinate):
                rule, said = found
                named = self.configuration.wording.read(self._reason(use)).day
                earliest = day_after(named) if named and rule == "uses-deprecated" else None
                yield Problem(rule, use.coordinate, place, said, earliest, accepted=use.coordinate in accepts)

    def _verdict(self, use: Use) -> tuple[str, str] | None:
        if not use.known:
            return "uses-unknown", f"{use.coordinate} is used here, and is not in the schema."
        member = self.sources.schema.member(use.coordinate)
        if member is None or member.mark is None:
            return None
        return "uses-deprecated", f"{use.coordinate} is used here. {member.mark.reason or 'It is deprecated.'}"

    def _reason(self, use: Use) -> str | None:
        member = self.sources.schema.member(use.coordinate)
        return member.mark.reason if member and member.mark else None

    @cached_property
    def _texts(self) -> dict[str, str]:
        return find_files(self.configuration.folder, self.configuration.documents, self.repository.root)
