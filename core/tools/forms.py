"""The form that registers a tool; the page parts are in `core/web/brand/forms`."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.infra.forms import Form, Reading
from core.infra.messages import N_
from core.tools.catalogue import UsageFacts

ACCEPT_TERMS = "accept-tool-terms"
TERMS_VERSION = "terms-version"

NOT_ACCEPTED = N_("Accept the terms of use of the tool: without them it cannot be registered.")
OTHER_VERSION = N_("The terms of use have changed meanwhile. Read the new version and accept it.")
_LONGEST_VERSION = 40


@dataclass(frozen=True, slots=True)
class AcceptedTerms:
    """Which version of the tool's terms was accepted; None where the usage has none."""

    version: str | None


def accepted_terms(sent: Mapping[str, str], usage: UsageFacts) -> Form[AcceptedTerms]:
    """Read whether the terms of a usage were accepted, in the version that counts now."""
    reading = Reading(sent)
    if usage.terms_version is not None:
        shown = reading.text(TERMS_VERSION, longest=_LONGEST_VERSION)
        is_current = shown == usage.terms_version
        if not is_current:
            reading.refuse(ACCEPT_TERMS, OTHER_VERSION)
        else:
            reading.tick(ACCEPT_TERMS, required=NOT_ACCEPTED)
    return reading.form(lambda: AcceptedTerms(usage.terms_version))
