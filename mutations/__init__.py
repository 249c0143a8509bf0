"""What can be changed: one module per noun, thin.

Each field is one transaction, committed before its result is read.
"""

from mutations import finding, group, organization, root, scan_import, session, user, vulnerability

_MODULES = (finding, group, organization, root, scan_import, session, user, vulnerability)

BINDABLES = [bindable for module in _MODULES for bindable in module.BINDABLES]
"""Everything that these modules bind to the schema."""
