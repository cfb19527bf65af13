"""What each page of an interaction shows: one frozen value per template.

What the forms send: `csrf_token` always; login `username`, `password`; a context choice
`context` (the registration's id) and `remember` ("yes" or absent); every other button `decision`
with a value of `Decision`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import ClassVar

from flask_babel import gettext

from core.infra.localised import Localised
from core.tools import explanations
from core.tools.context import OfferedContext, OrganisationFacts, ReasonCode
from core.tools.explanations import Cause
from core.web.locale import current_language
from idp.claims.scopes import ConsentKind
from idp.interaction.organisation_page import WaitingCard
from idp.web.doors import Door
from idp.web.page import FieldError, RequestingTool
from idp.web.passkey import PasskeyForm

_SEARCH_FROM = 8


class Decision(StrEnum):
    """What a button of an interaction says in the field `decision`."""

    ALLOW = "allow"
    CANCEL = "cancel"
    SIGN_OUT = "sign-out"
    ADD = "add"
    CHOOSE = "choose"
    OTHER_ACCOUNT = "other-account"
    RESEND = "resend"
    CHANGE_ADDRESS = "change-address"
    LINK_EID = "link-eid"


@dataclass(frozen=True, slots=True)
class LoginPage:
    """The doors of the sign-in, in their fixed order: passkey, username and password, identity card (A0).

    `notice` says why a person who is signed in is asked again. `may_cancel` shows the way back
    to the tool, `register_url` and `recover_url` the ways of those who have no account or no
    password. `passkey` is there where one can be used, `card_url` leads to the page that reads the
    identity card; `last_door` is what was used here last time.
    """

    template: ClassVar[str] = "login.html"
    leads_away: ClassVar[bool] = True

    action: str
    csrf_token: str
    tool: RequestingTool | None
    username: str = ""
    notice: str | None = None
    errors: tuple[FieldError, ...] = ()
    may_cancel: bool = False
    register_url: str | None = None
    recover_url: str | None = None
    passkey: PasskeyForm | None = None
    card_url: str | None = None
    last_door: Door | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """One thing that the tool receives, in plain words; new since the last consent or not."""

    text: str
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class ReceivedGroup:
    """Things that the tool receives, under one heading."""

    kind: ConsentKind
    heading: str
    received: tuple[Received, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """The tool's own terms of use, in the version that is due."""

    version: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agrees to: what is received, why, under which terms, for how long (C3).

    `is_changed` tells that there was a consent before, to which the new things are marked.
    `lasts` tells that the tool keeps access after signing out (`offline_access`). `privacy_url` and
    `conditions_url` are what the client registered as policy_uri and tos_uri (RFC 7591 section 2).
    """

    groups: tuple[ReceivedGroup, ...]
    purpose: str | None = None
    terms: Terms | None = None
    is_changed: bool = False
    lasts: bool = False
    privacy_url: str | None = None
    conditions_url: str | None = None


@dataclass(frozen=True, slots=True)
class OrganisationContexts:
    """An organisation with the contexts it gives, usable ones first."""

    organisation: OrganisationFacts
    contexts: tuple[OfferedContext, ...]


@dataclass(frozen=True, slots=True)
class ContextChoicePage:
    """For whom, in which capacity: and, where it is due, the consent on the same screen (C1, C3).

    `accreditation_names` names the kinds by code, for the reasons and for what a context rests on.
    `waiting` are the requests and invitations whose organisations are not among the contexts yet.
    `may_link_eid` shows the button that leads to linking the card (`decision`: link-eid): it would open more.
    """

    template: ClassVar[str] = "context_choice.html"
    leads_away: ClassVar[bool] = True

    action: str
    csrf_token: str
    tool: RequestingTool
    person_name: str
    contexts: tuple[OfferedContext, ...]
    accreditation_names: Mapping[str, Localised]
    consent: Consent | None = None
    errors: tuple[FieldError, ...] = ()
    waiting: tuple[WaitingCard, ...] = ()
    waiting_action: str = ""
    waiting_token: str = ""
    may_link_eid: bool = False

    @property
    def organisations(self) -> tuple[OrganisationContexts, ...]:
        """Return the contexts by organisation, those one can start now on top."""
        waiting = {card.company_number for card in self.waiting}
        shown = (c for c in self.contexts if c.is_usable or c.organisation.company_number not in waiting)
        return _by_organisation(tuple(shown))

    @property
    def has_usable(self) -> bool:
        """Tell whether there is anything to start."""
        return any(context.is_usable for context in self.contexts)

    @property
    def consent_to_give(self) -> Consent | None:
        """Return the consent that pressing a button gives; none where there is no button."""
        return self.consent if self.has_usable else None

    @property
    def is_long(self) -> bool:
        """Tell whether there are so many contexts that a search helps."""
        return len(self.contexts) >= _SEARCH_FROM

    def accreditation_name(self, kind: str) -> Localised:
        """Return what a kind of accreditation is called; its code where it has no name here."""
        return self.accreditation_names.get(kind, Localised(kind, kind, kind))

    def lacks_only_a_decision(self, context: OfferedContext) -> bool:
        """Tell whether the managers can open a closed context, so that they can be asked to."""
        codes = {reason.code for reason in (context.reason, *context.reason.causes)} if context.reason else set()
        return ReasonCode.NO_ACCESS in codes

    def missing(self, context: OfferedContext) -> tuple[tuple[Cause, ...], ...]:
        """Return why a context is closed, in the language of the page: see `explanations.missing`."""
        if context.reason is None:
            return ()
        return tuple(tuple(map(self._translated, group)) for group in explanations.missing(context.reason))

    def _translated(self, cause: Cause) -> Cause:
        name = self.accreditation_name(cause.subject or "").text(current_language())
        return replace(cause, text=gettext(cause.text, accreditation=name), next_step=gettext(cause.next_step))


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """Consent where there is no context to choose: plain OpenID clients."""

    template: ClassVar[str] = "consent.html"
    leads_away: ClassVar[bool] = True

    action: str
    csrf_token: str
    tool: RequestingTool
    person_name: str
    consent: Consent


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What went wrong, what to do now, and how to reach the helpdesk with a reference.

    `code` is public and stable; `back_url` leads to where the person came from, where that is
    known and safe; `home_url` is the way on where it is not.
    """

    template: ClassVar[str] = "error.html"
    leads_away: ClassVar[bool] = False

    code: str
    title: str
    explanation: str
    remedy: str
    reference: str
    tool: RequestingTool | None = None
    back_url: str | None = None
    home_url: str = "/"


