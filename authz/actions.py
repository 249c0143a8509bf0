"""Everything that can be allowed: one page, `noun:verb`, a sentence each saying what it lets one do."""

from enum import StrEnum


class Action(StrEnum):
    """An action that the policy allows to roles. The docstring of each value is its sentence in the docs."""

    USER_READ = "user:read"
    """See a user's own page: name, e-mail address, role and memberships."""

    PASSWORD_UPDATE = "password:update"
    """Change one's own password."""
    SESSION_READ = "session:read"
    """See where one is signed in."""
    SESSION_REMOVE = "session:remove"
    """End one's own sessions."""

    ACCESS_TOKEN_CREATE = "access_token:create"
    """Make an access token for one's own scripts."""
    ACCESS_TOKEN_READ = "access_token:read"
    """See one's own access tokens: names and dates, never the token."""
    ACCESS_TOKEN_REMOVE = "access_token:remove"
    """Revoke one's own access tokens."""

    ORGANIZATION_CREATE = "organization:create"
    """Open an organization and become its manager."""
    ORGANIZATION_READ = "organization:read"
    """See that an organization exists, its name, description and settings."""
    ORGANIZATION_UPDATE = "organization:update"
    """Change the description and the settings of an organization."""

    GROUP_CREATE = "group:create"
    """Open a group in an organization."""
    GROUP_READ = "group:read"
    """See that a group exists, its name, description and plan."""

    ROOT_CREATE = "root:create"
    """Add something to be tested to a group."""
    ROOT_READ = "root:read"
    """See what is tested in a group."""

    FINDING_CREATE = "finding:create"
    """Report a finding by hand."""
    FINDING_READ = "finding:read"
    """See what is wrong in a group."""
    FINDING_READ_REPORTER = "finding:read_reporter"
    """See who reported a finding."""
    FINDING_REMOVE = "finding:remove"
    """Remove a finding with all its vulnerabilities."""
    FINDING_UPDATE = "finding:update"
    """Change the texts, the severity or the weaknesses of a finding."""

    VULNERABILITY_CREATE = "vulnerability:create"
    """Report by hand where a finding is present."""
    VULNERABILITY_READ = "vulnerability:read"
    """See where it is wrong in a group."""
    VULNERABILITY_READ_REPORTER = "vulnerability:read_reporter"
    """See who reported a vulnerability."""

    SCAN_IMPORT_CREATE = "scan_import:create"
    """Import the report of a scanner into a group."""
    SCAN_IMPORT_READ = "scan_import:read"
    """See a group's imports, their progress, counts and rejected records."""
