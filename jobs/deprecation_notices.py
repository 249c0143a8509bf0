"""The notices of a month, to people whose access tokens use something deprecated."""

from collections import defaultdict
from datetime import date

from database.deprecation import OF_TOKENS
from database.pool import Database
from deprecation.elements import DeprecatedElements
from domain.deprecation_notice import NOTICED_DAYS, DeprecatedUse, DeprecationNotice, write_notice


async def notices_of_month(database: Database, elements: DeprecatedElements, month: date) -> list[DeprecationNotice]:
    """Return a notice for each owner of access tokens that recently used something deprecated, by e-mail address.

    `month` is a day of the month whose removals are named first.
    """
    rows = await database.reader().fetch(OF_TOKENS, coordinates=list(elements.all), days=NOTICED_DAYS)
    uses: dict[str, list[DeprecatedUse]] = defaultdict(list)
    for row in rows:
        promise = elements.all[row["coordinate"]].promise
        used = DeprecatedUse(
            coordinate=row["coordinate"],
            removed_after=promise.day,
            replacement=promise.replacement,
            access_token_name=row["access_token_name"],
            uses=row["uses"],
            last_used_on=row["last_used_on"],
        )
        uses[row["email"]].append(used)
    made = (write_notice(email, found, month) for email, found in sorted(uses.items()))
    return [notice for notice in made if notice is not None]
