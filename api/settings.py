"""The settings: environment variables `ADARVE_*`, listed by `adarve serve --help` and in docs/settings.md."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How one server runs. Each field's description is its line in the docs."""

    model_config = SettingsConfigDict(env_prefix="ADARVE_", env_ignore_empty=True, extra="forbid", frozen=True)

    database_url: SecretStr | None = Field(
        None, description="The PostgreSQL (15 or later) to use; a role that is neither superuser nor BYPASSRLS."
    )
    migration_database_url: SecretStr | None = Field(
        None, description="The same database as its owner, who migrates it; ADARVE_DATABASE_URL if not set."
    )
    data_dir: Path = Field(
        Path("data"), description="Where the embedded PostgreSQL lives when ADARVE_DATABASE_URL is not set."
    )
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8081, ge=0, le=65535, description="The port to listen on; 0 for any free one.")
    pool_size: int = Field(10, ge=1, le=100, description="The most database connections of one server process.")
    most_upload_bytes: int = Field(
        32 * 1024 * 1024, ge=1, le=2**31 - 1, description="The largest report that is taken, in bytes."
    )
    request_seconds: float = Field(30, gt=0, description="The longest that one request may take, in seconds.")
    open_sign_up: bool = Field(False, description="Whether anyone may make an account, not the first user only.")
    trusted_proxies: str = Field(
        "127.0.0.1",
        description="Addresses or networks of proxies, with commas, whose `X-Forwarded-For` and `-Proto` are believed.",
    )
    openid_issuer: str | None = Field(
        None, description="The issuer of the OpenID Connect provider at which people may sign in, as in its metadata."
    )
    openid_client_id: str | None = Field(None, description="The id under which Adarve is registered at the provider.")
    openid_client_secret: SecretStr | None = Field(
        None, description="The secret to go with it; none for a client that is registered as public."
    )
    openid_name: str = Field("single sign-on", description="What the button for signing in there says.")
    public_url: str | None = Field(
        None, description="The address by which browsers reach the server; by default that of the request."
    )
    secure_cookies: bool = Field(
        True, description="Whether cookies are `Secure`. On loopback over plain HTTP they never are."
    )
    log_format: Literal["json", "console"] = Field("json", description="The form of the log on standard error.")
    engine: Literal["compiled", "reference"] = Field(
        "compiled", description="Whether operations that come again are compiled, or graphql-core executes everything."
    )
    metrics_token: SecretStr | None = Field(
        None,
        min_length=16,
        description="The token that a scraper sends to read `/metrics` (`Bearer`); without one it is not served.",
    )
    audit_stream: bool = Field(
        False, description="Whether every change is a line of the log, for a system that gathers logs."
    )
    import_workers: int = Field(1, ge=0, le=16, description="How many worker processes read reports.")

    @model_validator(mode="after")
    def _openid_is_whole(self) -> "Settings":
        """Refuse an issuer without a client id, and the other way round."""
        if (self.openid_issuer is None) != (self.openid_client_id is None):
            raise ValueError("ADARVE_OPENID_ISSUER and ADARVE_OPENID_CLIENT_ID go together: set both, or neither")
        return self


def describe_settings() -> list[tuple[str, str, str]]:
    """Return each setting's variable, default and description."""
    rows = []
    for name, info in Settings.model_fields.items():
        default = "" if info.default is None else str(info.default)
        rows.append((f"ADARVE_{name.upper()}", default, info.description or ""))
    return rows
