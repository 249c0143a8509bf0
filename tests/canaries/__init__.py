"""Three tenants filled with canary strings, and random operations that try to make one sing in another's house."""
