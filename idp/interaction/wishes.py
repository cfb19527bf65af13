"""Steps that a person asks for: setting a wish, and letting it go again."""

from dataclasses import replace

from idp.interaction.access import Interaction
from idp.interaction.policy import next_step
from idp.interaction.steps import Step
from idp.oidc.request import Progress, Wish
from idp.session import SsoSession


def session_of(opened: Interaction) -> SsoSession:
    """Return the session of a step that the policy asks of nobody without one."""
    assert opened.session is not None
    return opened.session


def wish_for(
    opened: Interaction, wish: Wish | None, organisation_id: str | None = None, usage: str | None = None
) -> None:
    """Write down which step the person asks for next, and for what; None: for none any more."""
    wished = replace(_standing(opened), wish=wish, wished_organisation_id=organisation_id, wished_usage=usage)
    opened.keep(wished)


def leads_back(opened: Interaction, step: Step) -> bool:
    """Tell whether giving up a step leads to another one, and not out to the tool."""
    without = replace(opened.gathered.progress, wish=None)
    return next_step(opened.pending.request, without, opened.gathered.facts) is not step


def give_up(opened: Interaction, step: Step) -> None:
    """Go back to where the wish came from; where the step is due without one, back to the tool."""
    if leads_back(opened, step):
        wish_for(opened, None)
    else:
        opened.keep(Progress(denied=True))


def form_binding(opened: Interaction) -> str:
    """Return what the forms of these steps are bound to: this browser's interaction and session."""
    session = session_of(opened)
    return f"{opened.binding}\n{session.sid}\n{session.person_id}"


def _standing(opened: Interaction) -> Progress:
    session = session_of(opened)
    return replace(
        opened.gathered.progress,
        person_id=session.person_id,
        authentication=session.authentication,
        sid=session.sid,
        context=None,
    )
