"""`/organisations/<id>/wallet/recharge`: paying online, and coming back from it (W6).

Whoever comes back is believed nothing: the page asks the provider, and says only what is known.
"""

from datetime import timedelta

from flask import Blueprint, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.closing import recharging
from core.infra import rate_limit
from core.infra.errors import NotFound, RateLimited, Unavailable
from core.infra.forms import Form, Wrong
from core.infra.ids import new_secret
from core.infra.money import euros
from core.infra.rate_limit import Limit
from core.organisations.rights import Right
from core.wallet.payments import topups
from core.wallet.payments.provider import Payment
from core.wallet.payments.topups import Asked
from core.web.locale import current_language
from portal import pages
from portal.frame import organisation_url
from portal.visit import check_form
from portal.wallet import recharge_form
from portal.wallet.opening import Part, WalletVisit, around, open_wallet, parts, wallet_url
from portal.wallet.recharge_pages import RechargePage, TopUpPage

bp = Blueprint("wallet_recharge", __name__)

_PATH = "/organisations/<organisation_id>/wallet/recharge"
# Nobody begins more payments than this; each is a call to the provider.
BEGUN = Limit("recharge", 20, timedelta(hours=1))
# A page that is looked at again and again asks the provider no more often; the worker asks as well.
_ASKED = Limit("payment-asked", 5, timedelta(seconds=10))
Answer = AnyResponse | str | tuple[str, int]


@bp.get(_PATH)
def show(organisation_id: str) -> str:
    """Show both ways to recharge."""
    return _form_page(open_wallet(organisation_id, Right.RECHARGE_WALLET), recharge_form.empty())


@bp.post(_PATH)
def pay(organisation_id: str) -> Answer:
    """Write the intent down, ask for the payment, and send whoever pays to the provider."""
    check_form()
    opened = open_wallet(organisation_id, Right.RECHARGE_WALLET)
    visit, bounds = opened.visit, opened.visit.services.settings.wallet.payments
    form = recharge_form.read(request.form, bounds)
    if form.value is None:
        return _form_page(opened, form), 422
    try:
        rate_limit.hit(visit.services.store, BEGUN, visit.actor.person_id)
    except RateLimited:
        return _form_page(opened, form, wrong=recharge_form.TOO_OFTEN), 429
    desk = visit.services.payments
    with visit.services.database.transaction() as session:
        top_up_id = recharging.intend(
            session,
            opened.wallet.id,
            form.value,
            organisation_id=visit.organisation.id,
            press=request.form.get("press", ""),
            provider=desk.provider.name,
            bounds=bounds,
            by=visit.actor.person_id,
            language=current_language(),
            now=visit.now,
        )
    payment = _asked(opened, top_up_id)
    if payment is not None and payment.checkout_url is not None:
        return redirect(payment.checkout_url, 303)
    return redirect(f"{wallet_url(organisation_id, Part.RECHARGE)}/{top_up_id}", 303)


@bp.get(f"{_PATH}/<top_up_id>")
def come_back(organisation_id: str, top_up_id: str) -> str:
    """Say how a payment stands, as far as the provider has said it to us."""
    opened = open_wallet(organisation_id, Right.RECHARGE_WALLET)
    found, payment = _own(opened, top_up_id), None
    if found.is_on_its_way:
        payment = _asked(opened, top_up_id)
        found = _own(opened, top_up_id)
    url = wallet_url(organisation_id, Part.RECHARGE)
    page = TopUpPage(
        frame=around(opened),
        parts=parts(opened, Part.RECHARGE),
        status=found.status,
        amount_cents=found.amount_cents,
        is_on_its_way=found.is_on_its_way,
        reference=found.id,
        here=f"{url}/{found.id}",
        checkout_url=None if payment is None else payment.checkout_url,
        again_url=url,
        wallet_url=wallet_url(organisation_id) if opened.visit.may(Right.SEE_WALLET) else None,
        organisation_url=organisation_url(organisation_id),
    )
    return pages.render(page, menu=page.frame.menu)


def _own(opened: WalletVisit, top_up_id: str) -> Asked:
    with opened.visit.services.database.reading() as session:
        found = topups.asked(session, top_up_id)
    if found.wallet_id != opened.wallet.id:
        raise NotFound(top_up=top_up_id)
    return found


def _asked(opened: WalletVisit, top_up_id: str) -> Payment | None:
    """Return what the provider says now; None where it does not answer, or was asked just before."""
    services = opened.visit.services
    try:
        rate_limit.hit(services.store, _ASKED, top_up_id)
        return services.payments.ask(top_up_id, now=opened.visit.now)
    except (RateLimited, Unavailable):
        return None


def _form_page(opened: WalletVisit, form: Form[int], *, wrong: str | None = None) -> str:
    payments, language = opened.visit.services.settings.wallet.payments, current_language()
    said = {"least": euros(payments.minimum_cents, language), "most": euros(payments.maximum_cents, language)}
    errors = form.wrong if wrong is None else (Wrong(recharge_form.AMOUNT, wrong),)
    url = wallet_url(opened.visit.organisation.id, Part.RECHARGE)
    page = RechargePage(
        frame=around(opened),
        parts=parts(opened, Part.RECHARGE),
        balance_cents=opened.wallet.balance_cents if opened.visit.may(Right.SEE_WALLET) else None,
        url=url,
        transfer_url=f"{url}/transfer",
        typed=form.typed.get(recharge_form.AMOUNT, ""),
        errors=tuple(Wrong(error.field, _(error.message) % said) for error in errors),
        hint=_("At least %(least)s, at most %(most)s.") % said,
        press=new_secret(),
    )
    return pages.render(page, menu=page.frame.menu)
