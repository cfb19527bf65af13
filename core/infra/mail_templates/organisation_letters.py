"""Mails about organisations and their employees."""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter
from core.infra.messages import N_

_PORTAL = "%(portal_url)s/"
_WAITING = "%(portal_url)s/organisations/%(organisation_id)s/employees?show=waiting"
_SEE_ORGANISATIONS = N_("See my organisations")
_SEE_WAITING = N_("See who is waiting")
_TO_MANAGER = N_("You receive this message because you are a manager of %(organisation)s.")
_TO_MEMBER = N_("You receive this message because your place in %(organisation)s has changed.")
_TO_ASKER = N_("You receive this message because you asked to join %(organisation)s.")

_REQUESTS: Mapping[str, Letter] = {
    "membership-requested": Letter(
        subject=N_("Somebody asks to join %(organisation)s"),
        paragraphs=(
            N_("%(person)s asks to join %(organisation)s."),
            N_("Until a manager confirms this, %(person)s cannot work for your organisation."),
            N_("Do you not know this person? Then refuse or block the request."),
        ),
        action=_SEE_WAITING,
        address=_WAITING,
        reason=_TO_MANAGER,
        may_wait=True,
    ),
    "membership-reminder": Letter(
        subject=N_("Somebody is waiting to join %(organisation)s"),
        paragraphs=(
            N_("%(person)s asked on %(since)s to join %(organisation)s and is still waiting for an answer."),
            N_("A request that nobody answers ends by itself after 30 days."),
        ),
        action=_SEE_WAITING,
        address=_WAITING,
        reason=_TO_MANAGER,
        may_wait=True,
    ),
    "membership-withdrawn": Letter(
        subject=N_("A request to join %(organisation)s was withdrawn"),
        paragraphs=(
            N_("%(person)s no longer asks to join %(organisation)s."),
            N_("You do not have to do anything."),
        ),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=_TO_MANAGER,
        may_wait=True,
    ),
    "membership-confirmed": Letter(
        subject=N_("You can now work for %(organisation)s"),
        paragraphs=(
            N_("A manager of %(organisation)s has confirmed your request."),
            N_("The next time you open a tool, you can choose this organisation."),
        ),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=_TO_ASKER,
    ),
    "membership-refused": Letter(
        subject=N_("Your request to join %(organisation)s was refused"),
        paragraphs=(
            N_("A manager of %(organisation)s has refused your request."),
            N_("If you think this is a mistake, speak to a manager. You may ask again."),
        ),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=_TO_ASKER,
    ),
    "membership-expired": Letter(
        subject=N_("Your request to join %(organisation)s has ended"),
        paragraphs=(
            N_("Nobody at %(organisation)s answered your request within 30 days, so it has ended."),
            N_("You may ask again. It helps to speak to a manager first."),
        ),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=_TO_ASKER,
    ),
}

_MEMBERS: Mapping[str, Letter] = {
    "membership-invited": Letter(
        subject=N_("%(organisation)s invites you"),
        paragraphs=(
            N_("A manager of %(organisation)s invites you to work for it."),
            N_("Nothing changes unless you accept. An invitation ends by itself after 30 days."),
        ),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=N_("You receive this message because %(organisation)s invited you."),
    ),
    "membership-added": Letter(
        subject=N_("You now belong to %(organisation)s"),
        paragraphs=(
            N_("A manager of %(organisation)s has added you as a member."),
            N_(
                "If you do not want to belong to it, you can leave it again: "
                "%(portal_url)s/organisations/%(organisation_id)s/leave"
            ),
        ),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=_TO_MEMBER,
    ),
    "membership-blocked": Letter(
        subject=N_("%(organisation)s has blocked you"),
        paragraphs=(
            N_("A manager of %(organisation)s has blocked you. You cannot work for this organisation."),
            N_("Your account and your other organisations stay as they are."),
            N_("If you think this is a mistake, speak to a manager of the organisation."),
        ),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=_TO_MEMBER,
    ),
    "membership-activated": Letter(
        subject=N_("You can work for %(organisation)s again"),
        paragraphs=(N_("A manager of %(organisation)s has let you in again."),),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=_TO_MEMBER,
    ),
    "membership-removed": Letter(
        subject=N_("You no longer belong to %(organisation)s"),
        paragraphs=(
            N_("A manager of %(organisation)s has ended your membership."),
            N_("Your account and your other organisations stay as they are."),
        ),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=_TO_MEMBER,
    ),
    "manager-made": Letter(
        subject=N_("You are now a manager of %(organisation)s"),
        paragraphs=(N_("Another manager made you a manager of %(organisation)s."),),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=_TO_MEMBER,
    ),
    "manager-demoted": Letter(
        subject=N_("You are no longer a manager of %(organisation)s"),
        paragraphs=(
            N_("Another manager ended your role as a manager of %(organisation)s."),
            N_("You still belong to the organisation."),
        ),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=_TO_MEMBER,
    ),
}

_DATA: Mapping[str, Letter] = {
    "organisation-changed": Letter(
        subject=N_("The data of %(organisation)s were changed"),
        paragraphs=(
            N_("%(person)s changed the data of %(organisation)s: %(fields)s."),
            N_("Is this not right? Every manager can change it again."),
        ),
        action=N_("See the data"),
        address="%(portal_url)s/organisations/%(organisation_id)s",
        reason=_TO_MANAGER,
        may_wait=True,
    ),
    "daily-notices": Letter(
        subject=N_("What happened in your organisations"),
        paragraphs=(N_("This has happened since the last mail of this kind:"),),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=N_(
            "You receive this message once a day, because you chose so as a manager. "
            "You can choose otherwise on the page of each organisation."
        ),
        listed="%(lines)s",
    ),
}

LETTERS: Mapping[str, Letter] = {**_REQUESTS, **_MEMBERS, **_DATA}
