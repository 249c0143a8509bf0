"""The deprecation checker: pure SDL and git, it knows nothing of ours. Its rules come with the checker itself."""
