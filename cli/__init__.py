"""The `adarve` command."""
