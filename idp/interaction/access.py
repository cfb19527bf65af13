"""The way into an interaction: its record, whose browser it is in, and whether a step is due.

Every view of an interaction starts here; none reads the record by itself.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import url_for
from werkzeug.wrappers import Response

from core.infra.errors import ImmoError
from core.people.profiles import chosen_language, remember_language
from core.web import locale
from idp import session as sso
from idp.interaction.facts import Asking, Gathered, gather, gather_nobody
from idp.interaction.policy import Outcome, next_step
from idp.oidc import pending
from idp.oidc.authorize import client_finder, require_client
from idp.oidc.pending import PendingAuthorization
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import Progress
from idp.session import SsoSession
from idp.web import browser
from idp.wiring import Services, services


class InteractionGone(ImmoError):
    """The interaction is unknown, over, or another browser's; `client` is whose it was, if known."""

    code = "interaction-gone"

    def __init__(self, code: str, client: RegisteredClient | None = None) -> None:
        self.client = client
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Interaction:
    """One interaction as a view needs it; `binding` is the secret of its cookie."""

    services: Services
    pending: PendingAuthorization
    client: RegisteredClient
    session: SsoSession | None
    gathered: Gathered
    outcome: Outcome
    binding: str
    now: datetime

    def back(self) -> Response:
        """Send the browser to the address that decides what comes next."""
        return browser.see_other(url_for("interaction.resume", uid=self.pending.uid))

    def keep(self, progress: Progress) -> None:
        """Write down what a step found out."""
        pending.save(self.services.store, replace(self.pending, progress=progress))


def open_interaction(uid: str) -> Interaction:
    """Return the interaction of this browser, with what is due now.

    Raises `InteractionGone`, or `UnknownClient` where its client has gone.
    """
    found, now = services(), services().clock.now()
    record, binding = pending.find(found.store, uid), browser.interaction_cookie(uid)
    if record is None:
        raise InteractionGone("interaction-unknown")
    client = require_client(record.request.client_id, client_finder(found))
    if binding is None or not record.is_bound_to(binding):
        raise InteractionGone("interaction-elsewhere", client)
    if record.is_over(now):
        raise InteractionGone("interaction-over", client)
    session = sso.find(found.store, browser.session_cookie(), now)
    record = _with_language(found, record, session)
    if session is None:
        gathered = gather_nobody(record.progress, now)
    else:
        gathered = gather(found, Asking(record.request, client, session, now), record.progress)
    outcome = next_step(record.request, gathered.progress, gathered.facts)
    return Interaction(found, record, client, session, gathered, outcome, binding, now)


def _with_language(found: Services, record: PendingAuthorization, session: SsoSession | None) -> PendingAuthorization:
    """Keep a choice made on this very page, and answer in the language that is known best."""
    chosen = locale.requested_language()
    if chosen is not None and chosen != record.language:
        record = replace(record, language=chosen)
        pending.save(found.store, record)
    locale.prefer(
        chosen=record.language,
        ui_locales=record.request.ui_locales,
        person=person_language(found, session),
    )
    return record


def person_language(found: Services, session: SsoSession | None) -> str | None:
    """Return the language that the person of a session chose, if there is a session.

    A choice made on this very page is theirs from now on, on every device (G2).
    """
    if session is None:
        return None
    with found.database.connection() as connection:
        known = chosen_language(connection, session.person_id)
    chosen = locale.requested_language()
    if chosen is None or chosen == known:
        return known
    with found.database.transaction() as transaction:
        remember_language(transaction, session.person_id, chosen)
    return chosen
