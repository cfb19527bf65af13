"""Identifiers of tools (`tol_…`), registrations (`reg_…`) and mandates (`mnd_…`)."""

from typing import NewType

ToolId = NewType("ToolId", str)
RegistrationId = NewType("RegistrationId", str)
MandateId = NewType("MandateId", str)
