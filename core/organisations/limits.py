"""How often organisations may be looked up, asked to join, and added: no secret, but no hammering either."""

from datetime import timedelta

from core.infra import rate_limit
from core.infra.rate_limit import Limit
from core.infra.store.interface import EphemeralStore
from core.organisations.identifiers import OrganisationId
from core.people.identifiers import PersonId

LOOKUPS_PER_PERSON = Limit("company-lookup-person", 30, timedelta(minutes=10))
LOOKUPS_PER_COMPANY = Limit("company-lookup-company", 300, timedelta(minutes=10))
REQUESTS_PER_PERSON = Limit("membership-request-person", 10, timedelta(days=1))
# Each request mails the managers.
REQUESTS_PER_ORGANISATION = Limit("membership-request-organisation", 50, timedelta(days=1))
FOUNDINGS_PER_PERSON = Limit("founding-person", 10, timedelta(days=1))
# Whoever has an account can be found by trying addresses: not by trying many.
PEOPLE_PER_MANAGER = Limit("person-lookup-manager", 30, timedelta(hours=1))
PEOPLE_PER_ORGANISATION = Limit("person-lookup-organisation", 100, timedelta(days=1))
# Each is a mail to somebody who did not ask for it.
INVITATIONS_PER_MANAGER = Limit("invitation-manager", 50, timedelta(days=1))
INVITATIONS_PER_ORGANISATION = Limit("invitation-organisation", 100, timedelta(days=1))
# A list of up to 500 lines, most of which become a mail.
IMPORTS_PER_MANAGER = Limit("employee-import-manager", 2, timedelta(days=1))
IMPORTS_PER_ORGANISATION = Limit("employee-import-organisation", 2, timedelta(days=1))
# What a list with usernames would do tells which of up to 500 exist: as a search does, and so as rarely.
LISTED_USERNAMES_PER_MANAGER = Limit("listed-usernames-manager", 6, timedelta(days=1))
LISTED_USERNAMES_PER_ORGANISATION = Limit("listed-usernames-organisation", 10, timedelta(days=1))


def count_lookup(store: EphemeralStore, person_id: PersonId, company_number: str) -> None:
    """Count one search for a company; raises `RateLimited`."""
    rate_limit.hit(store, LOOKUPS_PER_PERSON, person_id)
    rate_limit.hit(store, LOOKUPS_PER_COMPANY, company_number)


def count_request(store: EphemeralStore, person_id: PersonId, organisation_id: OrganisationId) -> None:
    """Count one request to join; raises `RateLimited`."""
    rate_limit.hit(store, REQUESTS_PER_PERSON, person_id)
    rate_limit.hit(store, REQUESTS_PER_ORGANISATION, organisation_id)


def count_founding(store: EphemeralStore, person_id: PersonId) -> None:
    """Count one organisation that is added; raises `RateLimited`."""
    rate_limit.hit(store, FOUNDINGS_PER_PERSON, person_id)


def count_person_lookup(store: EphemeralStore, person_id: PersonId, organisation_id: OrganisationId) -> None:
    """Count one search of a manager for an account; raises `RateLimited`."""
    rate_limit.hit(store, PEOPLE_PER_MANAGER, person_id)
    rate_limit.hit(store, PEOPLE_PER_ORGANISATION, organisation_id)


def count_invitation(store: EphemeralStore, person_id: PersonId, organisation_id: OrganisationId) -> None:
    """Count one mail to somebody who is invited; raises `RateLimited`."""
    rate_limit.hit(store, INVITATIONS_PER_MANAGER, person_id)
    rate_limit.hit(store, INVITATIONS_PER_ORGANISATION, organisation_id)


def count_listed_usernames(store: EphemeralStore, person_id: PersonId, organisation_id: OrganisationId) -> None:
    """Count one look at what a list that names people by their usernames would do; raises `RateLimited`."""
    rate_limit.hit(store, LISTED_USERNAMES_PER_MANAGER, person_id)
    rate_limit.hit(store, LISTED_USERNAMES_PER_ORGANISATION, organisation_id)


def count_import(store: EphemeralStore, person_id: PersonId, organisation_id: OrganisationId) -> None:
    """Count one list of employees that is carried out; raises `RateLimited`."""
    rate_limit.hit(store, IMPORTS_PER_MANAGER, person_id)
    rate_limit.hit(store, IMPORTS_PER_ORGANISATION, organisation_id)
