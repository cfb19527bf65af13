"""Mails about an organisation's tools: registering, access, terms, what they need, accreditations lent.

`%(page)s` is the page of the tool in the portal, for the organisation and the usage concerned.
"""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter
from core.infra.messages import N_

_SEE_TOOL = N_("See the tool")
_DECIDE = N_("Decide about access")
_TOOL = "%(portal_url)s/%(page)s"
_ACCESS = "%(portal_url)s/%(page)s/access"
_MANDATE = "%(portal_url)s/%(page)s/mandate"
_MANDATES = "%(portal_url)s/mandates"
_TO_MANAGER = N_("You receive this message because you are a manager of %(organisation)s.")
_TO_MEMBER = N_("You receive this message because your place in %(organisation)s has changed.")
_TO_HOLDER = N_("You receive this message because it concerns an accreditation of yours.")
_PERSONAL = N_("An accreditation is personal: who works under it works under the responsibility of its holder.")
_CLOSED_UNTIL = N_("Until then nobody at %(organisation)s can use the tool in this capacity.")


def _to_managers(
    subject: str, *paragraphs: str, action: str = _SEE_TOOL, address: str = _TOOL, may_wait: bool = True
) -> Letter:
    return Letter(
        subject=subject, paragraphs=paragraphs, action=action, address=address, reason=_TO_MANAGER, may_wait=may_wait
    )


def _to_member(subject: str, *paragraphs: str) -> Letter:
    return Letter(subject=subject, paragraphs=paragraphs, action=_SEE_TOOL, address=_TOOL, reason=_TO_MEMBER)


def _to_holder(subject: str, *paragraphs: str, action: str) -> Letter:
    return Letter(subject=subject, paragraphs=paragraphs, action=action, address=_MANDATES, reason=_TO_HOLDER)


_ACCESS_LETTERS: Mapping[str, Letter] = {
    "tool-registered": _to_managers(
        N_("%(tool)s was registered for %(organisation)s"),
        N_("%(person)s registered %(tool)s for %(organisation)s, to use it as: %(usage)s."),
        N_("As a manager you decide which colleagues may use it."),
        action=_DECIDE,
        address=_ACCESS,
    ),
    "tool-registration-ended": _to_managers(
        N_("%(organisation)s no longer uses %(tool)s"),
        N_("%(person)s ended the registration of %(tool)s for %(organisation)s, as: %(usage)s."),
        N_("Nobody can use the tool in this capacity any more. It can be registered again at any time."),
    ),
    "tool-access-requested": _to_managers(
        N_("Somebody asks to use %(tool)s for %(organisation)s"),
        N_("%(person)s asks to use %(tool)s for %(organisation)s, as: %(usage)s."),
        N_("A manager can give %(person)s a role in the tool."),
        action=_DECIDE,
        address=_ACCESS,
    ),
    "tool-access-reminder": _to_managers(
        N_("Somebody is waiting for access to %(tool)s"),
        N_("%(person)s asked on %(since)s to use %(tool)s for %(organisation)s, as: %(usage)s."),
        N_("A manager can give %(person)s a role in the tool."),
        action=_DECIDE,
        address=_ACCESS,
    ),
    "tool-role-given": _to_member(
        N_("You can now use %(tool)s for %(organisation)s"),
        N_("A manager of %(organisation)s gave you a role in %(tool)s, as: %(usage)s."),
        N_("The next time you open the tool, you can choose this organisation."),
    ),
    "tool-role-withdrawn": _to_member(
        N_("You no longer use %(tool)s for %(organisation)s"),
        N_("A manager of %(organisation)s took away your role in %(tool)s, as: %(usage)s."),
        N_("If you were using it, you are signed out there."),
        N_("If you think this is a mistake, speak to a manager. You may ask for access again."),
    ),
    "tool-access-blocked": _to_member(
        N_("You are blocked in %(tool)s for %(organisation)s"),
        N_("A manager of %(organisation)s has blocked your access to %(tool)s, as: %(usage)s."),
        N_("If you were using it, you are signed out there."),
        N_("If you think this is a mistake, speak to a manager of the organisation."),
    ),
    "tool-access-refused": _to_member(
        N_("Your request to use %(tool)s was refused"),
        N_("A manager of %(organisation)s refused your request to use %(tool)s, as: %(usage)s."),
        N_("If you think this is a mistake, speak to a manager. You may ask again."),
    ),
}

