"""What states, sources and reasons are called on the pages of the helpdesk. Source strings."""

from collections.abc import Mapping

from core.accreditations.rules import AccreditationStatus, RegisterStatus
from core.closing.correction import CorrectionReason
from core.closing.helpdesk_lists import Concern
from core.infra.messages import N_
from core.infra.sent_mails import MailState
from core.organisations.dispute_rules import Settlement, Side
from core.organisations.states import (
    DisputeState,
    EvidenceSource,
    MembershipStatus,
    OrganisationStatus,
    SuggestedField,
)
from core.people.rules import AddressState, PersonStatus
from core.staff.reasons import StaffReason
from core.tools.states import RegistrationStatus
from portal.helpdesk.forms import ReasonOption

PERSON_STATES: Mapping[PersonStatus, str] = {
    PersonStatus.ACTIVE: N_("Account in use"),
    PersonStatus.ANONYMISED: N_("Erased"),
}
ADDRESS_STATES: Mapping[AddressState, str] = {
    AddressState.CURRENT: N_("current address"),
    AddressState.PENDING: N_("waits for its code"),
    AddressState.FORMER: N_("former address"),
}
MEMBERSHIP_STATES: Mapping[MembershipStatus, str] = {
    MembershipStatus.INVITED: N_("Invited"),
    MembershipStatus.REQUESTED: N_("Waiting for confirmation"),
    MembershipStatus.ACTIVE: N_("Active"),
    MembershipStatus.BLOCKED: N_("Blocked"),
    MembershipStatus.REFUSED: N_("Refused"),
    MembershipStatus.LEFT: N_("Left"),
}
ORGANISATION_STATES: Mapping[OrganisationStatus, str] = {
    OrganisationStatus.ACTIVE: N_("Active"),
    OrganisationStatus.OWNERLESS: N_("Without a manager"),
    OrganisationStatus.CLOSING: N_("The company has stopped"),
    OrganisationStatus.CLOSED: N_("Closed"),
}
ACCREDITATION_STATES: Mapping[AccreditationStatus, str] = {
    AccreditationStatus.ACTIVE: N_("Valid"),
    AccreditationStatus.GRACE: N_("Valid; the register does not answer"),
    AccreditationStatus.SUSPENDED: N_("Suspended"),
    AccreditationStatus.LAPSED: N_("Lapsed"),
}
REGISTER_STATES: Mapping[RegisterStatus, str] = {
    RegisterStatus.ACTIVE: N_("Valid"),
    RegisterStatus.SUSPENDED: N_("Suspended"),
    RegisterStatus.LAPSED: N_("Lapsed"),
}
REGISTRATION_STATES: Mapping[RegistrationStatus, str] = {
    RegistrationStatus.ACTIVE: N_("Works"),
    RegistrationStatus.SUSPENDED: N_("Suspended"),
    RegistrationStatus.ENDED: N_("Ended"),
}
SUSPENSIONS: Mapping[str, str] = {
    "ownerless": N_("nobody has managed the organisation for thirty days"),
    "accreditation-lapsed": N_("the accreditation it rests on does not hold"),
    "mandate-ended": N_("it rests on no accreditation any more"),
}
MAIL_STATES: Mapping[MailState, str] = {
    MailState.WAITING: N_("waits to be sent"),
    MailState.DELAYED: N_("could not be sent yet"),
    MailState.GIVEN_UP: N_("given up"),
    MailState.SENT: N_("sent"),
}
LANGUAGES: Mapping[str, str] = {"nl": N_("Dutch"), "fr": N_("French"), "en": N_("English")}
SUGGESTED: Mapping[SuggestedField, str] = {SuggestedField.NAME: N_("Name"), SuggestedField.ADDRESS: N_("Address")}
LEVELS: Mapping[int, str] = {
    0: N_("0: claimed, nothing is proven"),
    1: N_("1: confirmed"),
    2: N_("2: represented by law"),
}
SOURCES: Mapping[str, str] = {
    EvidenceSource.CONTACT_CODE: N_("Code to the contact address of the company register (level 1)"),
    EvidenceSource.BANK_TRANSFER: N_("Bank transfer in the name of the company (level 1)"),
    EvidenceSource.ACCREDITATION_REGISTER: N_("Register of accreditations links person and company (level 1)"),
    EvidenceSource.COMPANY_REGISTER: N_("Function in the company register, person identified by eID (level 2)"),
    EvidenceSource.LEGAL_REPRESENTATIVE: N_("Legal representative according to the authorities (level 2)"),
    EvidenceSource.OFFICIAL_DOCUMENT: N_("Statute or official document (level 2)"),
}
SIDES: Mapping[Side, str] = {
    Side.CLAIMANT: N_("Whoever claims the organisation"),
    Side.HOLDER: N_("Those who manage it"),
}
SETTLEMENTS: Mapping[Settlement, str] = {
    Settlement.KEPT: N_("It stays with those who manage it"),
    Settlement.TAKEN_OVER: N_("The claimant takes it over"),
    Settlement.SHARED: N_("Both sides manage it together"),
}
DISPUTE_STATES: Mapping[DisputeState, str] = {
    DisputeState.OPEN: N_("Open"),
    DisputeState.KEPT: N_("Settled: it stayed with those who manage it"),
    DisputeState.TAKEN_OVER: N_("Settled: the claimant took it over"),
    DisputeState.SHARED: N_("Settled: both sides manage it"),
    DisputeState.WITHDRAWN: N_("Withdrawn"),
}
CONCERNS: Mapping[Concern, str] = {
    Concern.OWNERLESS: N_("Without a manager"),
    Concern.DISPUTED: N_("Disputed"),
    Concern.CLOSING: N_("Company has stopped"),
    Concern.CLOSED: N_("Closed"),
}
CORRECTIONS: Mapping[CorrectionReason, str] = {
    CorrectionReason.DOCUMENT_SEEN: N_("A document was seen"),
    CorrectionReason.REGISTER_WRONG: N_("The register is wrong"),
    CorrectionReason.REGISTER_LATE: N_("The register is late"),
    CorrectionReason.WRONG_ACCOUNT: N_("It belongs to another account"),
    CorrectionReason.ABUSE: N_("Abuse"),
}

