"""What acts, reasons and parameters are called on the pages of the staff. Source strings.

An area adds a line for each of its acts.
"""

from collections.abc import Mapping

from core.infra.messages import N_
from core.staff.reasons import StaffReason
from core.staff.states import StaffRole

ACTS: Mapping[str, str] = {
    "anonymise-person": N_("Erase an account"),
    "settle-dispute": N_("Settle a dispute about an organisation"),
    "confirm-represented": N_("Confirm that an organisation is represented by law"),
    "make-manager": N_("Make somebody the manager of an organisation that has none"),
    "unpublish-tool": N_("Take a tool out of the catalogue"),
    "retire-signing-key": N_("Retire a signing key"),
    "destroy-signing-key": N_("Destroy a signing key"),
    "disable-client": N_("Disable a program"),
    "give-operator": N_("Make somebody an operator"),
    "give-helpdesk": N_("Let somebody work for the helpdesk"),
    "take-operator": N_("Take the role of operator from somebody"),
}

PARAMETERS: Mapping[str, str] = {
    "person_id": N_("Person"),
    "organisation_id": N_("Organisation"),
    "client_id": N_("Program"),
    "kid": N_("Key"),
    "cause": N_("Cause"),
    "at_once": N_("Without waiting"),
    "role": N_("Role"),
    "level": N_("Evidence level"),
    "tool": N_("Tool"),
    "usage": N_("Usage"),
    "source": N_("Proven by"),
    "settlement": N_("How it ends"),
    "leave_ownerless": N_("Also where an organisation then has no manager"),
}

# Identifiers that say nothing to a reader, who sees person and organisation beside them.
UNSAID = frozenset({"dispute_id", "membership_id"})

# Values of parameters that are words of ours.
VALUES: Mapping[str, str] = {
    "kept": N_("It stays with those who manage it"),
    "taken-over": N_("The claimant takes it over"),
    "shared": N_("Both sides manage it together"),
    "company-register": N_("Function in the company register"),
    "legal-representative": N_("Legal representative according to the authorities"),
    "official-document": N_("Statute or official document"),
    "helpdesk-request": N_("The person asked for it"),
    "deceased": N_("The person has died"),
    "authority": N_("An authority or a court demands it"),
    "abuse": N_("Abuse"),
}

REASONS: Mapping[StaffReason, str] = {
    StaffReason.PERSON_ASKED: N_("The person asked for it"),
    StaffReason.ORGANISATION_ASKED: N_("The organisation asked for it"),
    StaffReason.TOOL_ASKED: N_("The maker of the tool asked for it"),
    StaffReason.DECEASED: N_("The person has died"),
    StaffReason.AUTHORITY: N_("An authority or a court demands it"),
    StaffReason.ABUSE: N_("Abuse"),
    StaffReason.SECURITY: N_("A danger for security"),
    StaffReason.CORRECTION: N_("Something was wrong and is corrected"),
    StaffReason.DISPUTE: N_("A dispute"),
    StaffReason.MAINTENANCE: N_("Maintenance"),
}

ROLES: Mapping[StaffRole, str] = {
    StaffRole.HELPDESK: N_("helpdesk"),
    StaffRole.OPERATOR: N_("operator"),
    StaffRole.DEVELOPER: N_("developer of a tool"),
}
