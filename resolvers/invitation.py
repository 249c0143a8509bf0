"""Invitation."""

from authz.actions import Action
from authz.bindings import GuardedType, connection
from resolvers.global_id import global_id

invitation = GuardedType("Invitation", visible=Action.INVITATION_READ)
invitation.expose(
    Action.INVITATION_READ, "email", "role", "createdAt", "expiresAt", id=global_id, invitedBy="invited_by_email"
)

BINDABLES = [invitation, *connection("Invitation")]
