"""Invitation."""

from authz.actions import Action
from authz.bindings import GuardedType, connection
from database.derived import GLOBAL_ID

invitation = GuardedType("Invitation", visible=Action.INVITATION_READ)
invitation.expose(
    Action.INVITATION_READ, "email", "role", "createdAt", "expiresAt", id=GLOBAL_ID, invitedBy="invited_by_email"
)

BINDABLES = [invitation, *connection("Invitation")]