_MANDATE_LETTERS: Mapping[str, Letter] = {
    "mandate-proposed": _to_holder(
        N_("%(organisation)s asks you to lend your accreditation for %(tool)s"),
        N_("%(person)s asks that %(tool)s, as: %(usage)s, rests on your accreditation at %(organisation)s."),
        _PERSONAL,
        N_("Nothing changes unless you accept. You may also decline."),
        action=N_("Accept or decline"),
    ),
    "mandate-accepted": _to_managers(
        N_("%(tool)s rests on another accreditation"),
        N_("Under the responsibility of %(holder)s, colleagues at %(organisation)s can use %(tool)s, as: %(usage)s."),
        N_("This is so until %(until)s."),
    ),
    "mandate-declined": _to_managers(
        N_("%(tool)s does not rest on the accreditation you proposed"),
        N_("%(holder)s declined to lend an accreditation for %(tool)s, as: %(usage)s. What held before still holds."),
        action=N_("Choose another accreditation"),
        address=_MANDATE,
    ),
    "mandate-withdrawn": _to_managers(
        N_("%(tool)s no longer rests on an accreditation of %(organisation)s"),
        N_("%(holder)s withdrew the accreditation that colleagues used for %(tool)s, as: %(usage)s."),
        N_("A manager can let it rest on the accreditation of another colleague, who has to accept."),
        _CLOSED_UNTIL,
        action=N_("Choose another accreditation"),
        address=_MANDATE,
        may_wait=False,
    ),
    "mandate-withdrawn-by-manager": _to_holder(
        N_("Your accreditation no longer counts for %(tool)s at %(organisation)s"),
        N_("A manager of %(organisation)s ended that %(tool)s, as: %(usage)s, rests on your accreditation."),
        N_("You do not have to do anything."),
        action=N_("See for what my accreditations are used"),
    ),
    "mandate-expired": _to_managers(
        N_("%(tool)s no longer rests on an accreditation of %(organisation)s"),
        N_("The year is over for which %(holder)s had lent an accreditation for %(tool)s, as: %(usage)s."),
        N_("As soon as %(holder)s renews it, or another colleague lends theirs, everything works again."),
        _CLOSED_UNTIL,
        action=N_("Choose another accreditation"),
        address=_MANDATE,
        may_wait=False,
    ),
    "mandate-expired-holder": _to_holder(
        N_("Your accreditation no longer counts for %(tool)s at %(organisation)s"),
        N_("The year is over for which you had lent your accreditation for %(tool)s, as: %(usage)s."),
        N_("A manager of %(organisation)s can ask you for it again."),
        action=N_("See for what my accreditations are used"),
    ),
    "mandate-ends-soon": _to_managers(
        N_("The accreditation under %(tool)s has to be renewed"),
        N_("%(holder)s has lent an accreditation for %(tool)s, as: %(usage)s, until %(until)s."),
        N_("Only %(holder)s can renew it. After that day nobody at %(organisation)s can work under it."),
    ),
    "mandate-ends-soon-holder": _to_holder(
        N_("Renew what you lend to %(organisation)s for %(tool)s"),
        N_("You have lent your accreditation for %(tool)s, as: %(usage)s, until %(until)s."),
        N_("If you renew it, colleagues can go on for another year. If you do nothing, it ends by itself."),
        action=N_("Renew"),
    ),
    "mandate-ended-with-membership": _to_managers(
        N_("%(tool)s no longer rests on an accreditation of %(organisation)s"),
        N_("%(holder)s, who had lent an accreditation for %(tool)s, as: %(usage)s, no longer works here."),
        N_("A manager can let it rest on the accreditation of another colleague, who has to accept."),
        _CLOSED_UNTIL,
        action=N_("Choose another accreditation"),
        address=_MANDATE,
        may_wait=False,
    ),
}

_REQUIREMENT_LETTERS: Mapping[str, Letter] = {
    "requirement-announced": _to_managers(
        N_("%(tool)s changes what it asks for"),
        N_("From %(day)s on, %(tool)s, as: %(usage)s, asks for something else than today."),
        N_("On its page you see what that is, and whether you have it."),
    ),
    "tool-terms-announced": _to_managers(
        N_("New terms of use of %(tool)s"),
        N_("From %(day)s on, %(tool)s, as: %(usage)s, needs its terms of use in version %(version)s."),
        N_("Read them and accept them for %(organisation)s before that day. After it nobody can use the tool without."),
    ),
    "tool-terms-due": _to_managers(
        N_("%(tool)s is closed until its new terms are accepted"),
        N_("Since today %(tool)s, as: %(usage)s, needs its terms of use in version %(version)s."),
        N_("As soon as a manager of %(organisation)s accepts them, everybody can go on."),
        may_wait=False,
    ),
    "registration-suspended-requirement": _to_managers(
        N_("%(tool)s is suspended for %(organisation)s"),
        N_("Since today %(tool)s, as: %(usage)s, asks for an accreditation that the one under it is not."),
        N_("A manager can let it rest on the accreditation of another colleague, who has to accept."),
        _CLOSED_UNTIL,
        action=N_("Choose another accreditation"),
        address=_MANDATE,
        may_wait=False,
    ),
    "registration-resumed-requirement": _to_managers(
        N_("%(tool)s works again for %(organisation)s"),
        N_("%(tool)s, as: %(usage)s, no longer asks for what was missing. Everybody with a role can use it again."),
    ),
}

LETTERS: Mapping[str, Letter] = {**_ACCESS_LETTERS, **_MANDATE_LETTERS, **_REQUIREMENT_LETTERS}