_PERSON_ASKED = ReasonOption("person-asked", N_("The person asked for it"), StaffReason.PERSON_ASKED)
_SECURITY = ReasonOption("security", N_("A danger for security"), StaffReason.SECURITY)
_AUTHORITY = ReasonOption("authority", N_("An authority or a court demands it"), StaffReason.AUTHORITY)
_ABUSE = ReasonOption("abuse", N_("Abuse"), StaffReason.ABUSE)
_CORRECTION = ReasonOption("correction", N_("Something was wrong and is corrected"), StaffReason.CORRECTION)
_DISPUTE = ReasonOption("dispute", N_("A dispute"), StaffReason.DISPUTE)
_OFFICE_ASKED = ReasonOption("organisation-asked", N_("The organisation asked for it"), StaffReason.ORGANISATION_ASKED)
_DECEASED = ReasonOption("deceased", N_("The person has died"), StaffReason.DECEASED)

FOR_PEOPLE = (_PERSON_ASKED, _SECURITY, _AUTHORITY, _ABUSE, _CORRECTION)
FOR_OFFICES = (_OFFICE_ASKED, _AUTHORITY, _CORRECTION, _DISPUTE, _DECEASED)
FOR_DISPUTES = (_DISPUTE, _AUTHORITY)
# The values are those that the provider knows as the cause.
FOR_UNLINKING = (
    ReasonOption("request", N_("The person asked for it"), StaffReason.PERSON_ASKED),
    ReasonOption("number-changed", N_("The national number has changed"), StaffReason.CORRECTION),
    ReasonOption("wrong-person", N_("The card is somebody else's"), StaffReason.CORRECTION),
    ReasonOption("misuse", N_("The card was misused"), StaffReason.ABUSE),
    ReasonOption("authority", N_("An authority or a court demands it"), StaffReason.AUTHORITY),
)
FOR_ERASING = (
    ReasonOption("helpdesk-request", N_("The person asked for it"), StaffReason.PERSON_ASKED),
    _DECEASED,
    _AUTHORITY,
    _ABUSE,
)

# What refused an act, by its code; for any other the page says that the case has changed.
REFUSALS: Mapping[str, str] = {
    "already-asked-for": N_("This waits for a second person already. Look at the approvals."),
    "not-staff": N_("You do not hold the role that this needs any more."),
    "needs-manager": N_("Organisations would be left without a manager. Let them choose another one first."),
    "holds-role": N_("This account belongs to somebody of the staff. Let operators take the role away first."),
    "rate-limited": N_("This was done too often. Try again later."),
    "not-found": N_("There is nothing to do this with, or not any more."),
    "accreditation-number-taken": N_(
        "Another account has an accreditation with this number. Take it away there first."
    ),
    "invalid-accreditation-number": N_("This is no number of this kind of accreditation."),
    "unknown-accreditation-kind": N_("There is no such kind of accreditation."),
    "evidence-too-weak": N_("The other side has proven more, or more is proven already."),
    "dispute-over": N_("This dispute was settled or withdrawn meanwhile."),
    "already-disputed": N_("This person claims the organisation already."),
    "manages-already": N_("This person manages the organisation: there is nothing to claim."),
    "not-ownerless": N_("The organisation has a manager again, or exists no longer."),
    "wrong-membership-state": N_("This person is no active member any more."),
    "unavailable": N_("The provider does not answer. Nothing was done; try again in a minute."),
}
CHANGED_MEANWHILE = N_("What this is about has changed meanwhile, so that it cannot be done now.")
