"""What a person can prove themselves with, and the level that reaches (docs/adr/0010)."""

from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, exists, func, select

from core.infra.kept_query import KeptQuery
from core.infra.statements import Queryable
from core.people.assurance import Acr
from core.people.eid_standing import has_card
from core.people.identifiers import PersonId
from idp.credentials.tables import AuthenticatorRow, PasskeyRow, PasswordRow, RecoveryCodeRow


@dataclass(frozen=True, slots=True)
class Factors:
    """The means of one person to sign in; `recovery_codes_left` are those not used yet."""

    has_password: bool
    has_authenticator: bool
    passkeys: int
    recovery_codes_left: int
    has_card: bool = False

    @property
    def reachable_acr(self) -> Acr:
        """Return the highest level that the person can sign in with."""
        if self.has_card:
            return Acr.HIGH
        # Every passkey of ours was made by a device that verifies its user.
        return Acr.MFA if self.has_authenticator or self.passkeys else Acr.PASSWORD

    @property
    def needs_passkey(self) -> bool:
        """Tell whether the last passkey is also the last way to sign in."""
        return not (self.has_password or self.has_card)


def summary(connection: Queryable, person_id: PersonId) -> Factors:
    """Return the means of a person; none for somebody who does not exist."""
    row = _SUMMARY.rows(connection, {"person_id": person_id})[0]
    return Factors(
        has_password=row["has_password"],
        has_authenticator=row["has_authenticator"],
        passkeys=row["passkeys"],
        recovery_codes_left=row["recovery_codes_left"],
        has_card=row["has_card"],
    )


def has_second_factor(connection: Queryable, person_id: PersonId) -> bool:
    """Tell whether a right password is not enough: the person has a confirmed authenticator."""
    has_authenticator: bool = _SECOND_FACTOR.rows(connection, {"person_id": person_id})[0]["has_authenticator"]
    return has_authenticator


def reachable_acr(connection: Queryable, person_id: PersonId) -> Acr:
    """Return the highest level that the person can sign in with today."""
    return summary(connection, person_id).reachable_acr


_PERSON: BindParameter[str] = bindparam("person_id")
_HAS_PASSWORD = exists().where(PasswordRow.person_id == _PERSON)
_HAS_AUTHENTICATOR = exists().where(AuthenticatorRow.person_id == _PERSON, AuthenticatorRow.confirmed_at.is_not(None))
_PASSKEYS = select(func.count()).select_from(PasskeyRow).where(PasskeyRow.person_id == _PERSON)
_CODES_LEFT = (
    select(func.count())
    .select_from(RecoveryCodeRow)
    .where(RecoveryCodeRow.person_id == _PERSON, RecoveryCodeRow.used_at.is_(None))
)
_SECOND_FACTOR = KeptQuery(select(_HAS_AUTHENTICATOR.label("has_authenticator")))
_SUMMARY = KeptQuery(
    select(
        _HAS_PASSWORD.label("has_password"),
        _HAS_AUTHENTICATOR.label("has_authenticator"),
        _PASSKEYS.scalar_subquery().label("passkeys"),
        _CODES_LEFT.scalar_subquery().label("recovery_codes_left"),
        has_card(_PERSON).label("has_card"),
    )
)
