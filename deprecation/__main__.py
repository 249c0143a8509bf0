"""`python -m deprecation`, the same as `adarve deprecations`."""

from deprecation.command import deprecations

deprecations(prog_name="deprecations")
