"""The passkey door of an interaction: its form, and what its answer proves. No step of its own."""

from flask import request

from core.people.identifiers import PersonId
from core.web import csrf
from idp.credentials.passkey_challenges import KnownPasskey, Purpose, request_options
from idp.credentials.passkey_sign_in import PasskeySignIn, PasskeyUse
from idp.credentials.passkeys import known_passkeys
from idp.credentials.security_mail import Place
from idp.interaction.access import Interaction
from idp.web import passkey
from idp.web.passkey import PasskeyForm

# The ids of its button on the sign-in page and on that of the second factor.
SIGN_IN_BUTTON = "passkey-login"
SECOND_FACTOR_BUTTON = "use-passkey"


def sign_in_form(opened: Interaction) -> PasskeyForm:
    """Return the form with which anybody signs in: the passkey says who they are."""
    return _form(opened, Purpose.SIGN_IN, ())


def proof_form(opened: Interaction, person_id: PersonId) -> PasskeyForm | None:
    """Return the form with which a person proves anew that it is them; None where they have no passkey."""
    known = _known(opened, person_id)
    return _form(opened, Purpose.SIGN_IN, known) if known else None


def second_factor_form(opened: Interaction, person_id: PersonId) -> PasskeyForm | None:
    """Return the form with which a passkey stands beside the password; None where the person has none."""
    known = _known(opened, person_id)
    return _form(opened, Purpose.SECOND_FACTOR, known) if known else None


def is_used() -> bool:
    """Tell whether the request brings the answer of a passkey."""
    return passkey.ANSWER in request.form


def use(opened: Interaction, *, beside_password_of: PersonId | None = None) -> PasskeyUse:
    """Return who the answer of this request proves the person to be, and how surely; raise `PasskeyRefused`."""
    found = opened.services
    place = Place.of(request.user_agent.string, request.remote_addr)
    door = PasskeySignIn(found.database, found.store, passkey.party(found), place)
    answer, binding, now = request.form[passkey.ANSWER], opened.binding, opened.now
    if beside_password_of is None:
        return door.alone(answer, binding=binding, now=now)
    return door.beside_password(answer, beside_password_of, binding=binding, now=now)


def _known(opened: Interaction, person_id: PersonId) -> tuple[KnownPasskey, ...]:
    with opened.services.database.reading() as session:
        return known_passkeys(session, person_id)


def _form(opened: Interaction, purpose: Purpose, allowed: tuple[KnownPasskey, ...]) -> PasskeyForm:
    found = opened.services
    party = passkey.party(found)
    options = request_options(found.store, party, binding=opened.binding, purpose=purpose, allowed=allowed)
    return PasskeyForm(request.path, csrf.token(found.settings.secret, opened.binding), options)
