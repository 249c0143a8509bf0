"""EmailAddress: an address, in lower case, checked by the `email-validator` library."""

from ariadne import ScalarType
from email_validator import EmailNotValidError, validate_email

email_address = ScalarType("EmailAddress")


@email_address.value_parser
def parse_email_address(value: object) -> str:
    """Return the address in lower case; raise ValueError saying what is wrong with it. Asks no name server."""
    if not isinstance(value, str):
        raise ValueError("write an e-mail address as a string")  # noqa: TRY004
    try:
        return validate_email(value, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise ValueError(f"no e-mail address: {error}") from None