@dataclass(frozen=True, slots=True)
class SignOutPage:
    """Asks before signing out everywhere (RP-Initiated Logout section 2)."""

    template: ClassVar[str] = "sign_out.html"
    leads_away: ClassVar[bool] = True

    action: str
    csrf_token: str
    person_name: str
    tool: RequestingTool | None = None


@dataclass(frozen=True, slots=True)
class SignedOutPage:
    """Says that the session is over; `return_url` leads back to the tool, where it is registered."""

    template: ClassVar[str] = "signed_out.html"
    leads_away: ClassVar[bool] = False

    tool: RequestingTool | None = None
    return_url: str | None = None


@dataclass(frozen=True, slots=True)
class FormPostPage:
    """Posts an authorization response to the tool (OAuth 2.0 Form Post Response Mode section 2)."""

    template: ClassVar[str] = "form_post.html"
    leads_away: ClassVar[bool] = True

    redirect_uri: str
    parameters: tuple[tuple[str, str], ...]
    tool: RequestingTool | None = None


@dataclass(frozen=True, slots=True)
class HomePage:
    """The provider's own front door; `person_name` is None for somebody who is not signed in."""

    template: ClassVar[str] = "home.html"
    leads_away: ClassVar[bool] = False

    portal_url: str
    account_url: str
    sign_out_url: str
    person_name: str | None = None


def _by_organisation(contexts: tuple[OfferedContext, ...]) -> tuple[OrganisationContexts, ...]:
    by_name = sorted(contexts, key=lambda c: (c.organisation.name.casefold(), c.organisation.id))
    groups = [
        OrganisationContexts(
            organisation=members[0].organisation,
            contexts=tuple(sorted(members, key=lambda c: (not c.is_usable, c.usage))),
        )
        for members in (list(g) for _, g in groupby(by_name, key=lambda c: c.organisation.id))
    ]
    return tuple(sorted(groups, key=lambda group: not group.contexts[0].is_usable))
