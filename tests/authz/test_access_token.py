"""Access tokens: their form, and what cannot be one."""

import pytest

from authz.access_token import new_access_token, parse_access_token


def test_a_token_is_parsed_into_its_id_and_the_hash_of_its_secret() -> None:
    made = new_access_token()
    assert parse_access_token(made.text) == (made.access_token_id, made.secret_hash)
    assert made.text.startswith("adv_")
    assert made.text not in repr(made.secret_hash)


def test_two_tokens_are_different() -> None:
    assert new_access_token().text != new_access_token().text


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t + "0", lambda t: t.upper(), lambda t: t[:-1] + "g"])
def test_what_has_another_form_is_none(change) -> None:
    assert parse_access_token(change(new_access_token().text)) is None


def test_a_mistyped_digit_fails_the_checksum() -> None:
    text = new_access_token().text
    other = "1" if text[30] == "0" else "0"
    assert parse_access_token(text[:30] + other + text[31:]) is None
