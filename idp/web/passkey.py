"""Passkeys on pages: the form that a script fills, and what is said where one was refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from core.infra.messages import N_
from idp.credentials.passkey_challenges import RelyingParty
from idp.credentials.passkey_errors import PasskeyRefused
from idp.wiring import Services

# The field in which the script sends what the passkey answered.
ANSWER = "passkey-answer"

_REFUSALS: Mapping[str, str] = {
    "passkey-too-late": N_("This took too long, or the page was sent twice. Please try again."),
    "passkey-unknown": N_(
        "This passkey is not known here, or was removed from its account. You can delete it on your device; "
        "use another way to sign in."
    ),
    "passkey-user-not-verified": N_(
        "Your device did not check that it is you. Unlock it with its PIN, your finger or your face, and try again."
    ),
    "passkey-of-somebody-else": N_("This passkey belongs to another account than the one you are signing in to."),
    "passkey-copied": N_(
        "This passkey answered as a copy would, so it was refused. The owner of the account receives a message. "
        "Use another way to sign in."
    ),
}
_OTHERWISE = N_("This passkey could not be checked. Please try again, or use another way.")


@dataclass(frozen=True, slots=True)
class PasskeyForm:
    """What the script asks the browser (`options`, JSON), and where the answer goes."""

    action: str
    csrf_token: str
    options: str = field(repr=False)


def party(services: Services) -> RelyingParty:
    """Return who our passkeys are for."""
    return RelyingParty.of(services.settings.issuer)


def refusal(error: PasskeyRefused) -> str:
    """Return why a passkey was refused, and what to do, in the language of the page."""
    text = _REFUSALS.get(error.code, _OTHERWISE)
    return _(text)
