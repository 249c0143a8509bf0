"""The settings of a command: from the environment, and its options in their place."""

import sys
from typing import Any

import click
from pydantic import ValidationError

from api.settings import Settings


def settings_from(**options: Any) -> Settings:
    """Return the settings; options that are not None go before the environment. Exits with 2 if one is wrong."""
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        for one in error.errors():
            name = "_".join(str(part) for part in one["loc"])
            variable = name.upper() if name.startswith("adarve") else f"ADARVE_{name.upper()}"
            which = f"{variable}: " if name else ""
            click.echo(f"adarve: {which}{one['msg']}", err=True)
        sys.exit(2)
