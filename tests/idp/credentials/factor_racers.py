"""What a process does in a race for one code of a second factor."""

from core.infra.db import Database
from core.infra.errors import RuleError
from core.infra.secret import Secret
from core.people.identifiers import PersonId
from idp.credentials import authenticator, recovery_codes
from idp.credentials.security_mail import Place
from tests.idp.credentials.mailed_code_racers import Barrier
from tests.support.ground import START

SECRET = Secret("a-secret-of-the-tests-and-nobody-else")
PLACE = Place("Firefox", "Linux", "192.0.2.1")
_SECONDS = 60


def by_authenticator(database: Database, person_id: str, typed: str) -> str:
    """Enter a code of the app and return what was said: `right`, or the error's code."""
    try:
        with database.transaction() as session:
            authenticator.check(session, PersonId(person_id), typed, secret=SECRET, now=START)
    except RuleError as error:
        return error.code
    return "right"


def by_recovery_code(database: Database, person_id: str, typed: str) -> str:
    """Enter a recovery code and return what was said."""
    try:
        with database.transaction() as session:
            recovery_codes.use(session, PersonId(person_id), typed, secret=SECRET, place=PLACE, now=START)
    except RuleError as error:
        return error.code
    return "right"


def authenticator_in_process(url: str, person_id: str, typed: tuple[str, ...], barrier: Barrier) -> list[str]:
    """Enter these codes of the app, together with the other processes."""
    database = Database(url)
    barrier.wait(_SECONDS)
    found = [by_authenticator(database, person_id, code) for code in typed]
    database.close()
    return found


def recovery_codes_in_process(url: str, person_id: str, typed: tuple[str, ...], barrier: Barrier) -> list[str]:
    """Enter these recovery codes, together with the other processes."""
    database = Database(url)
    barrier.wait(_SECONDS)
    found = [by_recovery_code(database, person_id, code) for code in typed]
    database.close()
    return found
