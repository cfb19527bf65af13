"""The steps of an interaction, and what each is called where no page may be shown. Pure."""

from enum import StrEnum
from typing import assert_never

from idp.oidc.errors import (
    ConsentRequired,
    InteractionRequired,
    LoginRequired,
    ProtocolError,
    UnmetAuthenticationRequirements,
)


class Step(StrEnum):
    """A page on the way to the tool; the value is its path below the interaction's address."""

    LOGIN = "login"
    SECOND_FACTOR = "second-factor"
    ACTIVATE = "activate"
    COMPLETE = "complete"
    LINK_EID = "link-eid"
    ORGANISATION = "organisation"
    TOOL = "tool"
    CONSENT = "consent"
    STRONGER = "stronger-sign-in"


def silent_error(step: Step) -> ProtocolError:
    """Return the error that stands for a step under prompt=none (Core section 3.1.2.6)."""
    match step:
        case Step.LOGIN | Step.SECOND_FACTOR:
            return LoginRequired()
        case Step.CONSENT:
            return ConsentRequired()
        case Step.STRONGER:
            return UnmetAuthenticationRequirements()
        case Step.ACTIVATE | Step.COMPLETE | Step.LINK_EID | Step.ORGANISATION | Step.TOOL:
            return InteractionRequired()
        case unreachable:
            assert_never(unreachable)
