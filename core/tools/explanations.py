"""Why a context is closed and what to do about it, in words. Pure.

Source strings, translated where they are shown; `%(accreditation)s` stands for the name of the
kind that `subject` tells.
"""

from dataclasses import dataclass

from core.infra.messages import N_
from core.people.assurance import Acr
from core.tools.context import Reason, ReasonCode


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is missing, and the next step of the person who misses it."""

    text: str
    next_step: str
    subject: str | None = None
    code: ReasonCode | None = None


def missing(reason: Reason) -> tuple[tuple[Cause, ...], ...]:
    """Return what is missing: of each group one is enough, and every group is needed."""
    match reason.code:
        case ReasonCode.ALL_NEEDED:
            return tuple(group for part in reason.causes for group in missing(part))
        case ReasonCode.ANY_NEEDED:
            alternatives = (cause for part in reason.causes for group in missing(part) for cause in group)
            return (tuple(dict.fromkeys(alternatives)),)
        case code:
            needs_card = code is ReasonCode.LOGIN_TOO_WEAK and reason.subject in _CARD_LEVELS
            text, next_step = _NEEDS_CARD if needs_card else _WORDS[code]
            return ((Cause(text, next_step, reason.subject, code),),)


_ASK_MANAGER = N_("Ask a manager of the organisation.")
_ASK_HELPDESK = N_("Ask the helpdesk.")
_LINK_EID = N_(
    "Link your eID: then what the registers know of you is found. If it is linked already, ask the helpdesk."
)
_RENEW = N_("Once the professional body has renewed it, it is found by itself. If it is valid, ask the helpdesk.")

# Levels that nothing but the card reaches.
_CARD_LEVELS = frozenset({Acr.SUBSTANTIAL.value, Acr.HIGH.value})
_NEEDS_CARD = (
    N_("This needs a sign-in with an identity card, and none is linked to your account."),
    N_("Link your eID."),
)

_WORDS = {
    ReasonCode.ADDRESS_NOT_ACTIVATED: (
        N_("Your e-mail address is not activated."),
        N_("Activate it with the code that was mailed to you."),
    ),
    ReasonCode.TERMS_NOT_ACCEPTED: (N_("You have not accepted the terms of use of Immo-Connect."), _ASK_HELPDESK),
    ReasonCode.MEMBERSHIP_REQUESTED: (
        N_("Your request to join the organisation waits for confirmation."),
        N_("A manager of the organisation has to confirm it."),
    ),
    ReasonCode.MEMBERSHIP_BLOCKED: (N_("The organisation has blocked you."), _ASK_MANAGER),
    ReasonCode.MEMBERSHIP_ENDED: (N_("You no longer belong to the organisation."), _ASK_MANAGER),
    ReasonCode.ORGANISATION_INACTIVE: (N_("The organisation is no longer active."), _ASK_HELPDESK),
    ReasonCode.REGISTRATION_SUSPENDED: (
        N_("The organisation's registration is suspended: the accreditation it rests on is no longer valid."),
        N_("A manager can let it rest on another accreditation."),
    ),
    ReasonCode.REGISTRATION_ENDED: (
        N_("The organisation's registration of this tool has ended."),
        N_("A manager can register the tool again."),
    ),
    ReasonCode.TOOL_TERMS_OUTDATED: (
        N_("The tool has new terms of use, which nobody has accepted for the organisation yet."),
        N_("A manager can accept them on the page of the tool."),
    ),
    ReasonCode.NO_ACCESS: (
        N_("You have no role in this tool for this organisation."),
        N_("A manager of the organisation can give you one."),
    ),
    ReasonCode.ACCESS_BLOCKED: (N_("The organisation has blocked this tool for you."), _ASK_MANAGER),
    ReasonCode.EID_NOT_LINKED: (N_("Your eID is not linked to your account."), N_("Link your eID.")),
    ReasonCode.ACCREDITATION_MISSING: (N_("You do not hold the accreditation: %(accreditation)s."), _LINK_EID),
    ReasonCode.ACCREDITATION_LAPSED: (
        N_("This accreditation of yours is no longer valid: %(accreditation)s."),
        _RENEW,
    ),
    ReasonCode.MANDATE_MISSING: (
        N_("No colleague lends you an accreditation for this tool."),
        N_("A manager can arrange that a colleague lends theirs."),
    ),
    ReasonCode.MANDATE_ENDED: (
        N_("The accreditation that a colleague lends for this tool is no longer valid."),
        N_("A manager can let it rest on another accreditation."),
    ),
    ReasonCode.LOGIN_TOO_WEAK: (
        N_("This needs a passkey or an authenticator app to sign in with, and your account has neither."),
        N_("Set one up in My account, under Signing in, and come back."),
    ),
}
