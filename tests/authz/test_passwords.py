"""Passwords are hashed by argon2id and compared without telling whether there is one."""

from authz.passwords import hash_password, matches


async def test_a_password_matches_its_hash_and_no_other() -> None:
    stored = await hash_password("several quite common words")
    assert stored.startswith("$argon2id$")
    assert await matches("several quite common words", stored)
    assert not await matches("other words", stored)


async def test_nothing_matches_where_nothing_or_nonsense_is_stored() -> None:
    assert not await matches("nobody has this password", None)
    assert not await matches("anything", "not a hash")
