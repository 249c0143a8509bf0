"""Invitation."""

from authz.actions import Action
from authz.nouns import Noun, declare
from bindings.types import GuardedType, connection
from database.invitation import BY_KEY

INVITATION = declare(Noun("Invitation", Action.INVITATION_READ, argument="invitationId", one=BY_KEY))
invitation = GuardedType.of(INVITATION)
invitation.expose(Action.INVITATION_READ, "email", "role", "createdAt", "expiresAt", invitedBy="invited_by_email")

BINDABLES = [invitation, *connection("Invitation")]
