"""Step: for whom, in which capacity, and what the tool receives, on one screen (C1, C3).

Contexts and consent are computed when the page is shown and again when it comes back; what is
accepted is what was on the page, because its form token says what that was.
"""

from dataclasses import replace

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.accreditations.queries import kinds
from core.infra import audit
from core.organisations.joining import WaitingMembership, waiting_memberships
from core.people.facts import PersonFacts
from core.people.profiles import person_facts
from core.tools.catalogue import ToolFacts, tool_facts
from core.tools.context import ChosenContext, OfferedContext
from core.web import csrf
from core.web.locale import current_language
from idp.claims.consent import ConsentLine, consent_groups
from idp.interaction import pages
from idp.interaction.access import Interaction, open_interaction
from idp.interaction.facts import Asking, Terms, contexts_to_show
from idp.interaction.lacking import would_help
from idp.interaction.organisation_page import waiting_cards
from idp.interaction.pages import Consent, ConsentPage, ContextChoicePage, Decision, Received, ReceivedGroup
from idp.interaction.requesting_tool import shown
from idp.interaction.steps import Step
from idp.interaction.wishes import form_binding, wish_for
from idp.oidc import consents
from idp.oidc.consents import Agreement
from idp.oidc.request import Progress, Prompt, Wish
from idp.session import SsoSession
from idp.web.page import FieldError, render

bp = Blueprint("consent", __name__)


@bp.get("/interaction/<uid>/consent")
def show(uid: str) -> Response:
    """Show the contexts and what the tool receives, where either is due."""
    opened = open_interaction(uid)
    if opened.outcome is not Step.CONSENT:
        return opened.back()
    return _page(opened, _session(opened))


@bp.post("/interaction/<uid>/consent")
def submit(uid: str) -> Response:
    """Take the person's choice: a context, with it their consent, or neither."""
    opened = open_interaction(uid)
    if opened.outcome is not Step.CONSENT:
        return opened.back()
    session = _session(opened)
    given = request.form.get(csrf.FIELD)
    csrf.check(opened.services.settings.secret, _binding(opened, session), given)
    if request.form.get("decision") == Decision.CANCEL:
        opened.keep(Progress(denied=True))
        return opened.back()
    if opened.tool_request.wants_context and _wishes(opened, session):
        return opened.back()
    context = None
    if opened.tool_request.wants_context:
        context = _chosen(opened, session)
        if context is None:
            return _page(opened, session, _no_longer_usable(), status=422)
    elif request.form.get("decision") != Decision.ALLOW:
        return _page(opened, session, status=422)
    _agree(opened, session, context)
    return opened.back()


def _wishes(opened: Interaction, session: SsoSession) -> bool:
    """Write down that the person wants more than is offered: to add something, or what is closed."""
    if request.form.get("decision") == Decision.ADD:
        wish_for(opened, Wish.REGISTER_TOOL)
        return True
    if request.form.get("decision") == Decision.LINK_EID:
        wish_for(opened, Wish.LINK_EID)
        return True
    closed = request.form.get("look")
    for context in _contexts(opened, session):
        if context.registration_id == closed and not context.is_usable:
            wish_for(opened, Wish.REGISTER_TOOL, context.organisation.id, context.usage)
            return True
    return False


def _session(opened: Interaction) -> SsoSession:
    assert opened.session is not None  # the policy asks nobody for a consent
    return opened.session


def _binding(opened: Interaction, session: SsoSession) -> str:
    """Return what a form of this page is bound to: browser, person, and what it asks for."""
    terms = opened.gathered.terms
    asked = (
        str(_is_due(opened)),
        "" if terms is None else terms.version,
        *opened.gathered.claims,
    )
    return "\n".join((opened.binding, session.sid, session.person_id, *asked))


def _is_due(opened: Interaction) -> bool:
    demanded = Prompt.CONSENT in opened.tool_request.prompt
    return demanded or opened.gathered.facts.consent_is_due


def _chosen(opened: Interaction, session: SsoSession) -> ChosenContext | None:
    """Return the context of the button that was pressed, if it can be used at this moment."""
    wanted = request.form.get("context")
    for context in _contexts(opened, session):
        if context.registration_id == wanted and context.is_usable:
            return context.chosen()
    return None


def _contexts(opened: Interaction, session: SsoSession) -> tuple[OfferedContext, ...]:
    if opened.gathered.offered is not None:
        return opened.gathered.offered
    asking = Asking(opened.tool_request, opened.tool_client, session, opened.now)
    with opened.services.database.connection() as connection:
        return contexts_to_show(connection, asking)


