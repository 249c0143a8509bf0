"""What the fields of each type are: one module per noun, thin."""

from resolvers import (
    deprecation,
    enrichment,
    export,
    finding,
    group,
    invitation,
    node,
    organization,
    page,
    permission,
    root,
    scan_import,
    search,
    session,
    stakeholder,
    user,
    vulnerability,
    weakness,
)

_MODULES = (
    deprecation,
    enrichment,
    export,
    finding,
    group,
    invitation,
    node,
    organization,
    page,
    permission,
    root,
    scan_import,
    search,
    session,
    stakeholder,
    user,
    vulnerability,
    weakness,
)

BINDABLES = [bindable for module in _MODULES for bindable in module.BINDABLES]
"""Everything that these modules bind to the schema."""

LIST_INPUTS = [finding.LIST_INPUTS, vulnerability.LIST_INPUTS]
"""What the filter and order inputs of lists read."""
