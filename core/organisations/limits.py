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
