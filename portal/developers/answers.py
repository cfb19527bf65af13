"""The answer of a try-out in words: each claim with its value, or why it is missing."""

import json
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from core.infra.messages import N_
from portal.developers.pages import ExplainedPage, ShownClaim
from portal.staff_area import StaffFrame

_PLACES = {"id_token": N_("ID token"), "access_token": N_("access token"), "userinfo": N_("userinfo")}
# By the code that the provider tells (`/docs/claims/explain`).
_MISSING = {
    "scope-not-allowed": N_("The client may not ask for this scope. An operator gives it to tools."),
    "scope-not-granted": N_("The request did not ask for this scope, or the person did not allow it."),
    "no-context": N_("No context was chosen: ask for the scope organization."),
    "card-not-linked": N_("The person has not linked an identity card, which is what proves this."),
    "not-known": N_("This person has not given it, or has none."),
}
_UNKNOWN = N_("The provider gives no reason that this page knows.")


def explained(
    around: StaffFrame,
    tool: str,
    *,
    told: Mapping[str, Any] | None = None,
    documents: Mapping[str, Any] | None = None,
    refusal: Mapping[str, str] | None = None,
) -> ExplainedPage:
    """Return the page of an answer; `refusal` are the parameters of one that brought no code."""
    claims = [_shown(claim) for claim in (told or {}).get("claims", ())]
    return ExplainedPage(
        frame=around,
        tool=tool,
        granted=tuple((told or {}).get("scope", ())),
        present=tuple(claim for claim in claims if claim.missing is None),
        missing=tuple(claim for claim in claims if claim.missing is not None),
        documents=tuple((_(_PLACES[name]), _text(content)) for name, content in (documents or {}).items()),
        refusal=None if refusal is None else (refusal.get("error", ""), refusal.get("error_description", "")),
    )


def _shown(claim: Mapping[str, Any]) -> ShownClaim:
    code = claim["missing"]
    reason = _MISSING.get(code, _UNKNOWN)
    return ShownClaim(
        name=claim["name"],
        scope=claim["scope"],
        values=tuple((_(_PLACES[place]), _text(value)) for place, value in claim["values"].items()),
        missing=None if code is None else _(reason),
        code=code,
    )


def _text(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)
