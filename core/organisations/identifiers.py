"""Identifiers of organisations (`org_…`), memberships (`mem_…`), invitations by mail (`inv_…`)."""

from typing import NewType

OrganisationId = NewType("OrganisationId", str)
MembershipId = NewType("MembershipId", str)
InvitationId = NewType("InvitationId", str)
