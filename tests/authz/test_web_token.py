"""Web tokens are valid in every respect or not at all. Source of the cases: RFC 8725."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authz import web_token
from authz.web_token import SigningKey, new_key_pem, read, sign
from domain.errors import Unauthenticated

USER, SESSION = UUID(int=1), UUID(int=2)


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.from_pem(*new_key_pem(), retired=False)


def forge(
    key: SigningKey, claims: dict[str, Any] | None = None, headers: dict[str, Any] | None = None, **options
) -> str:
    """Return a token that is valid but for what is given; None takes a claim or header away."""
    now = int(datetime.now(UTC).timestamp())
    body = {
        "iss": "adarve",
        "aud": "adarve-api",
        "sub": str(USER),
        "sid": str(SESSION),
        "jti": "x",
        "iat": now,
        "nbf": now,
        "exp": now + 600,
        **(claims or {}),
    }
    head = {"kid": key.key_id, "typ": "at+jwt", **(headers or {})}
    return jwt.encode(
        {name: value for name, value in body.items() if value is not None},
        options.pop("signer", key.private),
        algorithm=options.pop("algorithm", "EdDSA"),
        headers={name: value for name, value in head.items() if value is not None},
    )


def test_a_token_says_who_it_is_for_and_when_it_ends(key: SigningKey) -> None:
    text, expires = sign(key, USER, SESSION, datetime.now(UTC) + timedelta(days=1))
    said = read(text, {key.key_id: key})
    assert (said.user_id, said.session_id) == (USER, SESSION)
    assert abs(said.expires_at - expires) < timedelta(seconds=1)
    assert expires - datetime.now(UTC) <= timedelta(minutes=15)


def test_a_token_ends_with_its_session(key: SigningKey) -> None:
    ends = datetime.now(UTC) + timedelta(minutes=3)
    assert sign(key, USER, SESSION, ends)[1] == ends


def test_a_retired_key_still_reads_what_it_signed(key: SigningKey) -> None:
    text, _ = sign(key, USER, SESSION, datetime.now(UTC) + timedelta(days=1))
    assert read(text, {key.key_id: SigningKey(key.key_id, key.private, retired=True)}).user_id == USER


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf", "iss", "aud", "sub", "jti", "sid"])
def test_every_claim_is_required(key: SigningKey, claim: str) -> None:
    read(forge(key), {key.key_id: key})
    with pytest.raises(Unauthenticated):
        read(forge(key, {claim: None}), {key.key_id: key})


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1},
        {"exp": 10**10},
        {"exp": "soon"},
        {"nbf": 10**10},
        {"iat": 10**10},
        {"iat": "now"},
        {"iss": "somebody"},
        {"aud": "another"},
        {"aud": ["adarve-api", "another"]},
        {"sub": 7},
        {"sub": "not a uuid"},
        {"sid": 7},
        {"sid": {}},
    ],
    ids=str,
)
def test_a_wrong_claim_is_refused(key: SigningKey, claims: dict) -> None:
    with pytest.raises(Unauthenticated):
        read(forge(key, claims), {key.key_id: key})


def test_a_token_that_would_live_too_long_is_refused(key: SigningKey) -> None:
    with pytest.raises(Unauthenticated):
        read(forge(key, {"exp": int(datetime.now(UTC).timestamp()) + 3600}), {key.key_id: key})


@pytest.mark.parametrize(
    "headers",
    [
        {"typ": "JWT"},
        {"typ": None},
        {"kid": "unknown"},
        {"kid": None},
        {"kid": ["list"]},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/key"},
        {"jwk": {"kty": "OKP"}},
        {"crit": ["exp"]},
    ],
    ids=str,
)
def test_a_header_that_is_not_exactly_ours_is_refused(key: SigningKey, headers: dict) -> None:
    now = int(datetime.now(UTC).timestamp())
    head = {"alg": "EdDSA", "kid": key.key_id, "typ": "at+jwt", **headers}
    body = {"iss": "adarve", "aud": "adarve-api", "sub": str(USER), "sid": str(SESSION), "jti": "x"}
    body |= {"iat": now, "nbf": now, "exp": now + 60}  # type: ignore[dict-item]  # numbers beside texts
    parts = [{name: value for name, value in head.items() if value is not None}, body]
    text = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    signature = base64.urlsafe_b64encode(key.private.sign(text.encode())).decode().rstrip("=")
    with pytest.raises(Unauthenticated):
        read(f"{text}.{signature}", {key.key_id: key})


def test_another_algorithm_is_refused(key: SigningKey) -> None:
    public = key.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    for forged in (
        forge(key, signer="", algorithm="none"),
        forge(key, signer=public, algorithm="HS256"),
        forge(key, signer=ed25519.Ed25519PrivateKey.generate()),
    ):
        with pytest.raises(Unauthenticated):
            read(forged, {key.key_id: key})


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "x" * 9000, "é", "a.b", "e30.e30.", "bnVsbA.bnVsbA.AA"])
def test_nonsense_is_refused(key: SigningKey, text: str) -> None:
    with pytest.raises(Unauthenticated):
        read(text, {key.key_id: key})


def test_a_changed_token_is_refused(key: SigningKey) -> None:
    text = forge(key)
    head, body, signature = text.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["sub"] = str(UUID(int=99))
    other = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    with pytest.raises(Unauthenticated):
        read(f"{head}.{other}.{signature}", {key.key_id: key})


def test_the_longest_life_is_a_quarter_of_an_hour() -> None:
    assert timedelta(minutes=15) == web_token.LIFETIME


def signed(key: SigningKey, header: bytes, claims: bytes) -> str:
    """Return a token of these very bytes, with a right signature."""
    text = f"{_part(header)}.{_part(claims)}"
    return f"{text}.{_part(key.private.sign(text.encode()))}"


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def plain(key: SigningKey) -> tuple[bytes, bytes]:
    """Return the header and the claims of a valid token, as they are before they are encoded."""
    header, claims, _ = forge(key).split(".")
    return tuple(base64.urlsafe_b64decode(part + "===") for part in (header, claims))  # type: ignore[return-value]


def test_the_bytes_of_a_valid_token_signed_again_are_valid(key: SigningKey) -> None:
    assert read(signed(key, *plain(key)), {key.key_id: key}).user_id == USER


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"iss":', b'"iss":"evil","iss":'),
        (b'"exp":', b'"exp":1,"exp":'),
        (b'"exp":', b'"\\u0065xp":1,"exp":'),
        (b'"jti":"x"', b'"jti":"x","role":"ADMIN"'),
        (b'"jti":"x"', b'"jti":7'),
        (b'"jti":"x"', b'"jti":null'),
        (b'"jti":"x"', b'"jti":["x"]'),
        (b'"jti":"x"', b'"jti":{"x":"x"}'),
        (b'"jti":"x"', b'"jti":NaN'),
        (b'"aud":"adarve-api"', b'"aud":["adarve-api"]'),
        (b"00000000-0000-0000-0000-000000000001", b"00000000000000000000000000000001"),
        (b"00000000-0000-0000-0000-000000000001", b"{00000000-0000-0000-0000-000000000001}"),
        (b"00000000-0000-0000-0000-000000000001", b"urn:uuid:00000000-0000-0000-0000-000000000001"),
        (b"{", b"\xef\xbb\xbf{"),
        (b"{", b"[{"),
    ],
    ids=lambda part: part.decode("latin-1") if isinstance(part, bytes) else str(part),
)
def test_claims_that_are_not_exactly_ours_are_refused_though_they_are_signed(
    key: SigningKey, old: bytes, new: bytes
) -> None:
    header, claims = plain(key)
    assert old in claims
    with pytest.raises(Unauthenticated):
        read(signed(key, header, claims.replace(old, new, 1)), {key.key_id: key})


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("make", ["float", "text", "true", "huge", "negative"])
def test_a_time_is_a_whole_number(key: SigningKey, name: str, make: str) -> None:
    header, text = plain(key)
    claims = json.loads(text)
    time = claims[name]
    wrong = {"float": time + 0.5, "text": str(time), "true": True, "huge": 10**30, "negative": -time}
    with pytest.raises(Unauthenticated):
        read(signed(key, header, json.dumps({**claims, name: wrong[make]}).encode()), {key.key_id: key})


@pytest.mark.parametrize(
    "header",
    [
        b'{"alg":"EdDSA","alg":"EdDSA","typ":"at+jwt","kid":"KID"}',
        b'{"alg":"none","alg":"EdDSA","typ":"at+jwt","kid":"KID"}',
        b'{"alg":"EdDSA","typ":"at+jwt","kid":"KID","kid":"KID"}',
        b'{"alg":"eddsa","typ":"at+jwt","kid":"KID"}',
        b'{"alg":"EdDSA","typ":"AT+JWT","kid":"KID"}',
        b'{"alg":"EdDSA","typ":"at+jwt","kid":"../KID"}',
        b'{"alg":"EdDSA","typ":"at+jwt","kid":"KID","b64":false}',
        b'{"alg":"EdDSA","typ":"at+jwt","kid":"KID","zip":"DEF"}',
        b'["alg","typ","kid"]',
        b"null",
        b"",
        b"[" * 6000,
        b'{"alg":' * 900,
    ],
    ids=lambda header: header[:60].decode(),
)
def test_a_signed_header_that_is_not_exactly_ours_is_refused(key: SigningKey, header: bytes) -> None:
    token = signed(key, header.replace(b"KID", key.key_id.encode()), plain(key)[1])
    with pytest.raises(Unauthenticated):
        read(token, {key.key_id: key})


@pytest.mark.parametrize("part", [0, 1, 2])
@pytest.mark.parametrize(
    "change", ["padded", "spare bits", "line break", "space", "standard alphabet", "one more part"]
)
def test_a_token_has_one_text_only(key: SigningKey, part: int, change: str) -> None:
    parts = forge(key).split(".")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = letters.index(parts[part][-1])
    changed = {
        "padded": parts[part] + "=" * (-len(parts[part]) % 4 or 4),
        "spare bits": parts[part][:-1] + letters[last ^ 1] if len(parts[part]) % 4 else parts[part] + "A",
        "line break": parts[part] + "\n",
        "space": " " + parts[part],
        "standard alphabet": parts[part][:4] + "+" + parts[part][4:],
        "one more part": parts[part] + "." + parts[part],
    }
    parts[part] = changed[change]
    with pytest.raises(Unauthenticated):
        read(".".join(parts), {key.key_id: key})


def test_a_clock_may_be_a_minute_off_but_no_token_outlives_its_end(key: SigningKey) -> None:
    now = int(datetime.now(UTC).timestamp())
    ahead = {"iat": now + 50, "nbf": now + 50, "exp": now + 650}
    assert read(forge(key, ahead), {key.key_id: key}).user_id == USER
    for claims in (
        {"iat": now + 90, "nbf": now + 90, "exp": now + 690},
        {"iat": now - 600, "nbf": now - 600, "exp": now - 1},
        {"iat": now, "nbf": now - 60, "exp": now + 600},
        {"iat": now + 20, "nbf": now + 20, "exp": now + 10},
    ):
        with pytest.raises(Unauthenticated):
            read(forge(key, claims), {key.key_id: key})
