"""Mails about accreditations that begin and end, and about the tools that rest on them."""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter
from core.infra.messages import N_

_SEE = N_("See my accreditations")
_MINE = "%(issuer_url)s/account/accreditations"
_TO_HOLDER = N_("You receive this message because an accreditation of yours has changed.")
_TO_MANAGER = N_("You receive this message because you are a manager of %(organisation)s.")
_CLOSED = N_("Whatever you and your colleagues use under it is closed until it is in force again.")
_SUSPENDED = N_("Suspended for %(organisation)s, because the accreditation of %(holder)s is not in force: %(tools)s.")
_RESUMED = N_("Works again for %(organisation)s, because the accreditation of %(holder)s is in force: %(tools)s.")
_ASK_BODY = N_(
    "Is this not right? Then ask the professional body. As soon as its register says otherwise, everything works again."
)


def _to_holder(subject: str, *paragraphs: str) -> Letter:
    return Letter(subject=subject, paragraphs=paragraphs, action=_SEE, address=_MINE, reason=_TO_HOLDER)


def _to_manager(subject: str, *paragraphs: str, line: str) -> Letter:
    return Letter(
        subject=subject,
        paragraphs=paragraphs,
        action=N_("See my organisations"),
        address="%(portal_url)s/",
        reason=_TO_MANAGER,
        may_wait=True,
        line=line,
    )


LETTERS: Mapping[str, Letter] = {
    "accreditation-lapsed": _to_holder(
        N_("Your accreditation has lapsed"),
        N_("This accreditation is no longer in force: %(accreditation)s, number %(number)s."),
        _CLOSED,
        _ASK_BODY,
    ),
    "accreditation-suspended": _to_holder(
        N_("Your accreditation is suspended"),
        N_("This accreditation has been suspended in its register: %(accreditation)s, number %(number)s."),
        _CLOSED,
        _ASK_BODY,
    ),
    "accreditation-unconfirmed": _to_holder(
        N_("Your accreditation is no longer confirmed"),
        N_("For too long its register has not confirmed this accreditation: %(accreditation)s, number %(number)s."),
        _CLOSED,
        N_("You do not have to do anything: as soon as the register confirms it, everything works again."),
    ),
    "accreditation-restored": _to_holder(
        N_("Your accreditation is in force again"),
        N_("This accreditation is in force again: %(accreditation)s, number %(number)s."),
        N_("Whatever was closed because of it can be used again."),
    ),
    "accreditation-found": _to_holder(
        N_("An accreditation of yours was found"),
        N_("A register names you as the holder of this accreditation: %(accreditation)s, number %(number)s."),
        N_("From now on it counts in the tools that ask for it."),
    ),
    "registration-suspended": _to_manager(
        N_("%(tool)s is suspended for %(organisation)s"),
        N_("%(tool)s rests on the accreditation of %(holder)s, which is not in force."),
        N_("Until it is, nobody can use %(tool)s on behalf of %(organisation)s in the way that needs it."),
        N_("None of your colleagues holds an accreditation that could take its place."),
        line=_SUSPENDED,
    ),
    "registration-suspended-replaceable": _to_manager(
        N_("%(tool)s is suspended for %(organisation)s"),
        N_("%(tool)s rests on the accreditation of %(holder)s, which is not in force."),
        N_("Until it is, nobody can use %(tool)s on behalf of %(organisation)s in the way that needs it."),
        N_("It could rest on the accreditation of one of these colleagues instead: %(colleagues)s."),
        line=_SUSPENDED,
    ),
    "registration-resumed": _to_manager(
        N_("%(tool)s works again for %(organisation)s"),
        N_("The accreditation of %(holder)s is in force again, and with it %(tool)s for %(organisation)s."),
        N_("You do not have to do anything."),
        line=_RESUMED,
    ),
}
