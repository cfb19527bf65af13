"""The words of the pages about employees: types, states, and why somebody cannot use a tool, said of them."""

from collections.abc import Mapping

from flask_babel import gettext as _

from core.infra.localised import Localised
from core.infra.messages import N_
from core.organisations.states import MembershipStatus, MembershipType
from core.tools.context import Reason, ReasonCode
from core.web.locale import current_language

TYPES: Mapping[MembershipType, str] = {
    MembershipType.MANAGER: N_("Manager or partner"),
    MembershipType.EMPLOYEE: N_("Employee"),
    MembershipType.SELF_EMPLOYED: N_("Self-employed"),
    MembershipType.TRAINEE: N_("Trainee"),
    MembershipType.ADMINISTRATIVE: N_("Administrative staff"),
}
STATES: Mapping[MembershipStatus, str] = {
    MembershipStatus.ACTIVE: N_("Active"),
    MembershipStatus.BLOCKED: N_("Blocked"),
    MembershipStatus.INVITED: N_("Invited"),
    MembershipStatus.REQUESTED: N_("Waiting for confirmation"),
    MembershipStatus.REFUSED: N_("Refused"),
    MembershipStatus.LEFT: N_("No longer here"),
}

# Of a colleague; `core.tools.explanations` says the same to the person.
_REASONS: Mapping[ReasonCode, str] = {
    ReasonCode.EID_NOT_LINKED: N_("No identity card is linked to this person's account."),
    ReasonCode.ACCREDITATION_MISSING: N_("This person does not hold the accreditation: %(accreditation)s."),
    ReasonCode.ACCREDITATION_LAPSED: N_("This person's accreditation is no longer valid: %(accreditation)s."),
    ReasonCode.MANDATE_MISSING: N_("No colleague lends this person an accreditation for this tool."),
    ReasonCode.MANDATE_ENDED: N_("The accreditation that a colleague lends for this tool is no longer valid."),
}
_OTHER = N_("Something that this tool needs is missing.")


def type_text(type_: MembershipType | None) -> str:
    """Return how somebody works for the organisation, in the language of the page; empty where that is not said."""
    return "" if type_ is None else _(TYPES[type_])


def state_text(status: MembershipStatus) -> str:
    """Return how a membership stands, in the language of the page."""
    return _(STATES[status])


def type_options(*, with_none: bool) -> tuple[tuple[str, str], ...]:
    """Return the types to choose from, with an empty first line where none need be chosen, or none is yet."""
    types = tuple((type_.value, _(text)) for type_, text in TYPES.items())
    return (("", _("All types") if with_none else _("Choose")), *types)


def lacking(reason: Reason, kinds: Mapping[str, Localised]) -> tuple[str, ...]:
    """Return what a colleague lacks for a tool, one sentence for each thing, in the language of the page."""
    if reason.causes:
        said = (text for cause in reason.causes for text in lacking(cause, kinds))
        return tuple(dict.fromkeys(said))
    kind = reason.subject or ""
    name = kinds.get(kind, Localised(kind, kind, kind)).text(current_language())
    text = _REASONS.get(reason.code, _OTHER)
    return (_(text, accreditation=name),)
