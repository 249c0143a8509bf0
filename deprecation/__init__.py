"""The deprecation checker: nothing that a client uses disappears without notice and a named way out.

It reads SDL and git history, of any schema-first repository, and imports nothing of the rest of this project.
"""
