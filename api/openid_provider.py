"""An OpenID Connect provider, found by discovery: where to send a browser, and whom it says has signed in.

Sources: OpenID Connect Core 1.0 (code flow, sections 3.1.3.7 and 5.3.2), OpenID Connect Discovery 1.0, RFC 7636 (PKCE
with S256), RFC 9207 (`iss` in the answer).
"""

import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog
from authlib.oauth2.claims import ClaimsOption
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.cookies import is_loopback
from api.settings import Settings
from authz.openid_account import OpenIdentity
from authz.pending_login import PendingLogin
from domain.errors import Unauthenticated, Unavailable
from scalars.email_address import parse_email_address

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519", "RS384", "RS512", "ES384", "ES512", "PS384", "PS512"]
"""By which an ID token may be signed: with a key pair, so that no shared secret and no `none` counts."""
SCOPE = "openid email profile"
SECONDS = 10
KEPT_SECONDS = 600
"""How long the provider's metadata and keys are kept."""
LEEWAY_SECONDS = 60
_FAILED = "The provider's answer could not be verified: begin again."
_log = structlog.get_logger(__name__)


class OpenIdProvider:
    """The provider of an installation."""

    def __init__(self, settings: Settings, client: httpx.AsyncClient | None = None) -> None:
        """Take the settings; `ADARVE_OPENID_ISSUER` and `ADARVE_OPENID_CLIENT_ID` must be set."""
        self._issuer = settings.openid_issuer or ""
        self._client_id = settings.openid_client_id or ""
        self._secret = settings.openid_client_secret
        self._client = client or httpx.AsyncClient(timeout=SECONDS, follow_redirects=False)
        self._kept: tuple[float, OpenIDProviderMetadata, KeySet] | None = None

    async def close(self) -> None:
        """Close the connections to the provider."""
        await self._client.aclose()

    async def address(self, login: PendingLogin, redirect_uri: str) -> str:
        """Return where to send the browser for a login."""
        metadata, _ = await self._discovered()
        address: str = prepare_grant_uri(
            metadata["authorization_endpoint"],
            client_id=self._client_id,
            response_type="code",
            redirect_uri=redirect_uri,
            scope=SCOPE,
            state=login.state,
            nonce=login.nonce,
            code_challenge=create_s256_code_challenge(login.code_verifier),
            code_challenge_method="S256",
        )
        return address

    async def identity(self, login: PendingLogin, code: str, redirect_uri: str) -> OpenIdentity:
        """Return who has signed in, for the code with which the browser came back.

        Raises Unauthenticated if the provider does not take the code or what it says cannot be verified.
        """
        metadata, keys = await self._discovered()
        tokens = await self._exchange(metadata, login, code, redirect_uri)
        try:
            decoded = await self._decoded(str(tokens["id_token"]), keys)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {"iss": _exactly(self._issuer), "aud": _exactly(self._client_id)},
                {"nonce": login.nonce, "client_id": self._client_id, "access_token": tokens.get("access_token")},
            )
            claims.validate(leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            _log.warning("openid_token_refused", error=type(error).__name__)
            raise Unauthenticated(_FAILED) from None
        told = await self._user_info(metadata, tokens, claims["sub"])
        email = _verified_email(claims if "email" in claims else told)
        return OpenIdentity(self._issuer, str(claims["sub"]), email, str(claims.get("name") or told.get("name") or ""))

    def refuse_other(self, issuer: str | None) -> None:
        """Raise Unauthenticated if the browser comes back from another provider than the one it was sent to."""
        if issuer is not None and issuer != self._issuer:
            raise Unauthenticated(_FAILED)

    async def _decoded(self, text: str, keys: KeySet) -> jwt.Token:
        """Return a token whose signature is right; looks for new keys once, since a provider may have rotated them."""
        try:
            return jwt.decode(text, keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            self._kept = None
            _, fresh = await self._discovered()
            return jwt.decode(text, fresh, algorithms=ALGORITHMS)

    async def _exchange(
        self, metadata: OpenIDProviderMetadata, login: PendingLogin, code: str, redirect_uri: str
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": login.code_verifier,
        }
        secret = self._secret.get_secret_value() if self._secret else None
        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        auth = httpx.BasicAuth(self._client_id, secret) if secret and "client_secret_basic" in methods else None
        if auth is None:
            form["client_id"] = self._client_id
            if secret:
                form["client_secret"] = secret
        answer = await self._ask("POST", metadata["token_endpoint"], data=form, auth=auth)
        if answer.status_code != httpx.codes.OK:
            _log.warning("openid_code_refused", status=answer.status_code)
            raise Unauthenticated("The provider did not take this login: begin again.")
        return _object(answer)

    async def _user_info(
        self, metadata: OpenIDProviderMetadata, tokens: dict[str, object], subject: str
    ) -> dict[str, Any]:
        """Return the provider's user info; nothing if it belongs to another user than the ID token does."""
        endpoint, token = metadata.get("userinfo_endpoint"), tokens.get("access_token")
        if not endpoint or not token:
            return {}
        answer = await self._ask("GET", endpoint, headers={"Authorization": f"Bearer {token}"})
        said = _object(answer) if answer.status_code == httpx.codes.OK else {}
        return said if said.get("sub") == subject else {}

    async def _discovered(self) -> tuple[OpenIDProviderMetadata, KeySet]:
        if self._kept is None or time.monotonic() - self._kept[0] > KEPT_SECONDS:
            well_known = get_well_known_url(self._issuer, external=True)
            metadata = OpenIDProviderMetadata(_object(await self._ask("GET", well_known)))
            self._check(metadata)
            keys = KeySet.import_key_set(_object(await self._ask("GET", metadata["jwks_uri"])))  # type: ignore[arg-type]
            self._kept = (time.monotonic(), metadata, keys)
        return self._kept[1], self._kept[2]

    def _check(self, metadata: OpenIDProviderMetadata) -> None:
        """Raise Unavailable unless the metadata are the configured issuer's and nothing goes through the open."""
        if metadata.get("issuer") != self._issuer:
            raise Unavailable(f"The provider calls itself {metadata.get('issuer')!r}, not {self._issuer!r}.")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            address = urlsplit(str(metadata.get(name)))
            if address.scheme != "https" and not (address.scheme == "http" and is_loopback(address.hostname)):
                raise Unavailable(f"The provider's {name} must be an https address.")

    async def _ask(self, method: str, address: str, **options: Any) -> httpx.Response:
        try:
            return await self._client.request(method, address, **options)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            _log.warning("openid_provider_unreachable", error=str(error))
            raise Unavailable("The provider for signing in cannot be reached: try again.") from None


def _exactly(value: str) -> ClaimsOption:
    return {"essential": True, "value": value}


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unavailable("The provider for signing in answered something else than JSON.")
    return found


def _verified_email(said: dict[str, object]) -> str | None:
    """Return the address that the provider has verified, as accounts have it; None otherwise."""
    if said.get("email_verified") is not True:
        return None
    try:
        email: str = parse_email_address(said.get("email"))
    except ValueError:
        return None
    return email
