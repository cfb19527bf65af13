"""Identifiers of organisations (`org_…`) and memberships (`mem_…`)."""

from typing import NewType

OrganisationId = NewType("OrganisationId", str)
MembershipId = NewType("MembershipId", str)
