"""`/organisations/dispute/<id>`: somebody says that an organisation is theirs, and takes that back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from flask import Blueprint
from werkzeug.wrappers import Response as AnyResponse

from core.infra import rate_limit
from core.infra.errors import Conflict, NotFound, RateLimited, RuleError
from core.infra.rate_limit import Limit
from core.organisations import disputes
from core.organisations.identifiers import OrganisationId
from core.organisations.own_claims import OwnClaim, own_claim
from core.web.name_menu import NameMenu
from portal import notices, pages
from portal.actor import Actor, require_actor
from portal.visit import check_form
from portal.wiring import services

bp = Blueprint("disputes", __name__)

_PATH = "/organisations/dispute/<organisation_id>"
# Each one stops others from choosing their managers.
_CLAIMS = Limit("dispute-person", 3, timedelta(days=1))


@dataclass(frozen=True, slots=True)
class DisputePage:
    """What a claim does, and how one's own stands."""

    template: ClassVar[str] = "dispute.html"

    claim: OwnClaim
    url: str
    card_url: str
    help_url: str
    csrf_token: str
    notice: str | None
    problem: str


@bp.get(_PATH)
def show(organisation_id: str) -> str:
    """Show what a claim does, and whether the person has one."""
    return _page(require_actor(), OrganisationId(organisation_id))


@bp.post(_PATH)
def claim(organisation_id: str) -> AnyResponse | tuple[str, int]:
    """Say that an organisation is one's own; its managers are told and stay who they are."""
    check_form()
    actor, found, wanted = require_actor(), services(), OrganisationId(organisation_id)
    try:
        rate_limit.hit(found.store, _CLAIMS, actor.person_id)
        with found.database.transaction() as session:
            disputes.open_own(session, wanted, by=actor.person_id, now=found.clock.now())
    except RateLimited as error:
        return _page(actor, wanted, problem=error.code), 429
    except (RuleError, Conflict) as error:
        return _page(actor, wanted, problem=error.code), 409
    return notices.done(_url(wanted), "dispute-opened")


@bp.post(f"{_PATH}/withdraw")
def withdraw(organisation_id: str) -> AnyResponse | tuple[str, int]:
    """Take back what one claimed."""
    check_form()
    actor, found, wanted = require_actor(), services(), OrganisationId(organisation_id)
    try:
        with found.database.transaction() as session:
            own = own_claim(session, wanted, actor.person_id)
            if own.dispute_id is None:
                raise NotFound(organisation=wanted)
            disputes.withdraw(session, own.dispute_id, by=actor.person_id, now=found.clock.now())
    except (RuleError, Conflict) as error:
        return _page(actor, wanted, problem=error.code), 409
    return notices.done(_url(wanted), "dispute-withdrawn")


def _page(actor: Actor, organisation_id: OrganisationId, *, problem: str = "") -> str:
    found = services()
    with found.database.reading() as session:
        own = own_claim(session, organisation_id, actor.person_id)
    menu: NameMenu = pages.name_menu(actor, None, here=_url(organisation_id))
    page = DisputePage(
        claim=own,
        url=_url(organisation_id),
        card_url=f"{found.settings.issuer}/account/eid/link",
        help_url=f"{found.settings.issuer}/help/contact",
        csrf_token=pages.form_token(),
        notice=notices.current(),
        problem=problem,
    )
    return pages.render(page, menu=menu)


def _url(organisation_id: OrganisationId) -> str:
    return f"/organisations/dispute/{organisation_id}"
