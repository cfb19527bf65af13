"""The language of somebody who is signed in: theirs on every device (G2)."""

from core.people.facts import PersonFacts
from core.people.profiles import chosen_language, remember_language
from core.web import locale
from idp.session import SsoSession
from idp.wiring import Services


def person_language(found: Services, session: SsoSession | None, facts: PersonFacts | None = None) -> str | None:
    """Return the language that the person of a session chose, if there is a session.

    `facts` are those of the person, where they were read already: then nothing is asked again.
    A choice made on this very page is theirs from now on, on every device (G2).
    """
    if session is None:
        return None
    if facts is not None:
        known = facts.language
    else:
        with found.database.connection() as connection:
            known = chosen_language(connection, session.person_id)
    chosen = locale.requested_language()
    if chosen is None or chosen == known:
        return known
    with found.database.transaction() as transaction:
        remember_language(transaction, session.person_id, chosen)
    return chosen
