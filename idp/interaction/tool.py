"""Step: register the tool for an organisation, or ask its managers for access (A7, T1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.accreditations.queries import kinds
from core.infra.errors import Conflict, NotFound, RateLimited, RuleError
from core.infra.localised import Localised
from core.infra.messages import N_
from core.organisations.queries import MyOrganisation, my_organisations
from core.organisations.states import MembershipStatus
from core.tools import access_requests, assignments, forms, registration
from core.tools.catalogue import ToolFacts, tool_facts
from core.tools.choices import Doable, UsageChoice, usage_choices
from core.web import csrf
from core.web.locale import current_language
from idp.interaction.access import Interaction, open_interaction
from idp.interaction.facts import ATTAINABLE
from idp.interaction.lacking import would_help
from idp.interaction.requesting_tool import shown
from idp.interaction.steps import Step
from idp.interaction.tool_page import Act, Link, ToolPage
from idp.interaction.wishes import form_binding, give_up, leads_back, session_of, wish_for
from idp.oidc.request import Wish
from idp.web import browser
from idp.web.page import FieldError, answer, field_errors

bp = Blueprint(Step.TOOL.value, __name__)

_ORGANISATION, _USAGE, _DONE = "organisation", "usage", "done"
_NOTICES: Mapping[str, str] = {
    "asked": N_("The managers have received a mail. You receive one as soon as they have decided."),
    "reminded": N_("The managers have received a reminder."),
    "changed": N_("This has changed meanwhile. Here is how it stands now."),
}
# What is shown first: what leads to the tool soonest.
_FIRST = (Doable.REGISTER, Doable.TAKE, Doable.ASK, Doable.WAIT, Doable.START, Doable.SHUT)


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the page is about: the tool, one organisation of the person's, one usage of the tool."""

    tool: ToolFacts
    organisations: Sequence[MyOrganisation]
    organisation: MyOrganisation
    choices: Sequence[UsageChoice]
    choice: UsageChoice
    accreditation_names: Mapping[str, Localised]


@bp.get("/interaction/<uid>/tool")
def show(uid: str) -> Response:
    """Show what can be done about the tool, for the organisation and the usage in the address."""
    opened = open_interaction(uid)
    if opened.outcome is not Step.TOOL:
        return opened.back()
    scene = _scene(opened)
    if scene is None:
        return _nothing_to_register(opened)
    return _page(opened, scene, notice=_NOTICES.get(request.args.get(_DONE, "")))


@bp.post("/interaction/<uid>/tool")
def submit(uid: str) -> Response:
    """Register the tool, ask for access, or go another way."""
    opened = open_interaction(uid)
    if opened.outcome is not Step.TOOL:
        return opened.back()
    csrf.check(opened.services.settings.secret, form_binding(opened), request.form.get(csrf.FIELD))
    act, scene = request.form.get("decision"), _scene(opened)
    if act == Act.CANCEL:
        give_up(opened, Step.TOOL)
    elif act == Act.ADD:
        wish_for(opened, Wish.ADD_ORGANISATION)
    elif scene is None:
        return _nothing_to_register(opened)
    elif act == Act.LINK_EID:
        wish_for(opened, Wish.LINK_EID, scene.organisation.id, scene.choice.usage.code)
    elif act == Act.REGISTER:
        return _register(opened, scene)
    elif act in {Act.TAKE, Act.ASK, Act.REMIND}:
        return _access(opened, scene, Act(act))
    else:
        wish_for(opened, None)
    return opened.back()


def _register(opened: Interaction, scene: _Scene) -> Response:
    session, usage = session_of(opened), scene.choice.usage
    form = forms.accepted_terms(request.form, usage)
    if form.value is None:
        return _page(opened, scene, errors=field_errors(form.wrong), status=422)
    try:
        with opened.services.database.transaction() as transaction:
            registration.register(
                transaction,
                scene.organisation.id,
                scene.tool.id,
                usage.code,
                by=session.person_id,
                acr=session.authentication.acr,
                accepted_terms=form.value.version,
                now=opened.now,
            )
    except (RuleError, Conflict, NotFound):
        # A colleague was first, an accreditation lapsed: the page says how it stands.
        return _changed(opened, scene)
    wish_for(opened, None)
    return opened.back()


