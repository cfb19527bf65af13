"""`/organisations/<id>/wallet/control`: the warning, the limits for everybody, and who has others (W11)."""

from collections.abc import Mapping

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.closing import wallet_control
from core.closing.wallet_control import ForAll, Restricted
from core.infra.forms import Reading, Wrong
from core.infra.messages import N_
from core.infra.money import euros
from core.organisations.errors import ChangedMeanwhile, NotManager
from core.organisations.rights import Right
from core.wallet.control.forms import WARN_BELOW, read_limits, read_threshold
from core.web.locale import current_language
from portal import pages
from portal.frame import Section, organisation_url
from portal.notices import done
from portal.visit import check_form
from portal.wallet.control_pages import ControlPage, RestrictedLine
from portal.wallet.limit_fields import limit_fields, tools_to_limit, typed_limits
from portal.wallet.opening import Part, WalletVisit, around, open_wallet, parts, wallet_url

bp = Blueprint("wallet_control", __name__)

SEEN = "seen"
OVERTAKEN = N_("Somebody else changed this meanwhile. If you save now, what you typed takes the place of theirs.")


@bp.get("/organisations/<organisation_id>/wallet/control")
def show(organisation_id: str) -> str:
    """Show what is decided for everybody, and for whom something else is."""
    opened = open_wallet(organisation_id, Right.MANAGE_WALLET)
    page = _page(opened, _decided(opened))
    return pages.render(page, menu=page.frame.menu)


@bp.post("/organisations/<organisation_id>/wallet/control")
def save(organisation_id: str) -> AnyResponse | tuple[str, int]:
    """Decide for everybody; what somebody else decided meanwhile is not overwritten unasked."""
    check_form()
    opened = open_wallet(organisation_id, Right.MANAGE_WALLET)
    visit, before = opened.visit, _decided(opened)
    reading = Reading(request.form)
    below, limits = read_threshold(reading), read_limits(reading, None, _tools(opened, before))
    form = reading.form(lambda: ForAll(below, limits))
    if form.value is None:
        return _again(opened, before, form.typed, form.wrong, request.form.get(SEEN, "")), 422
    try:
        with visit.services.database.transaction() as session:
            changed = wallet_control.decide_for_all(
                session,
                visit.organisation.id,
                form.value,
                seen=request.form.get(SEEN, ""),
                by=visit.actor.person_id,
                now=visit.now,
            )
    except NotManager:
        return done(wallet_url(organisation_id), "changed-meanwhile")
    except ChangedMeanwhile:
        now_there = _decided(opened)
        return _again(opened, now_there, form.typed, (Wrong(WARN_BELOW, OVERTAKEN),), now_there.mark), 409
    return done(wallet_url(organisation_id, Part.CONTROL), "saved" if changed else "nothing-changed")


def _decided(opened: WalletVisit) -> ForAll:
    with opened.visit.services.database.reading() as session:
        return wallet_control.for_all(session, opened.wallet.id)


def _tools(opened: WalletVisit, decided: ForAll) -> Mapping[str, str]:
    with opened.visit.services.database.reading() as session:
        return tools_to_limit(session, opened.visit.organisation.id, decided.limits)


def _again(opened: WalletVisit, decided: ForAll, typed: Mapping[str, str], wrong: tuple[Wrong, ...], seen: str) -> str:
    page = _page(opened, decided, typed, wrong, seen)
    return pages.render(page, menu=page.frame.menu)


def _page(
    opened: WalletVisit,
    decided: ForAll,
    typed: Mapping[str, str] | None = None,
    wrong: tuple[Wrong, ...] = (),
    seen: str | None = None,
) -> ControlPage:
    organisation_id = opened.visit.organisation.id
    with opened.visit.services.database.reading() as session:
        people = wallet_control.restricted(session, organisation_id, opened.wallet.id)
    below = "" if decided.warn_below_cents is None else euros(decided.warn_below_cents, current_language())
    shown = {WARN_BELOW: below, **typed_limits(decided.limits)} if typed is None else typed
    return ControlPage(
        frame=around(opened),
        parts=parts(opened, Part.CONTROL),
        warn_below=shown.get(WARN_BELOW, ""),
        limits=limit_fields(_tools(opened, decided), shown),
        restricted=tuple(_line(organisation_id, one) for one in people),
        errors=tuple(Wrong(one.field, _(one.message)) for one in wrong),
        seen=decided.mark if seen is None else seen,
        action=wallet_url(organisation_id, Part.CONTROL),
        employees_url=organisation_url(organisation_id, Section.EMPLOYEES),
        back_url=wallet_url(organisation_id),
    )


def _line(organisation_id: str, one: Restricted) -> RestrictedLine:
    taken = (
        ()
        if one.is_manager
        else (
            *((_("does not see the wallet"),) if not one.rights.sees else ()),
            *((_("does not recharge it"),) if not one.rights.recharges else ()),
            *((_("does not pay from it"),) if not one.rights.pays else ()),
        )
    )
    limited = (_("has limits"),) if one.has_limits else ()
    url = f"{wallet_url(organisation_id, Part.CONTROL)}/{one.membership_id}"
    return RestrictedLine(one.name, url, (*taken, *limited))
