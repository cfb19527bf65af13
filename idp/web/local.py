"""Sending somebody to sign in for a page of ours, and back (`LocalRequest`)."""

from flask import url_for
from werkzeug.wrappers import Response

from idp.oidc import pending
from idp.oidc.request import LocalRequest
from idp.web import browser
from idp.wiring import services


def start_local(return_to: str, *, wants_proof: bool = False, step: str | None = None) -> Response:
    """Begin an interaction that leads back to a path of ours, and redirect to its first step.

    With `wants_proof` whoever is signed in proves anew that it is them; after that `Kind.PROOF`
    stands for their session, for minutes. `step` names a step to open by itself: "register".
    Raises ValueError for what is no path of ours.
    """
    found = services()
    record, cookie = pending.park(found.store, LocalRequest(return_to, wants_proof), found.clock.now())
    endpoint = "interaction.resume" if step is None else f"{step}.show"
    response = browser.see_other(url_for(endpoint, uid=record.uid))
    browser.set_interaction(response, record.uid, cookie)
    return response