def _agree(opened: Interaction, session: SsoSession, context: ChosenContext | None) -> None:
    """Record the consent that was due and the wish about the context, then the step's result."""
    gathered, is_due = opened.gathered, _is_due(opened)
    scope = opened.tool_request.scope
    before = gathered.standing.consent
    agreed_terms = gathered.terms.version if gathered.terms is not None and is_due else None
    is_remembered = context is not None and request.form.get("remember") == "yes"
    agreement = Agreement(
        person_id=session.person_id,
        client_id=opened.tool_client.client_id,
        scope=scope if is_due else (),
        claims=gathered.claims if is_due else (),
        terms_version=agreed_terms or (None if before is None else before.terms_version),
        registration_id=context.registration_id if context and is_remembered else None,
    )
    with opened.services.database.transaction() as transaction:
        consents.remember(transaction, agreement, now=opened.now)
        if is_due:
            audit.record(
                transaction,
                action="consent-given",
                actor_id=session.person_id,
                subject_id=session.person_id,
                organisation_id=None if context is None else context.organisation_id,
                details={
                    "client_id": opened.tool_client.client_id,
                    "scope": " ".join(scope),
                    "claims": " ".join(gathered.claims),
                    "terms": agreed_terms,
                },
                now=opened.now,
            )
    chosen = replace(_standing(opened, session), context=context, consented_scope=scope, stepped_up=False)
    opened.keep(chosen)


def _standing(opened: Interaction, session: SsoSession) -> Progress:
    """Return how far this has come, as a result that is the person's of this session."""
    return replace(
        opened.gathered.progress,
        person_id=session.person_id,
        authentication=session.authentication,
        sid=session.sid,
    )


def _page(
    opened: Interaction,
    session: SsoSession,
    errors: tuple[FieldError, ...] = (),
    *,
    status: int = 200,
) -> Response:
    found, wants_context = opened.services, opened.tool_request.wants_context
    contexts = _contexts(opened, session) if wants_context else ()
    with found.database.connection() as connection:
        person = opened.gathered.person or person_facts(connection, session.person_id)
        names = kinds(connection) if any(map(_names_a_kind, contexts)) else {}
        memberships = waiting_memberships(connection, session.person_id) if wants_context else ()
        facts = (
            tool_facts(connection, opened.tool_client.tool_id, now=opened.now) if opened.tool_client.tool_id else None
        )
    token = csrf.token(found.settings.secret, _binding(opened, session))
    tool = shown(opened, facts)
    page: ContextChoicePage | ConsentPage
    if wants_context:
        page = ContextChoicePage(
            action=request.path,
            csrf_token=token,
            tool=tool,
            person_name=_name(person),
            contexts=contexts,
            accreditation_names=names,
            consent=_consent(opened, facts) if _is_due(opened) else None,
            waiting=waiting_cards(_waiting(opened, memberships), opened.now),
            waiting_action=url_for("waiting.answer", uid=opened.pending.uid),
            waiting_token=csrf.token(found.settings.secret, form_binding(opened)),
            errors=errors,
            may_link_eid=any(would_help(person, context.reason) for context in contexts),
        )
    else:
        page = ConsentPage(request.path, token, tool, _name(person), _consent(opened, facts))
    html = render(page)
    return Response(html, status=status, content_type="text/html; charset=utf-8")


def _names_a_kind(context: OfferedContext) -> bool:
    """Tell whether a context speaks of accreditations, whose names are worth a statement only then."""
    return bool(context.accreditations) or context.reason is not None


def _waiting(opened: Interaction, memberships: tuple[WaitingMembership, ...]) -> tuple[WaitingMembership, ...]:
    """Return those of which the request speaks: its filter holds for what waits, too."""
    wanted = opened.tool_request.organization
    return tuple(one for one in memberships if wanted in {None, one.organisation_id, one.company_number})


def _consent(opened: Interaction, tool: ToolFacts | None) -> Consent:
    gathered, client = opened.gathered, opened.tool_client
    scope, before = opened.tool_request.scope, gathered.standing.consent
    groups = consent_groups(scope, gathered.claims)
    terms = gathered.terms
    is_accepted = terms is None or (before is not None and before.terms_version == terms.version)
    return Consent(
        groups=tuple(
            ReceivedGroup(
                kind=group.kind,
                heading=_(group.heading),
                received=tuple(_received(line, before) for line in group.lines),
            )
            for group in groups
        ),
        purpose=None if tool is None else tool.purpose.text(current_language()),
        terms=None if terms is None or is_accepted else _shown(terms, tool),
        is_changed=before is not None,
        lasts="offline_access" in scope,
        privacy_url=client.policy_uri,
        conditions_url=client.tos_uri,
    )


def _shown(terms: Terms, tool: ToolFacts | None) -> pages.Terms:
    usage = None if tool is None else tool.usage(terms.usage)
    return pages.Terms(terms.version, None if usage is None else usage.terms_url)


def _received(line: ConsentLine, before: consents.Consent | None) -> Received:
    is_known = before is None or line.asked_by in before.scope | before.claims
    return Received(_(line.text), is_new=not is_known)


def _name(person: PersonFacts | None) -> str:
    if person is None:
        return ""
    names = (person.given_name, person.family_name)
    return " ".join(name for name in names if name) or person.username


def _no_longer_usable() -> tuple[FieldError, ...]:
    text = _("This choice is no longer possible. Choose another, or see below why not.")
    return (FieldError("contexts", text),)
