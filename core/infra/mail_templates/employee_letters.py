"""Mails about becoming an employee of an organisation, and about what it has recorded of one."""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter
from core.infra.messages import N_

LETTERS: Mapping[str, Letter] = {
    "organisation-invitation": Letter(
        subject=N_("%(organisation)s invites you"),
        paragraphs=(
            N_("%(person)s invites you to work for %(organisation)s with Immo-Connect, one account for every tool."),
            N_("Open the invitation to see what it is about. There you accept it or turn it down."),
            N_("Do you have no account yet? Then you can make one on the way. The invitation is good until %(until)s."),
        ),
        action=N_("See the invitation"),
        address="%(portal_url)s/invitations/%(secret)s?language=%(language)s",
        reason=N_("You receive this message because %(person)s of %(organisation)s entered your e-mail address."),
    ),
    "invitation-accepted": Letter(
        subject=N_("Somebody accepted an invitation of %(organisation)s"),
        paragraphs=(
            N_("%(person)s has accepted an invitation by mail and now belongs to %(organisation)s."),
            N_("Do you not know this person? Then block them, and speak to the other managers."),
        ),
        action=N_("See the employees"),
        address="%(portal_url)s/organisations/%(organisation_id)s/employees",
        reason=N_("You receive this message because you are a manager of %(organisation)s."),
        may_wait=True,
    ),
    "membership-details-changed": Letter(
        subject=N_("Your data at %(organisation)s were changed"),
        paragraphs=(
            N_("A manager of %(organisation)s has changed what is recorded about you there."),
            N_("It is about your function and how colleagues reach you. Your account stays as it is."),
        ),
        action=N_("See my organisations"),
        address="%(portal_url)s/organisations/%(organisation_id)s",
        reason=N_("You receive this message because you belong to %(organisation)s."),
    ),
}
