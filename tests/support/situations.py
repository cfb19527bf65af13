"""Situations for the pure rules: one in which everything is as it should be, and any at all."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from core.accreditations.rules import AccreditationStatus, HeldAccreditation
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.people.assurance import Acr
from core.tools.identifiers import MandateId
from core.tools.requirements import AccreditationNeeded, AllOf, AnyOf, MandateNeeded, Need, Requirement
from core.tools.situation import AccountStanding, LentAccreditation, OrganisationStanding, Situation
from core.tools.states import AccessStatus, RegistrationStatus

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
KINDS = ("be.biv", "be.surveyor")
LISTS = ("tableau", "trainees")
ROLES = ("user", "supervisor")

OWN = HeldAccreditation(
    "acr_own", "be.biv", "tableau", "intermediary", AccreditationStatus.ACTIVE, None, date(2027, 12, 31), NOW
)
LENT = LentAccreditation(
    mandate_id=MandateId("mnd_1"),
    accreditation=HeldAccreditation(
        "acr_lent", "be.biv", "tableau", "intermediary", AccreditationStatus.ACTIVE, None, date(2027, 6, 30), NOW
    ),
    accepted=True,
    ended=False,
    covers=True,
    holder_active=True,
    valid_from=date(2026, 9, 1),
    valid_until=date(2027, 8, 31),
)
REQUIREMENT = Requirement(
    register=AnyOf((AccreditationNeeded("be.biv", ("tableau",)),)),
    use=AnyOf((AccreditationNeeded("be.biv"), MandateNeeded())),
    role_min_acr=(("supervisor", Acr.MFA),),
)
GOOD = Situation(
    account=AccountStanding(address_activated=True, terms_accepted=True, eid_linked=True),
    organisation=OrganisationStanding(OrganisationStatus.ACTIVE),
    membership=MembershipStatus.ACTIVE,
    registration=RegistrationStatus.ACTIVE,
    access=AccessStatus.GRANTED,
    role="user",
    requirement=REQUIREMENT,
    own=(OWN,),
    mandate=None,
    terms=("v1", None),
)
BY_MANDATE = GOOD._replace(own=(), mandate=LENT)
OWNERLESS = GOOD._replace(organisation=OrganisationStanding(OrganisationStatus.OWNERLESS, NOW - timedelta(days=10)))

# Everything happens within a few months around NOW, so that ends are met from both sides.
moments = st.integers(-60 * 24, 60 * 24).map(lambda hours: NOW + timedelta(hours=hours))
_recent = st.integers(-40, 0).map(lambda days: NOW + timedelta(days=days))
_days = st.integers(-90, 90).map(lambda days: NOW.date() + timedelta(days=days))

accreditations = st.builds(
    HeldAccreditation,
    id=st.sampled_from(("acr_1", "acr_2", "acr_3")),
    kind=st.sampled_from(KINDS),
    list=st.none() | st.sampled_from(LISTS),
    column=st.none() | st.sampled_from(("intermediary", "syndic")),
    status=st.sampled_from(AccreditationStatus),
    valid_from=st.none() | _days,
    valid_until=st.none() | _days,
    checked_at=moments,
)

_leaves: st.SearchStrategy[Need] = st.one_of(
    st.builds(
        AccreditationNeeded,
        st.sampled_from(KINDS),
        st.lists(st.sampled_from(LISTS), max_size=2, unique=True).map(tuple),
        st.lists(st.sampled_from(("intermediary", "syndic")), max_size=2, unique=True).map(tuple),
    ),
    st.just(MandateNeeded()),
)


def _branches(parts: st.SearchStrategy[Need]) -> st.SearchStrategy[Need]:
    return st.one_of(
        st.lists(parts, max_size=3).map(lambda found: AllOf(tuple(found))),
        st.lists(parts, min_size=1, max_size=3).map(lambda found: AnyOf(tuple(found))),
    )


needs: st.SearchStrategy[Need] = st.recursive(_leaves, _branches, max_leaves=6)


def without_mandate(need: Need) -> Need:
    """Return the need with nothing in it that a registration cannot begin with."""
    match need:
        case AllOf(parts):
            return AllOf(tuple(without_mandate(part) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(without_mandate(part) for part in parts))
        case MandateNeeded():
            return AccreditationNeeded("be.biv")
        case AccreditationNeeded():
            return need


requirements = st.builds(
    Requirement,
    register=needs.map(without_mandate),
    use=needs,
    eid=st.booleans(),
    usage_min_acr=st.none() | st.sampled_from(Acr),
    role_min_acr=st.lists(
        st.tuples(st.sampled_from(ROLES), st.sampled_from(Acr)), max_size=2, unique_by=lambda pair: pair[0]
    ).map(lambda pairs: tuple(sorted(pairs))),
    terms=st.none() | st.just("v1"),
)

mandates = st.builds(
    LentAccreditation,
    mandate_id=st.just(MandateId("mnd_1")),
    accreditation=accreditations,
    accepted=st.booleans(),
    ended=st.booleans(),
    covers=st.booleans(),
    holder_active=st.booleans(),
    valid_from=_days,
    valid_until=_days,
)

_parts: dict[str, st.SearchStrategy[Any]] = {
    "account": st.builds(AccountStanding, st.booleans(), st.booleans(), st.booleans()),
    "organisation": st.builds(OrganisationStanding, st.sampled_from(OrganisationStatus), st.none() | _recent),
    "membership": st.sampled_from(MembershipStatus),
    "registration": st.sampled_from(RegistrationStatus),
    "access": st.none() | st.sampled_from(AccessStatus),
    "role": st.none() | st.sampled_from(ROLES),
    "requirement": requirements,
    "own": st.lists(accreditations, max_size=3).map(tuple),
    "mandate": st.none() | mandates,
    "terms": st.just(("v1", None)) | st.sampled_from((("v0", "v1"), (None, None))),
}


@st.composite
def _situations(draw: st.DrawFn) -> Situation:
    """Change a few things, or everything, in a situation where all is as it should be.

    Anything at all would hardly ever be usable, and then properties of what is usable say nothing.
    """
    start = draw(st.sampled_from((GOOD, BY_MANDATE, OWNERLESS)))
    few = st.sets(st.sampled_from(sorted(_parts)), max_size=3)
    changed = draw(few | st.just(set(_parts)))
    return start._replace(**{name: draw(_parts[name]) for name in sorted(changed)})


situations = _situations()