def _access(opened: Interaction, scene: _Scene, act: Act) -> Response:
    """Ask the managers, remind them, or, as a manager, take the usage's default role."""
    by, registration_id = session_of(opened).person_id, scene.choice.registration_id
    if registration_id is None:
        return _changed(opened, scene)
    try:
        with opened.services.database.transaction() as transaction:
            if act is Act.ASK:
                access_requests.ask(transaction, registration_id, by=by, now=opened.now)
            elif act is Act.REMIND:
                access_requests.remind(transaction, registration_id, by=by, now=opened.now)
            else:
                member, role = scene.organisation.membership_id, scene.choice.usage.default_role
                assignments.assign_role(transaction, registration_id, member, role, by=by, now=opened.now)
    except (RuleError, Conflict, NotFound, RateLimited):
        return _changed(opened, scene)
    if act is Act.TAKE:
        wish_for(opened, None)
        return opened.back()
    done = "asked" if act is Act.ASK else "reminded"
    return browser.see_other(_address(opened, scene.organisation.id, scene.choice.usage.code, done))


def _changed(opened: Interaction, scene: _Scene) -> Response:
    return browser.see_other(_address(opened, scene.organisation.id, scene.choice.usage.code, "changed"))


def _nothing_to_register(opened: Interaction) -> Response:
    """Go on where the client is no tool, or has no usage: there is nothing to show."""
    give_up(opened, Step.TOOL)
    return opened.back()


def _scene(opened: Interaction) -> _Scene | None:
    """Return what the address of the page names, or else what the person wished, or what comes first."""
    client, person_id, wished = opened.tool_client, session_of(opened).person_id, opened.gathered.progress
    if client.tool_id is None:
        return None
    with opened.services.database.reading() as reading:
        tool = tool_facts(reading, client.tool_id, now=opened.now)
        mine = [one for one in my_organisations(reading, person_id) if one.membership_status is MembershipStatus.ACTIVE]
        if tool is None or not tool.usages or not mine:
            return None
        wanted = request.args.get(_ORGANISATION) or wished.wished_organisation_id
        organisation = next((one for one in mine if one.id == wanted), mine[0])
        choices = usage_choices(reading, tool, organisation.id, by=person_id, reachable=ATTAINABLE, now=opened.now)
        names = kinds(reading.connection())
    by_use = sorted(choices, key=lambda choice: _FIRST.index(choice.doable))
    usage = request.args.get(_USAGE) or (
        wished.wished_usage if organisation.id == wished.wished_organisation_id else None
    )
    choice = next((one for one in choices if one.usage.code == usage), by_use[0])
    return _Scene(tool, mine, organisation, choices, choice, names)


def _address(opened: Interaction, organisation_id: str, usage: str | None = None, done: str | None = None) -> str:
    named = {_ORGANISATION: organisation_id, _USAGE: usage, _DONE: done}
    query = urlencode({name: value for name, value in named.items() if value is not None})
    return f"{url_for('tool.show', uid=opened.pending.uid)}?{query}"


def _page(
    opened: Interaction,
    scene: _Scene,
    *,
    errors: tuple[FieldError, ...] = (),
    notice: str | None = None,
    status: int = 200,
) -> Response:
    language, here = current_language(), scene.organisation
    page = ToolPage(
        action=_address(opened, here.id, scene.choice.usage.code),
        csrf_token=csrf.token(opened.services.settings.secret, form_binding(opened)),
        tool=shown(opened, scene.tool),
        organisation_name=here.name,
        logo_url=None if here.logo_id is None else f"/pictures/{here.logo_id}",
        company_number=here.company_number,
        organisations=tuple(
            Link(one.name, _address(opened, one.id), one.id == here.id, one.company_number)
            for one in scene.organisations
        ),
        usages=tuple(
            Link(one.usage.name.text(language), _address(opened, here.id, one.usage.code), one is scene.choice)
            for one in scene.choices
        ),
        choice=scene.choice,
        accreditation_names=scene.accreditation_names,
        leads_back=leads_back(opened, Step.TOOL),
        now=opened.now,
        errors=errors,
        notice=None if notice is None else _(notice),
        may_link_eid=would_help(opened.gathered.person, scene.choice.reason),
    )
    return answer(page, status=status)
