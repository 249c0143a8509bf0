"""What can be changed: one module per noun, thin.

Each field is one transaction, committed before its result is read.
"""

from mutations import (
    finding,
    group,
    invitation,
    organization,
    root,
    scan_import,
    session,
    stakeholder,
    user,
    vulnerability,
)

_MODULES = (finding, group, invitation, organization, root, scan_import, session, stakeholder, user, vulnerability)

BINDABLES = [bindable for module in _MODULES for bindable in module.BINDABLES]
"""Everything that these modules bind to the schema."""
