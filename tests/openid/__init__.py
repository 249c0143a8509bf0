"""A real OpenID Connect provider, which the tests start."""
