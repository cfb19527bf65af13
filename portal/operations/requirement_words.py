"""What a change of a requirement would do, and what one says, in words."""

from flask_babel import gettext as _
from flask_babel import ngettext

from core.infra.dates import date_in_words
from core.people.assurance import Acr
from core.tools import alternatives
from core.tools.requirement_preview import AffectedOffice, Preview
from core.tools.requirements import MandateNeeded, Need, Requirement
from core.tools.wording import Wording
from core.web.locale import current_language
from portal.operations.policy_form import LEVELS
from portal.operations.requirement_form import Offered, Wanted


def sentences(found: Preview, wanted: Wanted) -> tuple[str, ...]:
    """Return what a change would do, in sentences."""
    day = wanted.applies_from
    suspended = sum(office.is_suspended for office in found.offices)
    resumed = sum(office.is_resumed for office in found.offices)
    said = [
        _("It counts at once.")
        if day is None
        else _(
            "It counts from %(day)s. Managers are told beforehand.", day=date_in_words(day.date(), current_language())
        ),
        ngettext("%(num)s registration was looked at.", "%(num)s registrations were looked at.", found.registrations),
        ngettext("%(num)s person can go on no longer.", "%(num)s people can go on no longer.", found.users),
        ngettext("%(num)s person can begin who cannot now.", "%(num)s people can begin who cannot now.", found.opened),
        ngettext("%(num)s registration is suspended.", "%(num)s registrations are suspended.", suspended),
        ngettext("%(num)s registration works again.", "%(num)s registrations work again.", resumed),
    ]
    if found.terms_to_accept:
        said.append(
            ngettext(
                "%(num)s organisation has to accept the terms first.",
                "%(num)s organisations have to accept the terms first.",
                found.terms_to_accept,
            )
        )
    if not found.is_complete:
        said.append(_("There are more registrations than were looked at: the numbers are the least that it will be."))
    return tuple(said)


def concern(office: AffectedOffice) -> str:
    """Return what it would do to one organisation."""
    said = []
    if office.is_suspended:
        said.append(_("the registration is suspended"))
    if office.is_resumed:
        said.append(_("the registration works again"))
    if office.users:
        said.append(ngettext("%(num)s person stops", "%(num)s people stop", office.users))
    if office.opened:
        said.append(ngettext("%(num)s person can begin", "%(num)s people can begin", office.opened))
    return ", ".join(said)


def in_words(wording: Wording, offered: Offered, requirement: Requirement) -> tuple[tuple[str, str], ...]:
    """Return what a requirement says, label by label."""
    roles = offered.roles
    return (
        (_("To register it"), _need(wording, requirement.register)),
        (_("To use it"), _need(wording, requirement.use)),
        (_("Identity card"), _("needed") if requirement.eid else _("not needed")),
        (_("Lowest level of sign-in"), _level(requirement.usage_min_acr)),
        *(
            (_("Lowest level in the role %(role)s", role=roles.get(role, role)), _level(level))
            for role, level in requirement.role_min_acr
        ),
        (_("Terms"), requirement.terms or _("none")),
    )


def _need(wording: Wording, need: Need) -> str:
    found = alternatives.possibilities(need)
    if not found:
        return _("nothing")
    joined = (_(" and ").join(_leaf(wording, leaf) for leaf in one) for one in found)
    return _(", or ").join(joined)


def _leaf(wording: Wording, leaf: alternatives.Leaf) -> str:
    if isinstance(leaf, MandateNeeded):
        return _("an accreditation that a colleague lends")
    return wording.accreditation(leaf.kind, leaf.lists, leaf.columns)


def _level(level: Acr | None) -> str:
    return _("any") if level is None else _(LEVELS[level.value])
