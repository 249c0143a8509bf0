"""What a password must be like. Source: NIST SP 800-63B, 5.1.1: length counts, composition rules do not."""

from domain.errors import BadUserInput

LEAST_LENGTH = 12
MOST_LENGTH = 256


def check_password(password: str, email: str, argument: str = "password") -> str:
    """Return the password; raise BadUserInput if it is too short, too long or the e-mail address itself."""
    if not LEAST_LENGTH <= len(password) <= MOST_LENGTH:
        raise BadUserInput(f"`{argument}` must have {LEAST_LENGTH} to {MOST_LENGTH} characters.", argument=argument)
    if password.casefold() == email.casefold() or len(set(password)) < 4:
        raise BadUserInput(
            f"`{argument}` is too easy to guess: use several words or a password manager.", argument=argument
        )
    return password
