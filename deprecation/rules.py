"""The rules, each with what it means, why it is there and how a breach is mended. The docs are written from these."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Whether a finding fails the check, is only told, or says that a promise was made or kept."""

    ERROR = "error"
    NOTE = "note"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: what it finds, why that is one, and how to mend it."""

    id: str
    what: str
    why: str
    mend: str
    level: Level = Level.ERROR

    @property
    def of_mark(self) -> bool:
        """Whether it is about a mark, so that the mark is what to show."""
        return self.id.startswith(("mark-", "date-", "replacement-", "required-deprecated", "history-", "overdue"))


_MARK_FIRST = "Put it back with a mark whose day is at least the period of notice away, and remove it after that day."

RULES = {
    one.id: one
    for one in (
        Rule(
            "removed-unmarked",
            "A member that was not marked as deprecated is gone.",
            "Clients that use it fail, and nobody has told them.",
            _MARK_FIRST,
        ),
        Rule(
            "removed-early",
            "A member is gone on or before the day that its mark names.",
            "Clients were told that they have until that day.",
            "Put it back, and remove it from the day after.",
        ),
        Rule(
            "removed-undated",
            "A member is gone whose mark named no day.",
            "Clients knew that it would go, but not when.",
            _MARK_FIRST,
        ),
        Rule(
            "type-removed",
            "A type is gone that clients could reach.",
            "Fields, fragments and variables that name it fail. A type cannot be marked: it goes with the last member "
            "through which it is reached, once that goes duly.",
            "Put it back, mark the members that lead to it, and remove it together with the last of them.",
        ),
        Rule(
            "type-changed",
            "The type of a member, or the kind of a type, is no longer what clients rely on.",
            "Documents, variables or the code that reads answers break, without any notice.",
            "Put it back, add a member of the new type under another name, mark the old one and remove it after its "
            "day; then, if wished, add the new one under the old name, and mark the other.",
        ),
        Rule(
            "default-changed",
            "The default of an argument or an input field is another, or there is none any more.",
            "Clients that leave it out get something else.",
            "Put the old default back; offer the new behaviour under another argument or field.",
        ),
        Rule(
            "required-arg-added",
            "An argument or an input field was added that must be given.",
            "Documents and variables that do not give it fail.",
            "Make it nullable or give it a default.",
        ),
        Rule(
            "interface-removed",
            "A type no longer implements an interface.",
            "Fragments on the interface, and fields that return it, leave the type out.",
            "Put it back, and move clients to other fields by marks first.",
        ),
        Rule(
            "union-member-removed",
            "A union no longer has a type among its members.",
            "Fragments on the type fail, and clients that expect it miss it.",
            "Put it back, and move clients to another field by marks first.",
        ),
        Rule(
            "root-changed",
            "Queries, mutations or subscriptions begin with another type, or there is none for them any more.",
            "Operations do not find their fields.",
            "Put it back; add fields to the type that was there.",
        ),
        Rule(
            "required-deprecated",
            "An argument or an input field is marked as deprecated though it must be given.",
            "Clients cannot leave it, however much they want to.",
            "Make it nullable or give it a default, then mark it.",
        ),
        Rule(
            "mark-undated",
            "A mark names no day, or one that no calendar has.",
            "Clients cannot tell how long they have.",
            "Say the day after which it goes, in the agreed words.",
        ),
        Rule(
            "mark-wording",
            "A mark names a day, but not in the agreed words.",
            "People and programs that look for the agreed words miss it.",
            "Use the agreed words.",
        ),
        Rule(
            "mark-too-short",
            "The day that a mark names is nearer to the day it landed than the period of notice.",
            "Clients were promised the whole period.",
            "Name a later day.",
        ),
        Rule(
            "mark-misplaced",
            "A type is marked as deprecated.",
            "Only fields, arguments, input fields and enum values can be; tools do not show it to clients.",
            "Mark the members that lead to the type.",
        ),
        Rule(
            "replacement-missing",
            "A mark names something to be used instead that is not there.",
            "Clients have no way out.",
            "Name something that is there, by its coordinate if it is elsewhere, or nothing.",
        ),
        Rule(
            "date-moved-earlier",
            "The day that a mark names was moved nearer.",
            "Clients that rely on the later day are caught by surprise.",
            "Put the later day back; a day may only move away.",
        ),
        Rule(
            "date-dropped",
            "A mark no longer names the day that it named.",
            "Clients that were told a day do not know what holds now.",
            "Put the day back, or a later one.",
        ),
        Rule(
            "history-unknown",
            "It is not known when a mark landed, since the history here does not reach so far.",
            "Whether the period of notice was kept is never guessed.",
            "Fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` in GitHub's checkout action.",
        ),
        Rule(
            "parse-error",
            "A file is no SDL.",
            "Nothing can be said of a schema that cannot be read.",
            "Mend it where the message says.",
        ),
        Rule(
            "uses-deprecated",
            "A document uses something that is marked as deprecated.",
            "It will fail after the day that the mark names.",
            "Use what the mark names instead.",
        ),
        Rule(
            "uses-unknown",
            "A document uses something that is gone, or not there yet.",
            "It fails.",
            "Use what is there.",
        ),
        Rule(
            "removed-in-use",
            "A member is gone that clients still use.",
            "They fail, though they had notice.",
            "Put it back until they have moved, or accept the risk.",
        ),
        Rule(
            "undeprecated",
            "A mark was taken away; the member stays.",
            "Clients that began to move may stop. A later mark begins its notice anew.",
            "Nothing needs to be done.",
            Level.NOTE,
        ),
        Rule(
            "overdue",
            "The day that a mark names has passed, and the member is still there.",
            "Removal after the day is part of the promise.",
            "Remove it.",
            Level.NOTE,
        ),
        Rule("ok-mark", "A mark promises enough notice.", "", "", Level.KEPT),
        Rule("ok-removal", "A member is gone after the day that its mark named.", "", "", Level.KEPT),
    )
}
