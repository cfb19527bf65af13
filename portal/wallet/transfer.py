"""`/organisations/<id>/wallet/transfer`: money to another organisation that the same person manages (W9)."""

from dataclasses import replace

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.closing import wallet_transfers
from core.closing.wallet_transfers import TransferOrder
from core.infra.forms import Form, Wrong
from core.infra.ids import new_id
from core.infra.messages import N_
from core.organisations.errors import Disputed, NotManager
from core.organisations.identifiers import OrganisationId
from core.organisations.queries import my_organisations
from core.organisations.rights import Right
from core.organisations.states import MembershipStatus
from core.wallet.control.forms import AMOUNT, Transfer, transfer_form
from core.wallet.errors import IdempotencyKeyReused, InsufficientFunds, WalletFrozen
from portal import pages
from portal.notices import done
from portal.visit import check_form
from portal.wallet.control_pages import TransferPage
from portal.wallet.opening import Part, WalletVisit, around, open_wallet, parts, wallet_url

bp = Blueprint("wallet_transfer", __name__)

KEY = "key"
_LONGEST_KEY = 60
_REFUSED = {
    InsufficientFunds.code: N_("There is not so much on the wallet."),
    WalletFrozen.code: N_("The wallet is frozen: a payment was taken back. Recharge it first."),
    Disputed.code: N_("Somebody claims this organisation. Until that is settled no money leaves its wallet."),
    IdempotencyKeyReused.code: N_("You sent this form before, with something else. Look at the transactions first."),
}


@bp.get("/organisations/<organisation_id>/wallet/transfer")
def show(organisation_id: str) -> str:
    """Show the form with the organisations that the person manages besides this one."""
    opened = open_wallet(organisation_id, Right.MANAGE_WALLET)
    page = _page(opened, Form({}, (), None), new_id("trf"))
    return pages.render(page, menu=page.frame.menu)


@bp.post("/organisations/<organisation_id>/wallet/transfer")
def move(organisation_id: str) -> AnyResponse | tuple[str, int]:
    """Move the money, once for each form; what is refused keeps what was typed."""
    check_form()
    opened = open_wallet(organisation_id, Right.MANAGE_WALLET)
    form = transfer_form(request.form, dict(_receivers(opened)))
    key = request.form.get(KEY, "")[:_LONGEST_KEY] or new_id("trf")
    if form.value is None:
        return _again(opened, form, key)
    visit, wanted = opened.visit, form.value
    order = TransferOrder(visit.organisation.id, OrganisationId(wanted.to), wanted.amount_cents, key)
    try:
        with visit.services.database.transaction() as session:
            wallet_transfers.transfer(session, order, by=visit.actor.person_id, now=visit.now)
    except NotManager:
        return done(wallet_url(organisation_id), "changed-meanwhile")
    except (InsufficientFunds, WalletFrozen, Disputed, IdempotencyKeyReused) as error:
        # The key was spent only where it was sent before with something else.
        return _again(opened, replace(form, wrong=(Wrong(AMOUNT, _REFUSED[error.code]),)), new_id("trf"))
    return done(wallet_url(organisation_id), "wallet-transferred")


def _again(opened: WalletVisit, form: Form[Transfer], key: str) -> tuple[str, int]:
    page = _page(opened, form, key)
    return pages.render(page, menu=page.frame.menu), 422


def _receivers(opened: WalletVisit) -> tuple[tuple[str, str], ...]:
    """Return the other organisations that the person manages, by name."""
    visit = opened.visit
    with visit.services.database.reading() as session:
        mine = my_organisations(session, visit.actor.person_id)
    return tuple(
        (one.id, one.name)
        for one in mine
        if one.is_manager and one.membership_status is MembershipStatus.ACTIVE and one.id != visit.organisation.id
    )


def _page(opened: WalletVisit, form: Form[Transfer], key: str) -> TransferPage:
    organisation_id = opened.visit.organisation.id
    return TransferPage(
        frame=around(opened),
        parts=parts(opened, Part.TRANSFER),
        balance_cents=opened.wallet.balance_cents,
        receivers=_receivers(opened),
        key=key,
        typed=form.typed,
        errors=tuple(Wrong(one.field, _(one.message)) for one in form.wrong),
        action=wallet_url(organisation_id, Part.TRANSFER),
        back_url=wallet_url(organisation_id),
    )
