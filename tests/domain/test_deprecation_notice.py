"""The monthly notice: whom it is for, and what it says first."""

from datetime import date

from domain.deprecation_notice import DeprecatedUse, write_notice

MARCH = date(2027, 3, 1)


def use(
    coordinate: str, day: date | None, uses: int = 3, by: str = "nightly", instead: str | None = None
) -> DeprecatedUse:
    return DeprecatedUse(coordinate, day, instead, by, uses, date(2027, 2, 20))


def test_what_goes_in_the_month_comes_first() -> None:
    notice = write_notice(
        "ada@example.com",
        [
            use("Group.old", date(2027, 4, 1)),
            use("Finding.severity", date(2027, 3, 31), instead="severityScore"),
            use("Finding.severity", date(2027, 3, 31), uses=1, by="report"),
            use("Root.bare", None),
            use("Query.late", date(2026, 12, 31)),
        ],
        MARCH,
    )
    assert notice is not None
    assert notice.email == "ada@example.com"
    assert notice.subject == "2 of what your access tokens use goes by the end of March 2027"
    assert notice.text == (
        "Your access tokens use parts of Adarve's API that are deprecated.\n\n"
        "By the end of March 2027, these may be gone:\n"
        "- Query.late, after 2026/12/31. 'nightly' used it 3 times, last on 2027-02-20.\n"
        "- Finding.severity, after 2027/03/31. Use severityScore instead. "
        "'nightly' used it 3 times, last on 2027-02-20.\n"
        "- Finding.severity, after 2027/03/31. 'report' used it once, last on 2027-02-20.\n\n"
        "These stay a while longer:\n"
        "- Group.old, after 2027/04/01. 'nightly' used it 3 times, last on 2027-02-20.\n"
        "- Root.bare, on a day not named yet. 'nightly' used it 3 times, last on 2027-02-20.\n\n"
        "Try a day to come: send your requests to /api?preview=YYYY-MM-DD, and see whether they still work.\n"
    )


def test_what_goes_later_alone_is_no_alarm() -> None:
    notice = write_notice("ada@example.com", [use("Group.old", date(2027, 4, 1))], MARCH)
    assert notice is not None
    assert notice.subject == "Your access tokens use what is deprecated"
    assert "These stay a while longer:\n- Group.old" in notice.text


def test_who_uses_nothing_deprecated_gets_no_notice() -> None:
    assert write_notice("ada@example.com", [], MARCH) is None
