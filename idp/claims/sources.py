"""Where the values of composed claims come from: functions of the context, None for "not known"."""

from core.people.facts import PersonFacts
from core.tools.context import AccreditationFacts, MembershipFacts, OrganisationFacts
from idp.claims.context import ClaimsContext
from idp.claims.values import Json, known, timestamp

_CURRENCY = "EUR"


def name(context: ClaimsContext) -> Json:
    """Return given and family name as one, in the order they are written in Belgium."""
    person = context.person
    return " ".join(part for part in (person.given_name, person.family_name) if part)


def birthdate(context: ClaimsContext) -> Json:
    """Return the date of birth as YYYY-MM-DD."""
    day = context.person.birthdate
    return None if day is None else day.isoformat()


def email_verified(context: ClaimsContext) -> Json:
    """Return whether the address was activated; nothing where there is no address."""
    return context.person.email_verified if context.person.email else None


def phone_number_verified(context: ClaimsContext) -> Json:
    """Return whether the number was verified; nothing where there is no number."""
    return context.person.phone_number_verified if context.person.phone_number else None


def address(context: ClaimsContext) -> Json:
    """Return the person's address (Core section 5.1.1)."""
    members = _address(context.person)
    return members or None


def _address(person: PersonFacts) -> dict[str, Json]:
    place = person.address
    if place is None:
        return {}
    town = " ".join(part for part in (place.postal_code, place.locality) if part)
    lines = (place.street_address, town, place.country)
    return known(
        {
            "formatted": "\n".join(line for line in lines if line),
            "street_address": place.street_address,
            "locality": place.locality,
            "postal_code": place.postal_code,
            "country": place.country,
        }
    )


def organization(context: ClaimsContext) -> Json:
    """Return the organisation of the chosen context."""
    if context.context is None:
        return None
    facts = context.context.organisation
    return known(
        {
            "id": facts.id,
            "company_number": facts.company_number,
            "country": facts.country,
            "kind": facts.kind,
            "status": facts.status,
            "verified": _verified(facts),
        }
    )


def _verified(facts: OrganisationFacts) -> Json:
    if facts.verified_source is None or facts.verified_at is None:
        return None
    return {"source": facts.verified_source, "at": facts.verified_at.isoformat()}


def membership(context: ClaimsContext) -> Json:
    """Return the person's place in that organisation."""
    return known(_place(context.context.membership)) if context.context else None


def membership_with_contact(context: ClaimsContext) -> Json:
    """Return the person's place in that organisation, with the contact data they have there."""
    if context.context is None:
        return None
    facts = context.context.membership
    return known({**_place(facts), "email": facts.email, "phone_number": facts.phone_number})


def _place(facts: MembershipFacts) -> dict[str, Json]:
    return {
        "id": facts.id,
        "status": facts.status,
        "manager": facts.manager,
        "type": facts.type,
        "function": facts.function,
        "since": None if facts.since is None else facts.since.isoformat(),
    }


def usage(context: ClaimsContext) -> Json:
    """Return the way of using the tool, and the registration it rests on."""
    if context.context is None:
        return None
    return {"code": context.context.usage, "registration": context.context.registration_id}


def roles(context: ClaimsContext) -> Json:
    """Return the role in this tool under this organisation, as a list."""
    if context.context is None or context.context.role is None:
        return None
    return [context.context.role]


def entitlements(context: ClaimsContext) -> Json:
    """Return what the tool defined for the role; may be empty."""
    return None if context.context is None else list(context.context.entitlements)


def accreditations(context: ClaimsContext) -> Json:
    """Return the accreditations of the context, own and mandated, and no others."""
    if context.context is None:
        return None
    return [_accreditation(facts) for facts in context.context.accreditations]


def _accreditation(facts: AccreditationFacts) -> Json:
    return known(
        {
            "type": facts.kind,
            "number": facts.number,
            "list": facts.list,
            "column": facts.column,
            "status": facts.status,
            "basis": "mandated" if facts.is_mandated else "own",
            "holder": _holder(facts),
            "mandate": facts.mandate_id,
            "valid_until": None if facts.valid_until is None else facts.valid_until.isoformat(),
            "checked_at": timestamp(facts.checked_at),
        }
    )


def _holder(facts: AccreditationFacts) -> Json:
    if not facts.is_mandated:
        return None
    return known({"name": facts.holder_name, "ref": facts.id})


def wallet(context: ClaimsContext) -> Json:
    """Return which wallet pays, and what the person may do with it; never its balance."""
    if context.context is None or context.context.wallet_id is None:
        return None
    place = context.context.membership
    may = {"charge": place.may_charge_wallet, "read": place.may_read_wallet}
    return known(
        {
            "id": context.context.wallet_id,
            "currency": _CURRENCY,
            "can": [act for act, is_allowed in may.items() if is_allowed],
            "max_charge": context.max_charge_cents,
        }
    )
